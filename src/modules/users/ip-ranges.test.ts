import { describe, expect, it } from 'vitest';
import { addressAllowed, normalizeRange, plainAddress } from './ip-ranges.ts';

describe('normalizeRange', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7/32'],
    ['192.0.2.0/24', '192.0.2.0/24'],
    [' 10.0.0.0/8 ', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::1', '::1/128'],
    ['::ffff:192.0.2.7', '192.0.2.7/32'],
  ])('%s is %s', (text, expected) => {
    expect(normalizeRange(text)).toBe(expected);
  });

  it.each(['', '192.0.2', '192.0.2.7/24', '192.0.2.0/33', '192.0.2.0/-1', '192.0.2.0/', '192.0.2.0/24/1', '1.2.3.4/1e1', '2001:db8::1/32', 'fe80::1%eth0', 'example.com', '１９２.0.2.1', '010.0.0.1'])(
    '%j is no range',
    (text) => {
      expect(normalizeRange(text)).toBeNull();
    },
  );
});

describe('addressAllowed', () => {
  it.each([
    [[], '203.0.113.9', true],
    [['192.0.2.0/24'], '192.0.2.255', true],
    [['192.0.2.0/24'], '192.0.3.0', false],
    [['192.0.2.0/24'], '::ffff:192.0.2.1', true],
    [['192.0.2.0/24'], '::ffff:192.0.3.1', false],
    [['2001:db8::/32'], '2001:db8:ffff::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['2001:db8::/32'], '192.0.2.1', false],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['192.0.2.0/24'], '192.0.2.1, 203.0.113.9', false],
    [['192.0.2.0/24'], '', false],
  ])('%j and %s: %s', (ranges, address, expected) => {
    expect(addressAllowed(ranges, address)).toBe(expected);
  });

  it('reads a link-local address without its zone', () => {
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  });
});
