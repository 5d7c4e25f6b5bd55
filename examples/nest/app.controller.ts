import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Get,
  Post,
  Redirect,
  Req,
} from '@nestjs/common';
import { getSession } from '@store/session';

declare module '@store/session' {
  interface SessionTypes {
    data: { name: string };
    flash: { notice: string };
  }
}

@Controller()
export class AppController {
  @Get()
  page(@Req() request: object) {
    const session = getSession(request);
    return { name: session.get('name'), notice: session.getFlash('notice') };
  }

  @Post('sign-in')
  @Redirect('/', 303)
  signIn(@Req() request: object, @Body('name') given: unknown) {
    const session = getSession(request);
    const name = nameFrom(given);
    session.setSubject(name); // an application with accounts passes the id of the user here
    session.set('name', name);
    session.flash('notice', `Welcome, ${name}!`);
  }

  @Post('rename')
  @Redirect('/', 303)
  rename(@Req() request: object, @Body('name') given: unknown) {
    const session = getSession(request);
    const name = nameFrom(given);
    session.set('name', name);
    // The session keeps its old name: DiscardChangesFilter drops what was set before the exception.
    if (name === 'admin') throw new ConflictException('That name is taken.');
  }

  @Post('sign-out')
  @Redirect('/', 303)
  signOut(@Req() request: object) {
    getSession(request).invalidate();
  }
}

function nameFrom(given: unknown): string {
  if (typeof given === 'string' && given.length >= 1 && given.length <= 40) return given;
  throw new BadRequestException('Your name has 1 to 40 characters.');
}
