import type { NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { sessionPlugin } from '@store/session/fastify';

export async function createFastifyApp(module: Type, options: NestApplicationOptions = {}) {
  const adapter = new FastifyAdapter();
  // Before `create`, which makes room for Nest's own middleware: registered later, the session would come after that.
  await adapter.getInstance().register(sessionPlugin);
  return NestFactory.create<NestFastifyApplication>(module, adapter, options);
}
