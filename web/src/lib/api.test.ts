import { describe, expect, it } from 'vitest';
import { urlOf } from './api.ts';

describe('urlOf', () => {
  it('fills and escapes the names of the path', () => {
    expect(urlOf('/customers/{id}/timeline', { id: 'a/b ?' })).toBe('/api/v1/customers/a%2Fb%20%3F/timeline');
  });

  it('leaves out what is not given and repeats lists', () => {
    const query = { q: '髙橋', cursor: undefined, empty: '', none: null, limit: 50, flag: false, code: ['a', 'b'] };
    expect(urlOf('/customers', {}, query)).toBe('/api/v1/customers?q=%E9%AB%99%E6%A9%8B&limit=50&flag=false&code=a&code=b');
  });
});
