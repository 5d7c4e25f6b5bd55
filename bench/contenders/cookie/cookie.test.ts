import { beforeEach, describe, expect, it } from 'vitest';
import { type Contender, contendersOf, type OpenContender } from '../../contender.ts';
import { countView, sessionContent, sessionId } from '../../workload/content.ts';
import { cookie } from './cookie.ts';
import { cookieContender } from './cookie-contender.ts';

const id = sessionId(1);
const content = sessionContent(1);

describe.each(contendersOf(cookie))('$name', ({ open }: Contender) => {
  let store: OpenContender;
  const load = async (wanted: string) => store.contentOf(await store.load(wanted));

  beforeEach(async () => {
    store = await open('');
  });

  it('gives back what was sealed', async () => {
    await store.saveNew(id, content);
    expect(await load(id)).toEqual(content);
  });

  it('does not open a cookie that was changed', async () => {
    expect(await load(sessionId(2))).toBeUndefined();
  });

  it('seals what a request makes of the session it opened', async () => {
    await store.saveNew(id, content);
    for (let request = 1; request <= 3; request++) await store.update?.(id, await store.load(id), countView);
    expect((await load(id))?.data).toEqual({ ...content.data, views: 3 });
    expect(store.rows()).toBe(1);
  });
});

describe('cookieContender', () => {
  it('keeps what was sealed and nothing else', async () => {
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
