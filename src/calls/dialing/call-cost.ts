/** What a call out costs, by estimate. Pure. */
import { type CallRate, DEFAULT_RATES } from '../../../shared/api/dial-policy.ts';

/** Charged for every minute that begins, ms. */
export const CHARGED_MS = 60_000;

const longestOf = (rates: readonly CallRate[], number: string): CallRate | null =>
  rates.reduce<CallRate | null>((best, rate) => (number.startsWith(rate.prefix) && rate.prefix.length >= (best?.prefix.length ?? 0) ? rate : best), null);

/**
 * The rate of a number: the tenant's own with the longest prefix, else the assumed one.
 * @param number E.164, or a short code
 */
export const rateOf = (rates: readonly CallRate[], number: string): CallRate =>
  longestOf(rates, number) ?? longestOf(DEFAULT_RATES, number) ?? { prefix: '', perMinute: 0, perCall: 0 };

/** Yen for a call that was answered and talked so long, ms. */
export const costOf = ({ perCall, perMinute }: Pick<CallRate, 'perCall' | 'perMinute'>, talkMs: number): number =>
  perCall + perMinute * (Math.floor(Math.max(0, talkMs) / CHARGED_MS) + 1);
