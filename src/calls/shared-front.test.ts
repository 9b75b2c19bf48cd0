import { describe, expect, it } from 'vitest';
import { auditorOf, realmOf } from './shared-front.ts';

const [demo, beta, gamma] = [{ slug: 'demo' }, { slug: 'beta' }, { slug: 'gamma' }];

describe('auditorOf', () => {
  it('is the only tenant there is', () => {
    expect(auditorOf([beta])).toBe(beta);
  });

  it('is the demo tenant when the call could have been for several', () => {
    expect(auditorOf([beta, demo])).toBe(demo);
  });

  it('is nobody where there is no demo tenant, or none at all', () => {
    expect(auditorOf([beta, gamma])).toBeNull();
    expect(auditorOf([])).toBeNull();
  });
});

describe('realmOf', () => {
  it('is the tenant whose name begins the host', () => {
    expect(realmOf('beta.sip.example', [demo, beta])).toBe('beta');
    expect(realmOf('BETA.sip.example', [demo, beta])).toBe('beta');
  });

  it('stays the demo tenant for an address when a second tenant comes', () => {
    expect(realmOf('127.0.0.1', [demo])).toBe('demo');
    expect(realmOf('127.0.0.1', [demo, beta])).toBe('demo');
  });

  it('is the name itself when it is nobody\'s, so that it looks like one of somebody', () => {
    expect(realmOf('nosuch.sip.example', [demo, beta])).toBe('nosuch');
    expect(realmOf('nosuch.sip.example', [beta])).toBe('beta');
    expect(realmOf('[2001:db8::1]', [demo, beta])).toBe('demo');
  });

  it('is nobody\'s when it could be several', () => {
    expect(realmOf('127.0.0.1', [beta])).toBe('beta');
    expect(realmOf('127.0.0.1', [beta, gamma])).toBe('scc');
  });
});
