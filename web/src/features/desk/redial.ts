/** Whether the own number is shown: as the line usually does, withheld (184), or shown (186). */
export type Showing = 'default' | '184' | '186';

/** A prefix that somebody typed themselves stays; inside numbers get none. */
export const withPrefix = (number: string, showing: Showing): string => (showing === 'default' || /^18[46]/.test(number) || !/^[+0０＋]/.test(number) ? number : `${showing}${number}`);

const MOST = 5;

/** Distinct numbers of outbound calls, newest first. */
export const dialledNumbers = (calls: readonly { dialledNumber: string }[]): string[] => [...new Set(calls.map(({ dialledNumber }) => dialledNumber))].filter((number) => number !== '').slice(0, MOST);
