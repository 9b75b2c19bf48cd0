import { describe, expect, it } from 'vitest';
import { bodyOf, emptyTrunk, faultsOf, isSound, withPreset } from './trunk-draft.ts';

const ip = { ...emptyTrunk, kind: 'ip' as const, name: ' 本社 ', host: 'sip.example.jp' };

describe('a trunk in the form', () => {
  it('needs an account only when it registers, and no password when one is stored', () => {
    expect(isSound(faultsOf(ip, false))).toBe(true);
    const registering = { ...ip, kind: 'registration' as const, realm: 'example.jp', username: '0312345678' };
    expect(faultsOf(registering, false).account).toBe(true);
    expect(isSound(faultsOf(registering, true))).toBe(true);
    expect(isSound(faultsOf({ ...registering, password: 'x' }, false))).toBe(true);
  });

  it.each([
    [{ host: 'a b' }, 'host'],
    [{ monitorSeconds: 4 }, 'monitor'],
  ] as const)('refuses %j', (wrong, field) => {
    const faults = faultsOf({ ...ip, ...wrong }, false);
    expect(faults[field]).toBe(true);
    expect(isSound(faults)).toBe(false);
  });

  it('names what is no range', () => {
    expect(faultsOf({ ...ip, sourceRanges: '192.0.2.0/24\noffice' }, false).ranges).toEqual(['office']);
  });

  it('sends a password only when one was typed, and ranges one by one', () => {
    expect(bodyOf({ ...ip, sourceRanges: '192.0.2.1\n198.51.100.0/24' })).toMatchObject({ name: '本社', sourceRanges: ['192.0.2.1', '198.51.100.0/24'] });
    expect('password' in bodyOf(ip)).toBe(false);
    expect(bodyOf({ ...ip, password: 'p' }).password).toBe('p');
  });

  it('takes over what a kind of carrier wants and keeps what was typed', () => {
    const ngn = withPreset(ip, 'ngn');
    expect(ngn).toMatchObject({ name: ' 本社 ', host: 'sip.example.jp', profile: 'ngn', dialledFrom: 'to', numberFormat: 'national', inbandDtmf: true, dscp: 32 });
    expect(withPreset(ngn, 'kddi')).toMatchObject({ callerId: 'account', kind: 'registration', dialledFrom: 'request_uri', inbandDtmf: false });
  });
});
