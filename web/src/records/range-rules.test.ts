import { describe, expect, it } from 'vitest';
import { looksLikeRange, parseRanges, wrongRanges } from './range-rules.ts';

describe('parseRanges', () => {
  it('reads lines, commas and full-width digits, each range once', () => {
    expect(parseRanges('192.0.2.7\n\n 10.0.0.0/8, 10.0.0.0/8、192.0.2.8')).toEqual(['192.0.2.7', '10.0.0.0/8', '192.0.2.8']);
    expect(parseRanges('  \n')).toEqual([]);
  });
});

describe('looksLikeRange', () => {
  it.each(['192.0.2.7', '10.0.0.0/8', '0.0.0.0/0', '2001:db8::/32', '::1'])('takes %s', (range) => {
    expect(looksLikeRange(range)).toBe(true);
  });

  it.each(['192.0.2', '192.0.2.256', '10.0.0.0/33', '10.0.0.0/8/8', '2001:db8::/129', 'office', '10.0.0.0/'])('does not take %s', (range) => {
    expect(looksLikeRange(range)).toBe(false);
  });

  it('names the first wrong ones', () => {
    expect(wrongRanges(['::1', 'a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c']);
  });
});
