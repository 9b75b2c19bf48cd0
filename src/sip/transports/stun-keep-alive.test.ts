import { describe, expect, it } from 'vitest';
import { MUTANTS, MUTANTS_TIMEOUT_MS, SLOW_MS, storm } from '../../../test/support/mutants.ts';
import { bindingRequest, bindingResponse } from './stun-keep-alive.ts';

/** A binding request with SOFTWARE (RFC 8489 section 14.14). */
const REQUEST = Buffer.concat([Buffer.from('0001000c2112a442', 'hex'), Buffer.from('0123456789ab'), Buffer.from('80220008', 'hex'), Buffer.from('software')]);
const BARE = Buffer.concat([Buffer.from('000100002112a442', 'hex'), Buffer.from('0123456789ab')]);

describe('STUN on the SIP port', () => {
  it('tells the address that the request came from', () => {
    const request = bindingRequest(REQUEST);
    if (!request) throw new Error('not taken');
    const response = bindingResponse(request, '192.0.2.1', 32_853);
    expect(response.subarray(0, 8).toString('hex')).toBe('0101000c2112a442');
    expect(response.subarray(8, 20).toString()).toBe('0123456789ab');
    expect(response.subarray(20).toString('hex')).toBe('002000080001a147e112a643');
  });

  it(`takes ${MUTANTS} mutants for requests or for none, in time`, { timeout: MUTANTS_TIMEOUT_MS }, () => {
    let taken = 0;
    const tally = storm([REQUEST, BARE], MUTANTS, () => false, (bytes) => {
      const request = bindingRequest(bytes);
      if (!request) return;
      taken++;
      expect(bindingResponse(request, taken % 2 === 0 ? '192.0.2.1' : '2001:db8::1', 5060).length).toBeGreaterThan(30);
    });
    expect(tally.accepted).toBe(MUTANTS);
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(MUTANTS / 2);
    expect(tally.slowestMs).toBeLessThan(SLOW_MS);
  });
});
