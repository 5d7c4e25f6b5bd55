import { type ArgumentsHost, Catch } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { discardOnError } from '@store/session/node';

const discard = discardOnError();

/**
 * Discards the changes that a request made to its session before an exception. Nest turns exceptions into responses before Express
 * or Fastify see them, so nothing else can tell that the request has failed. It is a filter because an interceptor would miss
 * exceptions from guards, which run first.
 */
@Catch()
export class DiscardChangesFilter extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    discard(exception, http.getRequest(), http.getResponse(), () => super.catch(exception, host));
  }
}
