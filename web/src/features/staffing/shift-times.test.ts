import { expect, it } from 'vitest';
import { draftOf, rangeText, readHours } from './shift-times.ts';

it('reads what it shows', () => {
  const hours = { startMinute: 540, endMinute: 1500, breaks: [{ startMinute: 720, endMinute: 780 }] };
  expect(readHours(draftOf(hours))).toEqual({ hours });
  expect(rangeText(hours)).toBe('09:00–25:00');
});

it('says which field is wrong', () => {
  const draft = { start: '9:00', end: '18:00', breaks: '' };
  expect(readHours({ ...draft, start: '9' })).toEqual({ fault: 'start' });
  expect(readHours({ ...draft, end: 'x' })).toEqual({ fault: 'end' });
  expect(readHours({ ...draft, end: '8:00' })).toEqual({ fault: 'end' });
  expect(readHours({ ...draft, breaks: '12' })).toEqual({ fault: 'breaks' });
  expect(readHours({ ...draft, breaks: '7:00-8:00' })).toEqual({ fault: 'breaks' });
});
