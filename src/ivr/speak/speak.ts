import * as english from './english.ts';
import * as japanese from './japanese.ts';

export type SpokenLanguage = 'ja' | 'en';

/** Something to be read out. Numbers are whole. */
export type Spoken =
  /** 0 to 999,999,999,999. */
  | { kind: 'number'; value: number }
  /** A telephone number or the like, digit by digit; other characters are pauses. */
  | { kind: 'digits'; value: string }
  /** Months 1 to 12, weekdays 0 (Sunday) to 6. */
  | { kind: 'date'; year: number | null; month: number; day: number; weekday: number | null }
  /** Hours 0 to 23. */
  | { kind: 'time'; hour: number; minute: number }
  | { kind: 'yen'; value: number }
  /** A place in a queue with its counter, 1 to 9999. */
  | { kind: 'position'; value: number }
  /** A length of time, 1 minute to 11 h 59 min. */
  | { kind: 'minutes'; value: number };

const PAUSE = 'tones/pause';
const LARGEST = 999_999_999_999;

function check(value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) throw new RangeError(`${value} cannot be read out`);
}

/**
 * The shipped sounds that, played one after the other without a gap (`PlaySource.files`), say it.
 * @throws RangeError for what has no reading
 */
export function spellOut(language: SpokenLanguage, spoken: Spoken): string[] {
  const isJapanese = language === 'ja';
  switch (spoken.kind) {
    case 'number':
      check(spoken.value, 0, LARGEST);
      return isJapanese ? japanese.japaneseNumber(spoken.value) : english.englishNumber(spoken.value);
    case 'digits':
      return digits(language, spoken.value);
    case 'date':
      check(spoken.year ?? 2000, 1000, 2999);
      check(spoken.month, 1, 12);
      check(spoken.day, 1, 31);
      check(spoken.weekday ?? 0, 0, 6);
      return (isJapanese ? japanese.japaneseDate : english.englishDate)(spoken.year, spoken.month, spoken.day, spoken.weekday);
    case 'time':
      check(spoken.hour, 0, 23);
      check(spoken.minute, 0, 59);
      return (isJapanese ? japanese.japaneseTime : english.englishTime)(spoken.hour, spoken.minute);
    case 'yen':
      check(spoken.value, 0, LARGEST);
      return isJapanese ? japanese.japaneseYen(spoken.value) : english.englishYen(spoken.value);
    case 'position':
      check(spoken.value, 1, 9999);
      return isJapanese ? japanese.japanesePosition(spoken.value) : english.englishPosition(spoken.value);
    case 'minutes':
      check(spoken.value, 1, 719);
      return isJapanese ? japanese.japaneseMinutes(spoken.value) : english.englishMinutes(spoken.value);
  }
}

function digits(language: SpokenLanguage, value: string): string[] {
  if (!/\d/.test(value) || value.length > 40) throw new RangeError('no digits to read out');
  return value
    .trim()
    .split(/([0-9])/)
    .filter((piece) => piece !== '')
    .map((piece) => (/^\d$/.test(piece) ? `${language}/number-${piece}` : PAUSE));
}
