import { expect, it } from 'vitest';
import { relyingPartyOf } from './webauthn.ts';

it('passkeys work at the public address with TLS, and at localhost', () => {
  expect(relyingPartyOf('https://scc.example.jp', 'http://127.0.0.1:3000')).toEqual({ id: 'scc.example.jp', origin: 'https://scc.example.jp' });
  expect(relyingPartyOf('https://scc.example.jp:8443', 'http://127.0.0.1:3000')).toEqual({ id: 'scc.example.jp', origin: 'https://scc.example.jp:8443' });
  expect(relyingPartyOf('http://localhost:3000', 'http://127.0.0.1:3000')).toEqual({ id: 'localhost', origin: 'http://localhost:3000' });
  expect(relyingPartyOf(null, 'http://localhost:3000')).toEqual({ id: 'localhost', origin: 'http://localhost:3000' });
});

it('and nowhere else: no IP address, no name that only the request says, nothing without TLS', () => {
  for (const [publicUrl, origin] of [
    [null, 'http://127.0.0.1:3000'], [null, 'http://[::1]:3000'], [null, 'https://evil.example'], [null, 'http://localhost.evil.example'], [null, 'nothing'],
    ['http://scc.example.jp', 'http://localhost:3000'], ['https://192.0.2.7', 'http://localhost:3000'], ['https://[2001:db8::1]', 'http://localhost:3000'],
  ] as const) expect([origin, relyingPartyOf(publicUrl, origin)]).toEqual([origin, null]);
});
