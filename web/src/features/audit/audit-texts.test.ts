import { describe, expect, it } from 'vitest';
import { AUDIT_CODES } from '../../../../shared/audit-codes.ts';
import { AUDIT_SUBJECTS, AUDIT_TEXTS, auditSentence, isWarning } from './audit-texts.ts';

describe('audit texts', () => {
  it.each(AUDIT_CODES)('%s has a Japanese and an English sentence', (code) => {
    expect(AUDIT_TEXTS[code].ja).toMatch(/[ぁ-んァ-ヶ一-龠]/u);
    expect(AUDIT_TEXTS[code].en).toMatch(/^[\x20-\x7e’]+$/u);
  });

  it('has no text without a code and no two codes that read the same', () => {
    expect(Object.keys(AUDIT_TEXTS).sort()).toEqual([...AUDIT_CODES].sort());
    for (const locale of ['ja', 'en']) {
      const sentences = AUDIT_CODES.map((code) => auditSentence(code, locale));
      expect(new Set(sentences).size).toBe(AUDIT_CODES.length);
    }
  });

  it('names every group of codes for the filter', () => {
    const groups = new Set(AUDIT_CODES.map((code) => code.split('.')[0]));
    expect(new Set(Object.keys(AUDIT_SUBJECTS))).toEqual(groups);
  });

  it('follows the language and shows an unknown code as it is', () => {
    expect(auditSentence('session.login', 'ja')).toBe('ログインしました');
    expect(auditSentence('session.login', 'en')).toBe('Logged in');
    expect(auditSentence('moon.landed', 'ja')).toBe('moon.landed');
  });

  it('marks refusals and faults', () => {
    expect(isWarning('session.login_refused')).toBe(true);
    expect(isWarning('session.login')).toBe(false);
  });
});
