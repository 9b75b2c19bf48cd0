/** Random texts for tags, branches and Call-IDs, cut from blocks: asking the system once per message would cost more. */
import type { RandomBytes } from '../lib/ids.ts';

export type TokenSource = () => string;

const TOKEN_BYTES = 12;
const BLOCK_TOKENS = 64;

/** @param random the process's random source, or a seeded one @returns a source of 24 hex digits (96 bits) each */
export function tokenSource(random: RandomBytes): TokenSource {
  let block = '';
  let at = 0;
  return () => {
    if (at >= block.length) {
      block = Buffer.from(random(TOKEN_BYTES * BLOCK_TOKENS)).toString('hex');
      at = 0;
    }
    const token = block.slice(at, at + TOKEN_BYTES * 2);
    at += TOKEN_BYTES * 2;
    return token;
  };
}
