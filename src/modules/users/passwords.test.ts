import { describe, expect, it } from 'vitest';
import { hashPassword, passwordFault, verifyPassword } from './passwords.ts';

describe('passwordFault', () => {
  it.each([
    ['short', 'too_short'],
    ['14 characters!', 'too_short'],
    ['x'.repeat(300), 'too_long'],
    ['aaaaaaaaaaaaaaaa', 'too_uniform'],
    ['abcabcabcabcabcabc', 'too_uniform'],
    ['tanukitanukitanuki', 'too_uniform'],
    ['passwordpassword1234', 'too_common'],
    ['Password-Qwerty-2026', 'too_common'],
    ['ＰＡＳＳＷＯＲＤ－qwerty－2026', 'too_common'],
    ['smartcontactcenter1', 'too_common'],
    ['acme-supervisor-sv1!', 'too_common'],
    ['1q2w3e4r5t6y7u8i', 'too_common'],
    ['qwertyuiop123456789', 'too_common'],
    ['liverpool.barcelona', 'too_common'],
    ['Liverpool-Barcelona-07', 'too_common'],
    ['liverpool barcelona 2026', 'too_common'],
    ['liverpool barcelona chelsea', null],
    ['harbour lights at seven', null],
    ['correct horse battery staple', null],
    ['たぬきは夜に山でうどんを食べる', null],
    ['k3Jd8sLq0vTzXw2', null],
  ])('%s: %s', (password, fault) => {
    expect(passwordFault(password, ['sv1', 'acme', 'Acme K.K.'])).toBe(fault);
  });
});

describe('hashPassword', () => {
  it('verifies the whole password, in any Unicode form', async () => {
    const stored = await hashPassword('がぎぐげご 0123456789 長い');
    expect(await verifyPassword(stored, 'がぎぐげご 0123456789 長い'.normalize('NFD'))).toBe(true);
    expect(await verifyPassword(stored, 'がぎぐげご 0123456789 長')).toBe(false);
    expect(stored).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  });

  it('refuses when there is no hash, after as much work', async () => {
    const stored = await hashPassword('the real one, long enough');
    await verifyPassword(null, 'warm up');
    const time = async (hash: string | null): Promise<number> => {
      const start = performance.now();
      await verifyPassword(hash, 'a guess');
      return performance.now() - start;
    };
    const known = await time(stored);
    const unknown = await time(null);
    expect(await verifyPassword(null, 'a password that nobody has')).toBe(false);
    expect(unknown).toBeGreaterThan(known / 4);
  });
});
