import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AppController } from './app.controller.ts';
import { DiscardChangesFilter } from './discard-changes.filter.ts';

@Module({
  controllers: [AppController],
  providers: [{ provide: APP_FILTER, useClass: DiscardChangesFilter }],
})
export class AppModule {}
