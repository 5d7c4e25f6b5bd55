import type { NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { sessionPlugin } from '@store/session/fastify';

export async function createFastifyApp(module: Type, options: NestApplicationOptions = {}) {
  const adapter = new FastifyAdapter();
  // Register the plugin before `create`, which adds Nest's own middleware: otherwise the session would come after it.
  await adapter.getInstance().register(sessionPlugin);
  return NestFactory.create<NestFastifyApplication>(module, adapter, options);
}
