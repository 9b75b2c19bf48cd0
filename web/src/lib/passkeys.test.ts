import { expect, it } from 'vitest';
import { type Here, isCancelled, passkeyObstacle } from './passkeys.ts';

const page = (origin: string, more: Partial<Here> = {}): Here => ({ origin, hostname: new URL(origin).hostname, isSecureContext: origin.startsWith('https:') || origin.startsWith('http://localhost'), hasWebAuthn: true, ...more });

it('passkeys work at the one address that the server names', () => {
  expect(passkeyObstacle('https://scc.example.jp', page('https://scc.example.jp'))).toBeNull();
  expect(passkeyObstacle('http://localhost:3000', page('http://localhost:3000'))).toBeNull();
  expect(passkeyObstacle('https://scc.example.jp', page('https://10.0.0.5'))).toBe('other_address');
  expect(passkeyObstacle('https://scc.example.jp', page('https://scc.example.jp', { hasWebAuthn: false }))).toBe('browser');
});

it('says why they do not work where there is none', () => {
  expect(passkeyObstacle(null, page('http://127.0.0.1:3000'))).toBe('ip_address');
  expect(passkeyObstacle(null, page('http://[::1]:3000'))).toBe('ip_address');
  expect(passkeyObstacle(null, page('http://scc.local'))).toBe('no_tls');
  expect(passkeyObstacle(null, page('https://scc.local'))).toBe('no_address');
});

it('a closed question is no fault', () => {
  expect(isCancelled(new DOMException('x', 'NotAllowedError'))).toBe(true);
  expect(isCancelled(new DOMException('x', 'SecurityError'))).toBe(false);
});
