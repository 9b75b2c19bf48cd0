/** Longest name kept of a caller, code points: what a visitor may type too. */
const MAX_NAME = 100;
/** Longest number or SIP user name kept of a caller, code points; E.164 has 15 digits. */
const MAX_NUMBER = 64;

/**
 * Control characters, the marks that turn the direction of writing (U+202A-202E, U+2066-2069 and their like, which make a
 * name read as another), line separators, halves of surrogate pairs. Joiners inside of words stay.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/gu;

const shorten = (text: string, max: number): string => (text.length <= max ? text : Array.from(text.slice(0, max * 2)).slice(0, max).join(''));

/** A caller's name as it may be shown and stored. Whoever calls chooses it, so nothing about it is believed. */
export const callerName = (text: string): string => shorten(text.replaceAll(UNPRINTABLE, ' ').trim(), MAX_NAME);

/** A caller's or dialled number as it may be shown and stored; null when nothing of it can be. */
export function callerNumber(text: string | null): string | null {
  const kept = shorten((text ?? '').replaceAll(UNPRINTABLE, '').trim(), MAX_NUMBER);
  return kept === '' ? null : kept;
}
