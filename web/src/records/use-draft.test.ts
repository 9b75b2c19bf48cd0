import { describe, expect, it } from 'vitest';
import { begun, standing } from './use-draft.ts';

interface Record {
  name: string;
  readAt: number;
}

let rows = 0;
/** A draft holds what is not sent: the key of a row. */
const rules = { draftOf: ({ name }: Record) => ({ name, row: ++rows }), sent: ({ name }: { name: string }) => ({ name: name.trim() }) };
const typed = (name: string) => ({ ...begun(stored, rules), draft: { name, row: 0 } });
const stored: Record = { name: 'a', readAt: 1 };
const readAgain: Record = { name: 'a', readAt: 2 };
const changedByOther: Record = { name: 'b', readAt: 3 };

describe('a form whose record is read again', () => {
  it('is clean while nothing that is sent differs', () => {
    expect(standing(typed('a'), stored, rules)).toBe('clean');
    expect(standing(typed(' a '), readAgain, rules)).toBe('clean');
    expect(standing(typed('a'), changedByOther, rules)).toBe('clean');
  });

  it('keeps what was typed, however often the record is read', () => {
    expect(standing(typed('mine'), stored, rules)).toBe('dirty');
    expect(standing(typed('mine'), readAgain, rules)).toBe('dirty');
  });

  it('tells when somebody else saved meanwhile, but not of what was saved itself', () => {
    expect(standing(typed('mine'), changedByOther, rules)).toBe('overtaken');
    expect(standing(typed('mine '), { name: 'mine', readAt: 4 }, rules)).toBe('clean');
  });

  it('is clean from the moment it is saved, and dirty by the next key, before the record is read again', () => {
    const saved = { ...typed('mine'), before: rules.sent({ name: 'mine' }) };
    expect(standing(saved, stored, rules)).toBe('clean');
    expect(standing({ ...saved, draft: { name: 'mine too', row: 0 } }, stored, rules)).toBe('dirty');
    expect(standing({ ...saved, draft: { name: 'mine too', row: 0 } }, { name: 'mine', readAt: 5 }, rules)).toBe('dirty');
  });
});
