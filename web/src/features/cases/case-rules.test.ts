import { describe, expect, it } from 'vitest';
import type { Case } from '../../../../shared/api/cases.ts';
import { caseChanges, emptyCase, sortCases } from './case-rules.ts';

const stored = (number: number, parts: Partial<Case> = {}): Case => ({
  id: `case-${number}`,
  createdAt: '',
  createdBy: '',
  updatedAt: '',
  updatedBy: '',
  number,
  customerId: 'c',
  customerName: '',
  ownerId: null,
  ownerName: '',
  status: 'open',
  priority: 'normal',
  subject: 's',
  description: '',
  closedAt: null,
  ...parts,
});

describe('caseChanges', () => {
  it('sends only what differs after trimming', () => {
    const before = { ...emptyCase('me'), subject: '請求書' };

    expect(caseChanges(before, { ...before, subject: ' 請求書 ' })).toEqual({});
    expect(caseChanges(before, { ...before, status: 'closed', description: 'x ' })).toEqual({ status: 'closed', description: 'x' });
    expect(caseChanges(before, { ...before, ownerId: null })).toEqual({ ownerId: null });
  });
});

describe('sortCases', () => {
  it('puts open and urgent cases first and the newest before the older', () => {
    const sorted = sortCases([
      stored(1, { status: 'closed', priority: 'high' }),
      stored(2),
      stored(3),
      stored(4, { priority: 'high' }),
      stored(5, { status: 'pending' }),
    ]);

    expect(sorted.map((item) => item.number)).toEqual([4, 3, 2, 5, 1]);
  });
});
