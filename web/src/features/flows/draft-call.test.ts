import { afterEach, expect, it, vi } from 'vitest';
import { DraftCall } from './draft-call.ts';

afterEach(() => vi.unstubAllGlobals());

/** A server that answers when it is told to, and a browser that says that it would call. */
function page() {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const lines: unknown[] = [];
  vi.stubGlobal('fetch', () => promise);
  vi.stubGlobal('location', { protocol: 'https:', host: 'scc.example' });
  vi.stubGlobal(
    'Audio',
    class {
      constructor() {
        lines.push(this);
        throw new Error('no loudspeaker in this test');
      }
    },
  );
  return { lines, answer: () => resolve(Response.json({ ticket: 'a-ticket' })) };
}

const order = { callerNumber: '', withheldReason: 'anonymous', callsOut: false } as const;

it('calls when the order is taken, but not for a page that was left meanwhile', async () => {
  const stays = page();
  const called = new DraftCall().start('flow', order);
  stays.answer();
  await expect(called).rejects.toThrow('no loudspeaker');
  expect(stays.lines).toHaveLength(1);

  const left = page();
  const phone = new DraftCall();
  const ordered = phone.start('flow', order);
  phone.close();
  left.answer();
  await ordered;
  expect(left.lines).toEqual([]);
});
