import type { CallRate } from '../../../../shared/api/dial-policy.ts';

const PREFIX = /^\+?\d{1,15}$/;

export const isPrefix = (text: string): boolean => PREFIX.test(text);

export const areRatesSound = (rates: readonly CallRate[]): boolean => rates.every(({ prefix }) => isPrefix(prefix)) && new Set(rates.map(({ prefix }) => prefix)).size === rates.length;
