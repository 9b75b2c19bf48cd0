import { expect, test } from 'vitest';
import { openPart, QUEUE_PARTS, SETTING_PARTS } from './page-parts.ts';

test('the tab that the address names is open, so that a reload stays where it was', () => {
  for (const part of QUEUE_PARTS) expect(openPart(QUEUE_PARTS, () => true, part)).toBe(part);
  for (const part of SETTING_PARTS) expect(openPart(SETTING_PARTS, () => true, part)).toBe(part);
});

test('without a name, or with one that is no tab, the first tab is open', () => {
  expect(openPart(QUEUE_PARTS, () => true, undefined)).toBe('queues');
  expect(openPart(SETTING_PARTS, () => true, 'nothing')).toBe('webCall');
});

test('a tab that this user does not have gives way to their first one', () => {
  const has = (part: (typeof QUEUE_PARTS)[number]) => part === 'emergency';
  expect(openPart(QUEUE_PARTS, has, 'agents')).toBe('emergency');
  expect(openPart(SETTING_PARTS, (part) => part === 'dataExport', undefined)).toBe('dataExport');
  expect(openPart(QUEUE_PARTS, () => false, 'queues')).toBeNull();
});
