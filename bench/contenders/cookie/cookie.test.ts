import { describe, expect, it } from 'vitest';
import { sessionContent, sessionId } from '../../workload/content.ts';
import { proveContenders } from '../prove-contenders.ts';
import { cookie } from './cookie.ts';
import { cookieContender } from './cookie-contender.ts';

proveContenders(cookie);

describe('cookieContender', () => {
  it('keeps what was sealed and nothing else', async () => {
    const id = sessionId(1);
    const content = sessionContent(1);
    const opened: string[] = [];
    const contender = cookieContender('plain', () => ({
      seal: (_, value) => `AA${JSON.stringify(value)}`,
      open(text) {
        opened.push(text);
        return JSON.parse(text.slice(2));
      },
    }));
    const store = await contender.open('');
    await store.saveNew(id, content);
    expect(await store.load(id)).toEqual(content);
    expect(opened).toEqual([`AA${JSON.stringify(content)}`]);
    await store.destroy(id);
    expect(store.rows()).toBe(0);
  });
});
