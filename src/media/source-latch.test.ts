import { describe, expect, it } from 'vitest';
import { SourceLatch } from './source-latch.ts';

const PEER = { host: '192.0.2.1', port: 4000 };
const NAT = { host: '198.51.100.1', port: 5000 };
const STRANGER = { host: '203.0.113.9', port: 6000 };

function open(): SourceLatch {
  const latch = new SourceLatch();
  latch.signal(PEER);
  return latch;
}

describe('SourceLatch', () => {
  it('is closed to everybody before a remote is signalled', () => {
    const latch = new SourceLatch();
    expect(latch.admit(PEER.host, PEER.port, 0)).toBe(false);
    expect(latch.target).toBeNull();
  });

  it('sends to the signalled address until it has heard something', () => {
    expect(open().target).toEqual(PEER);
  });

  it('sends nowhere when the signalled address says nothing', () => {
    const latch = new SourceLatch();
    latch.signal({ host: '0.0.0.0', port: 4000 });
    expect(latch.target).toBeNull();
  });

  it('locks on the first source and lets nobody else in', () => {
    const latch = open();
    expect(latch.admit(NAT.host, NAT.port, 0)).toBe(true);
    expect(latch.admit(STRANGER.host, STRANGER.port, 10)).toBe(false);
    expect(latch.admit(NAT.host, STRANGER.port, 10)).toBe(false);
    expect(latch.isLocked(NAT.host, NAT.port)).toBe(true);
    expect(latch.target).toEqual(NAT);
  });

  it('lets the signalled address replace a first source for two seconds, no longer, and never the other way round', () => {
    const early = open();
    early.admit(STRANGER.host, STRANGER.port, 0);
    expect(early.admit(PEER.host, PEER.port, 1999)).toBe(true);
    expect(early.admit(STRANGER.host, STRANGER.port, 2000)).toBe(false);

    const late = open();
    late.admit(NAT.host, NAT.port, 0);
    expect(late.admit(PEER.host, PEER.port, 2001)).toBe(false);
  });

  it('opens again only for another signalled address', () => {
    const latch = open();
    latch.admit(NAT.host, NAT.port, 0);
    latch.signal({ ...PEER });
    expect(latch.isLocked(NAT.host, NAT.port)).toBe(true);
    latch.signal(STRANGER);
    expect(latch.isLocked(NAT.host, NAT.port)).toBe(false);
    expect(latch.target).toEqual(STRANGER);
  });
});
