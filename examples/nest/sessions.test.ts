import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  ForbiddenException,
  type INestApplication,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  Post,
  Req,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { SessionStore } from '@store/core';
import { getSession } from '@store/session';
import { startSession } from '@store/sqlite';
import { agent } from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppController } from './app.controller.ts';
import { AppModule } from './app.module.ts';
import { createExpressApp } from './express-app.ts';
import { createFastifyApp } from './fastify-app.ts';

class ForbiddingGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    getSession(context.switchToHttp().getRequest()).set('name', 'of the guard');
    return false;
  }
}

function forbiddingMiddleware(request: object): void {
  getSession(request).set('name', 'of the middleware');
  throw new ForbiddenException();
}

let database: string;

/** Breaks the store, as a faulty migration would. */
function breakStore(): void {
  const connection = new DatabaseSync(database);
  connection.exec('DROP TABLE sessions');
  connection.close();
}

@Controller()
class TroubleController {
  @Post('guard')
  @UseGuards(ForbiddingGuard)
  guard() {}

  @Post('middleware')
  middleware() {}

  @Post('outage')
  outage(@Req() request: object, @Body('name') name: string) {
    getSession(request).set('name', name);
    breakStore();
  }
}

@Module({ imports: [AppModule], controllers: [TroubleController] })
class TroubleModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(forbiddingMiddleware).forRoutes('middleware');
  }
}

@Module({ controllers: [AppController] })
class ModuleWithoutFilter {}

const logger = false;
const platforms = [
  {
    platform: 'Express',
    create: (module: Type) => createExpressApp(module, { logger }),
    createBare: () => NestFactory.create(AppModule, { logger }),
  },
  {
    platform: 'Fastify',
    create: (module: Type) => createFastifyApp(module, { logger }),
    createBare: () => NestFactory.create(AppModule, new FastifyAdapter(), { logger }),
  },
];

describe.each(platforms)('the Nest example on $platform', ({ create, createBare }) => {
  let directory: string;
  let store: SessionStore;
  let app: INestApplication | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'example-nest-'));
    database = join(directory, 'sessions.db');
    store = await startSession({ database });
  });
  afterEach(async () => {
    await app?.close();
    await store.close();
    await rm(directory, { recursive: true });
  });

  /** An agent keeps cookies as a browser does. */
  async function visit(created: Promise<INestApplication>) {
    app = await created;
    await app.listen(0);
    return agent(await app.getUrl());
  }
  async function visitAs(name: string, module: Type = AppModule) {
    const browser = await visit(create(module));
    await browser.post('/sign-in').type('form').send({ name }).expect(303).expect('Location', '/');
    return browser;
  }

  it('greets a visitor who signs in, and shows the message after the redirect once', async () => {
    const ada = await visit(create(AppModule));
    await ada.get('/').expect(200, {});
    const welcome = await ada.post('/sign-in').type('form').send({ name: 'Ada' }).redirects(1);
    expect([welcome.status, welcome.body]).toEqual([200, { name: 'Ada', notice: 'Welcome, Ada!' }]);
    await ada.get('/').expect(200, { name: 'Ada' });
  });

  it('forgets a visitor who signs out', async () => {
    const ada = await visitAs('Ada');
    await ada.post('/sign-out').expect(303);
    await ada.get('/').expect(200, {});
    expect(await store.count()).toBe(0);
  });

  it('keeps a new name, but not one that is refused with an exception', async () => {
    const ada = await visitAs('Ada');
    await ada.post('/rename').type('form').send({ name: 'Grace' }).expect(303);
    await ada.post('/rename').type('form').send({ name: 'admin' }).expect(409);
    expect((await ada.get('/')).body.name).toBe('Grace');
  });

  it('would keep the refused name without the filter', async () => {
    const ada = await visitAs('Ada', ModuleWithoutFilter);
    await ada.post('/rename').type('form').send({ name: 'admin' }).expect(409);
    expect((await ada.get('/')).body.name).toBe('admin');
  });

  it.each(['guard', 'middleware'])('writes nothing when a %s refuses the request', async (path) => {
    const ada = await visitAs('Ada', TroubleModule);
    await ada.post(`/${path}`).expect(403);
    expect((await ada.get('/')).body.name).toBe('Ada');
  });

  it('responds with 503 when the session cannot be loaded', async () => {
    const ada = await visitAs('Ada');
    breakStore();
    await ada.get('/').expect(503, { statusCode: 503, message: 'Service Unavailable' });
  });

  it('responds with 503 when the session cannot be written', async () => {
    const ada = await visitAs('Ada', TroubleModule);
    const answer = await ada.post('/outage').type('form').send({ name: 'Grace' });
    expect([answer.status, answer.body]).toEqual([503, { statusCode: 503, message: 'Service Unavailable' }]);
  });

  it('responds to errors as Nest does when the request has no session', async () => {
    const ada = await visit(createBare());
    await ada.get('/nowhere').expect(404);
  });
});
