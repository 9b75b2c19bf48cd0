import { expect, test } from 'vitest';
import { PRESETS } from '../../../shared/permissions.ts';
import { mayOpen, PAGE_PERMISSIONS } from './page-permissions.ts';

test.each(['/users', '/users/import', '/users/profiles', '/settings', '/audit', '/flows/0190'])('%s is for supervisors, not for agents', (path) => {
  expect([mayOpen(path, PRESETS.SV), mayOpen(path, PRESETS.CSR)]).toEqual([true, false]);
});

test.each(['/desk', '/account', '/customers/0190', '/calls', '/evaluations/0190', '/no-such-page'])('%s is for everybody with a desk', (path) => {
  expect(mayOpen(path, PRESETS.CSR)).toBe(true);
});

test('who may see users without changing them imports none', () => {
  expect(['/users', '/users/profiles', '/users/import', '/users-of-others'].map((path) => mayOpen(path, ['user.read']))).toEqual([true, true, false, true]);
});

test('a supervisor may open every page', () => {
  expect(Object.keys(PAGE_PERMISSIONS).filter((page) => !mayOpen(page, PRESETS.SV))).toEqual([]);
});
