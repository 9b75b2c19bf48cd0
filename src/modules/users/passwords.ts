import { hash, verify } from '@node-rs/argon2';
import { invalid } from '../../lib/errors.ts';
import { charactersBesideCommon } from './common-passwords.ts';

/** Characters a password must have at least (NIST SP 800-63B-4 section 3.1.1.2, single factor). */
export const MIN_PASSWORD_LENGTH = 15;
const MAX_PASSWORD_LENGTH = 256;
/** Characters that must be left when everything guessable is taken away. */
const MIN_REST = 8;
const MIN_DIFFERENT = 6;
/** Characters there must be beside two of the most used passwords: a year or a few digits are tried with them. */
const MIN_BESIDE = 5;

/** Words that occur in the passwords attackers try first, longest first; a password may hold them, but not consist of them. */
const COMMON = [
  'smartcontactcenter', 'contactcenter', 'contactcentre', 'administrator', 'callcenter', 'supervisor', 'passphrase', 'operator',
  'password', 'passw0rd', 'p@ssw0rd', 'p@ssword', 'passwort', 'pass', 'letmein', 'welcome', 'changeme', 'default', 'secret', 'iloveyou',
  'trustno1', 'football', 'baseball', 'superman', 'princess', 'sunshine', 'starwars', 'dragon', 'monkey', 'master', 'shadow', 'michael',
  'qwertyuiop', 'qwerty', 'asdfghjkl', 'asdfgh', 'asdf', 'zxcvbnm', 'zxcvbn', '1qaz2wsx', '1q2w3e4r', 'qazwsx', 'q1w2e3r4', 'azerty',
  'abcdefghijklmnopqrstuvwxyz', 'abcdefgh', 'abcdef', 'abc123', 'abcd', 'abc', '12345678901234567890', '1234567890', '0123456789',
  '123456789', '12345678', '1234567', '123456', '12345', '1234', '987654321', '87654321', '654321', '54321', '4321', '112233', '123123',
  'admin', 'root', 'user', 'guest', 'login', 'demo', 'test', 'hello', 'tokyo', 'osaka', 'japan', 'nippon', 'sakura', 'yamato', 'scc',
  'csr', '2024', '2025', '2026', '2027', 'パスワード', 'ぱすわーど', 'さくら', 'にほん', 'とうきょう',
] as const;

/** What people put between words. */
const SEPARATORS = /[\s_.\-!@#$%&*+]/gu;

/** Whole password in the form that is compared and hashed: Unicode NFKC, so that the way of typing does not matter. */
const normalize = (password: string): string => password.normalize('NFKC');

export type PasswordFault = 'too_short' | 'too_long' | 'too_common' | 'too_uniform';

/**
 * Checks a new password. No rules about kinds of characters; only length, and that it is not guessable.
 * @param related words a guesser knows: login ID, tenant, names
 */
export function passwordFault(password: string, related: readonly string[]): PasswordFault | null {
  const text = normalize(password);
  const length = [...text].length;
  if (length < MIN_PASSWORD_LENGTH) return 'too_short';
  if (length > MAX_PASSWORD_LENGTH) return 'too_long';
  const folded = text.toLowerCase();
  if (new Set(folded).size < MIN_DIFFERENT) return 'too_uniform';
  if (/^(.{1,7}?)\1+.{0,6}$/su.test(folded)) return 'too_uniform';
  const words = [...related.map((word) => normalize(word).toLowerCase()).filter((word) => [...word].length >= 3), ...COMMON];
  let rest = folded.replaceAll(SEPARATORS, '');
  for (const word of words) rest = rest.replaceAll(word, '');
  if ([...rest].length < MIN_REST) return 'too_common';
  return charactersBesideCommon(folded.replaceAll(SEPARATORS, '')) < MIN_BESIDE ? 'too_common' : null;
}

const FAULT_TEXTS: Record<PasswordFault, string> = {
  too_short: `The password needs at least ${MIN_PASSWORD_LENGTH} characters.`,
  too_long: `The password may have at most ${MAX_PASSWORD_LENGTH} characters.`,
  too_common: 'The password is made of words that are guessed first.',
  too_uniform: 'The password repeats itself.',
};

/** @throws AppError `invalid` with `reason` */
export function demandGoodPassword(password: string, related: readonly string[]): void {
  const fault = passwordFault(password, related);
  if (fault) throw invalid(FAULT_TEXTS[fault], { reason: fault, errors: [{ path: 'body.newPassword', message: FAULT_TEXTS[fault] }] });
}

/** An issued password is known to two people until another is chosen. @throws AppError `invalid` with `reason` */
export function demandOtherPassword(current: string, next: string): void {
  const message = 'The new password is the present one.';
  if (normalize(current) === normalize(next)) throw invalid(message, { reason: 'unchanged', errors: [{ path: 'body.newPassword', message }] });
}

// OWASP's figures; the algorithm is the library's default, Argon2id (its enum is `const` and cannot be imported here).
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Argon2id in PHC string form. */
export const hashPassword = (password: string): Promise<string> => hash(normalize(password), OPTIONS);

/**
 * The hash of a password that this program drew. It has some 99 random bits, so that a dear hash would protect nothing, and a
 * batch of thousands would cost minutes.
 */
export const hashIssuedPassword = (password: string): Promise<string> => hash(normalize(password), { memoryCost: 1024, timeCost: 1, parallelism: 1 });

let dummy: Promise<string> | null = null;

/**
 * Whether the password belongs to the hash. Without a hash (unknown user) it works as long and answers false, so that time
 * does not tell who exists.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  dummy ??= hashPassword('a password that nobody has');
  const matches = await verify(stored ?? (await dummy), normalize(password)).catch(() => false);
  return stored !== null && matches;
}
