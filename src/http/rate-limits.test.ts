import { describe, expect, it } from 'vitest';
import type { AppError } from '../lib/errors.ts';
import { FakeClock } from '../lib/clock.ts';
import { RateLimiter } from './rate-limits.ts';

function caught(run: () => void): AppError | null {
  try {
    run();
    return null;
  } catch (error) {
    return error as AppError;
  }
}

describe('RateLimiter', () => {
  it('refuses the request after the last allowed one and says when to come back', () => {
    const limiter = new RateLimiter({ max: 3, windowMs: 60_000 }, new FakeClock(0));
    for (let count = 0; count < 3; count++) limiter.take('a');
    const error = caught(() => limiter.take('a'));
    expect(error).toMatchObject({ code: 'rate_limited', status: 429, extra: { retryAfter: 60 } });
    expect(caught(() => limiter.take('b'))).toBeNull();
  });

  it('lets nobody burst twice at the edge of a window', () => {
    const clock = new FakeClock(0);
    const limiter = new RateLimiter({ max: 10, windowMs: 60_000 }, clock);
    clock.advance(59_000);
    for (let count = 0; count < 10; count++) limiter.take('a');
    clock.advance(2_000);
    expect(caught(() => limiter.take('a'))).not.toBeNull();
    clock.advance(60_000);
    expect(caught(() => limiter.take('a'))).toBeNull();
  });

  it('does not count refused requests', () => {
    const clock = new FakeClock(0);
    const limiter = new RateLimiter({ max: 1, windowMs: 1_000 }, clock);
    limiter.take('a');
    for (let count = 0; count < 100; count++) caught(() => limiter.take('a'));
    clock.advance(2_000);
    expect(caught(() => limiter.take('a'))).toBeNull();
  });

  it('knows whom it has counted, and refuses who has used it up without counting', () => {
    const clock = new FakeClock(0);
    const limiter = new RateLimiter({ max: 2, windowMs: 1_000 }, clock);
    expect(limiter.knows('a')).toBe(false);
    limiter.take('a');
    for (let count = 0; count < 10; count++) expect(limiter.knows('a')).toBe(true);
    limiter.take('a');
    expect(caught(() => limiter.knows('a'))).toMatchObject({ code: 'rate_limited', extra: { retryAfter: 1 } });
    expect(limiter.knows('b')).toBe(false);
    clock.advance(2_000);
    expect(limiter.knows('a')).toBe(true);
  });
});
