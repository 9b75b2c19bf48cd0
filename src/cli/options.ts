import { InvalidArgumentError } from 'commander';

/** A whole number given as an option's value. @throws InvalidArgumentError */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100_000) throw new InvalidArgumentError('must be a whole number from 1 to 100000');
  return value;
}
