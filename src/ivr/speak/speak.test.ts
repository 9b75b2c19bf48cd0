import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { spellOut, type Spoken, type SpokenLanguage } from './speak.ts';

const said = (language: SpokenLanguage, spoken: Spoken): string =>
  spellOut(language, spoken).map((name) => name.replace(/^(?:ja|en|tones)\//, '')).join(' ');
const number = (language: SpokenLanguage, value: number): string => said(language, { kind: 'number', value });

describe('Japanese', () => {
  it.each([
    [0, 'number-0'],
    [300, 'hundred-3'],
    [608, 'hundred-6 number-8'],
    [800, 'hundred-8'],
    [1000, 'thousand-1'],
    [3014, 'thousand-3 number-14'],
    [10_000, 'number-1 unit-man'],
    [10_000_000, 'thousand-1-linked unit-man'],
    [123_456_789, 'number-1 unit-oku thousand-2 hundred-3 number-45 unit-man thousand-6 hundred-7 number-89'],
  ])('reads %i', (value, expected) => {
    expect(number('ja', value)).toBe(expected);
  });

  it.each<[Spoken, string]>([
    [{ kind: 'yen', value: 1200 }, 'thousand-1 hundred-2 unit-yen'],
    [{ kind: 'yen', value: 4 }, 'yen-4'],
    [{ kind: 'yen', value: 214 }, 'hundred-2 number-10 yen-4'],
    [{ kind: 'time', hour: 0, minute: 30 }, 'am hour-0 minute-30'],
    [{ kind: 'time', hour: 16, minute: 0 }, 'pm hour-4'],
    [{ kind: 'date', year: 2024, month: 4, day: 1, weekday: 1 }, 'thousand-2 number-20 year-4 month-4 day-1 weekday-1'],
    [{ kind: 'minutes', value: 8 }, 'minute-8'],
    [{ kind: 'minutes', value: 75 }, 'hour-1 unit-span minute-15'],
    [{ kind: 'position', value: 120 }, 'hundred-1 number-20 queue-position-unit'],
    [{ kind: 'digits', value: '03-1234' }, 'number-0 number-3 pause number-1 number-2 number-3 number-4'],
  ])('reads %o', (spoken, expected) => {
    expect(said('ja', spoken)).toBe(expected);
  });
});

describe('English', () => {
  it.each([
    [0, 'number-0'],
    [101, 'number-1 hundred and number-1'],
    [1005, 'number-1 thousand and number-5'],
    [12_300, 'number-12 thousand number-3 hundred'],
    [2_000_000_001, 'number-2 billion and number-1'],
  ])('reads %i', (value, expected) => {
    expect(number('en', value)).toBe(expected);
  });

  it.each<[Spoken, string]>([
    [{ kind: 'time', hour: 0, minute: 5 }, 'number-12 oh number-5 am'],
    [{ kind: 'time', hour: 13, minute: 0 }, 'number-1 pm'],
    [{ kind: 'date', year: 2026, month: 11, day: 25, weekday: 3 }, 'weekday-3 month-11 day-25 number-20 number-26'],
    [{ kind: 'date', year: 2005, month: 1, day: 2, weekday: null }, 'month-1 day-2 number-2 thousand and number-5'],
    [{ kind: 'date', year: 1900, month: 1, day: 2, weekday: null }, 'month-1 day-2 number-19 hundred'],
    [{ kind: 'minutes', value: 61 }, 'number-1 hour number-1 minute'],
    [{ kind: 'yen', value: 980 }, 'number-9 hundred and number-80 yen'],
  ])('reads %o', (spoken, expected) => {
    expect(said('en', spoken)).toBe(expected);
  });
});

describe('what is said', () => {
  it('has a sound for every part', () => {
    const spoken: Spoken[] = [];
    for (let value = 0; value < 10_000; value++) spoken.push({ kind: 'number', value }, { kind: 'yen', value });
    for (let value = 1e8 + 1e4; value < 1e12; value *= 1.7) spoken.push({ kind: 'number', value: Math.floor(value) });
    for (let value = 1; value < 720; value++) spoken.push({ kind: 'minutes', value }, { kind: 'position', value });
    for (let hour = 0; hour < 24; hour++) for (let minute = 0; minute < 60; minute++) spoken.push({ kind: 'time', hour, minute });
    for (let day = 1; day <= 31; day++) {
      spoken.push({ kind: 'date', year: 1999 + day, month: ((day - 1) % 12) + 1, day, weekday: day % 7 });
    }
    spoken.push({ kind: 'digits', value: '0123 456-789' });
    const names = new Set(spoken.flatMap((each) => [...spellOut('ja', each), ...spellOut('en', each)]));
    const sounds = new URL('../../../assets/sounds/', import.meta.url);
    expect([...names].filter((name) => !existsSync(new URL(`${name}.wav`, sounds)))).toEqual([]);
    expect(names.size).toBeGreaterThan(400);
  });

  it.each<Spoken>([
    { kind: 'number', value: -1 },
    { kind: 'number', value: 1.5 },
    { kind: 'number', value: 1e12 },
    { kind: 'time', hour: 24, minute: 0 },
    { kind: 'date', year: null, month: 13, day: 1, weekday: null },
    { kind: 'minutes', value: 0 },
    { kind: 'digits', value: '' },
    { kind: 'position', value: 0 },
  ])('refuses %o', (spoken) => {
    expect(() => spellOut('ja', spoken)).toThrow(RangeError);
  });
});
