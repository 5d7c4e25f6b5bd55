import type { NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { sessionMiddleware } from '@store/session/express';

export async function createExpressApp(module: Type, options: NestApplicationOptions = {}) {
  const app = await NestFactory.create<NestExpressApplication>(module, options);
  app.use(sessionMiddleware());
  return app;
}
