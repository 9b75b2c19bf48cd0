import { describe, expect, it } from 'vitest';
import { callerName, callerNumber } from './party-text.ts';

describe('callerName', () => {
  it('leaves names of people as they are', () => {
    for (const name of ['山田 太郎', 'Zoë O’Connor', '𠮷野家', '<b>']) expect(callerName(name)).toBe(name);
  });

  it.each([
    ['a terminal\'s commands', 'Ev\u0001il\u001b[31m', 'Ev il [31m'],
    ['line breaks', 'a\r\nb', 'a b'],
    ['a turned direction of writing', '\u202eevil\u202c', 'evil'],
    ['half of a pair', 'x\ud800', 'x'],
  ])('takes out %s', (_what, given, kept) => {
    expect(callerName(given)).toBe(kept);
  });

  it('is short, and never cut inside of a character', () => {
    expect(callerName('A'.repeat(20_000))).toHaveLength(100);
    expect(callerName('𠮷'.repeat(200))).toBe('𠮷'.repeat(100));
  });
});

describe('callerNumber', () => {
  it('leaves numbers and users as they are', () => {
    for (const number of ['+81312340001', '03-1234-0001', 'station1']) expect(callerNumber(number)).toBe(number);
  });

  it('cannot break a line, grow without bound, or be nothing', () => {
    expect(callerNumber('\u0000\r\nInjected')).toBe('Injected');
    expect(callerNumber('9'.repeat(5000))).toHaveLength(64);
    expect(callerNumber('\u0000')).toBeNull();
    expect(callerNumber(null)).toBeNull();
  });
});
