import type { SessionData } from '@store/core';
import { describe, expect, it } from 'vitest';
import { openLoaded } from '../../test/opened.ts';

function open(flash: SessionData) {
  const request = openLoaded({ flash });
  const { session } = request;
  return {
    session,
    request,
    flashAfter: (current = flash) => request.journal.take().change({ data: {}, flash: current }).flash,
  };
}

describe('session flash', () => {
  it('is readable from the next request on, not in the request that sets it', () => {
    const { session, flashAfter } = open({ old: 1 });
    session.flash('new', 1);
    session.flash('old', 2);
    expect([session.getFlash('new'), session.hasFlash('new'), session.getFlash('old')]).toEqual([
      undefined,
      false,
      1,
    ]);
    expect(flashAfter()).toEqual({ old: 2, new: 1 });
  });

  it('is consumed by the request that reads it, which can read it again', () => {
    const { session, flashAfter } = open({ a: 1, b: 1 });
    expect([session.getFlash('a'), session.getFlash('a'), session.hasFlash('a')]).toEqual([1, 1, true]);
    expect(flashAfter()).toEqual({ b: 1 });
  });

  it('stays until it is read: hasFlash does not consume it', () => {
    const { session, request } = open({ a: 1 });
    expect(session.hasFlash('a')).toBe(true);
    expect(request.journal.isChanged).toBe(false);
  });

  it('is removed only if it is still the one that was read', () => {
    const { session, flashAfter } = open({ a: { text: 'first', level: 1 }, b: 1 });
    session.getFlash('a');
    session.getFlash('b');
    expect(flashAfter({ a: { text: 'second', level: 1 }, b: 1 })).toEqual({
      a: { text: 'second', level: 1 },
    });
    const again = open({ a: { text: 'first', level: 1 } });
    again.session.getFlash('a');
    expect(again.flashAfter({ a: { level: 1, text: 'first' } })).toEqual({});
  });

  it('is kept by keepFlash, entirely or by key, before or after reading', () => {
    const { session, flashAfter } = open({ a: 1, b: 1, c: 1 });
    session.getFlash('a');
    session.keepFlash('a', 'b');
    for (const key of ['b', 'c']) session.getFlash(key);
    expect(flashAfter()).toEqual({ a: 1, b: 1 });
    const all = open({ a: 1, b: 1 });
    all.session.keepFlash();
    all.session.getFlash('a');
    expect(all.request.journal.isChanged).toBe(false);
  });

  it('set with flashNow is readable in this request and never stored', () => {
    const { session, request } = open({ a: 'stored' });
    session.flashNow('a', 'now');
    session.flashNow('b', 'now');
    expect([session.getFlash('a'), session.getFlash('b'), session.hasFlash('b')]).toEqual([
      'now',
      'now',
      true,
    ]);
    expect(request.journal.isChanged).toBe(false);
  });

  it('is consumed if it was read before a reload, but not if a newer value arrived under its name', () => {
    const flash = { notice: 'Saved', warning: 'Low' };
    const { request, session, flashAfter } = open(flash);
    session.getFlash('notice');
    session.getFlash('warning');
    request.journal.rebase({ ...request.journal.base, flash: { ...flash, warning: 'Empty' } });
    expect(flashAfter({ ...flash, warning: 'Empty' })).toEqual({ warning: 'Empty' });
  });
});
