import { createHash, randomBytes } from 'node:crypto';
import JsSIP from 'jssip';
import { expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { SipUserAgent } from '../sip-agent.ts';
import type { ContactBinding } from '../types.ts';

it('JsSIP registers over a WebSocket, and its contact ends with the connection', async () => {
  const seen: (readonly ContactBinding[])[] = [];
  const agent = new SipUserAgent({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    logger: silentLogger,
    random: randomBytes,
    webSocket: { port: 0, securePort: null, origins: [] },
    realmFor: () => 'demo',
    directory: {
      trunkFor: () => null,
      // It knows nothing else.
      offersMd5: () => true,
      deviceSecret: (realm, user, algorithm) => {
        const hash = createHash(algorithm === 'MD5' ? 'md5' : 'sha256');
        return Promise.resolve({ deviceId: 'd', tenantId: 't', ha1: hash.update(`${user}:${realm}:secret`).digest('hex') });
      },
      bindingsChanged: (_deviceId, contacts) => void seen.push(contacts),
    },
    onEvent: () => undefined,
  });
  const { wsPort } = await agent.start();
  const socket = new JsSIP.WebSocketInterface(`ws://127.0.0.1:${wsPort}/sip`);
  const phone = new JsSIP.UA({ sockets: [socket], uri: 'sip:alice@demo.example', password: 'secret', user_agent: 'third party' });
  try {
    const registered = new Promise((resolve, reject) => {
      phone.on('registered', resolve);
      phone.on('registrationFailed', ({ cause }) => reject(new Error(String(cause))));
    });
    phone.start();
    await registered;
    expect(seen.at(-1)).toMatchObject([{ source: { transport: 'ws', host: '127.0.0.1' } }]);
    expect(seen.at(-1)?.[0]?.uri).toMatch(/\.invalid;transport=ws/);
    socket.disconnect();
    await expect.poll(() => seen.at(-1)).toEqual([]);
  } finally {
    phone.stop();
    await agent.stop();
  }
});
