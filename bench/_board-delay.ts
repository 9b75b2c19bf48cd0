import type { ServerMessage } from '../shared/events.ts';
import { PHONE_SDP } from '../src/calls/testing/fake-sip.ts';
import { startProduct } from '../test/support/product.ts';
import { SipPhone } from '../test/support/sip-phone.ts';
import { ApiSession } from '../test/support/story-api.ts';
import { sleep, waitFor } from '../test/support/story-wait.ts';

const RINGS_EVERY_MS = 130;
/** How long a call may take to the board before the run has failed, ms. */
const LIMIT_MS = 10_000;

/**
 * How long a supervisor's board takes to show a call: from the INVITE leaving the caller to the update that holds the call,
 * both in this process. The whole product runs in a folder of its own; the calls go to the echo number.
 * @returns one delay for each call, ms
 */
export async function boardDelays(calls: number): Promise<number[]> {
  const product = await startProduct();
  try {
    const supervisor = await ApiSession.open(product, 'sv1');
    const shown = await watchBoard(supervisor);
    const delays: number[] = [];
    for (let index = 0; index < calls; index++) {
      const number = `0900000${String(1000 + index)}`;
      const phone = await SipPhone.start({ user: number });
      const before = performance.now();
      const call = phone.call(`sip:0312340004@127.0.0.1:${product.sipPort}`, { sdp: PHONE_SDP });
      const at = await waitFor(`the call from ${number} on the board`, () => shown.get(number), LIMIT_MS, 1);
      delays.push(at - before);
      await call.until('answered');
      await phone.stop();
      await sleep(RINGS_EVERY_MS);
    }
    return delays;
  } finally {
    await product.stop();
  }
}

/** Opens the supervisor's event socket and notes when each caller's number is first shown, by the monotonic clock. */
async function watchBoard(supervisor: ApiSession): Promise<Map<string, number>> {
  const shown = new Map<string, number>();
  const url = `${supervisor.baseUrl.replace('http', 'ws')}/api/v1/events`;
  // Headers are an addition of Node's WebSocket to that of browsers.
  const options = { headers: { cookie: supervisor.cookie, origin: supervisor.baseUrl } } as unknown as string[];
  const socket = new WebSocket(url, options);
  let watching = false;
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as ServerMessage;
    if (message.type === 'hello') socket.send(JSON.stringify({ type: 'board.watch', ref: 1, on: true }));
    if (message.type === 'board') watching = true;
    if (message.type !== 'board.update') return;
    for (const { callerNumber } of message.calls) {
      const digits = callerNumber.replaceAll('-', '');
      if (!shown.has(digits)) shown.set(digits, performance.now());
    }
  });
  await waitFor('the board', () => watching);
  return shown;
}
