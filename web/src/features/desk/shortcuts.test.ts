import { describe, expect, it } from 'vitest';
import { actionOf, type KeyPress } from './shortcuts.ts';

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  repeat: false,
  isComposing: false,
  target: { tagName: 'BODY', isContentEditable: false, role: null, insideDialog: false },
  ...change,
});
const on = (tagName: string): Partial<KeyPress> => ({ target: { tagName, isContentEditable: false, role: null, insideDialog: false } });

describe('actionOf', () => {
  it('knows the keys', () => {
    expect(actionOf(press('a'))).toBe('accept');
    expect(actionOf(press('?', { shiftKey: true }))).toBe('help');
    expect(actionOf(press('q'))).toBeNull();
  });

  it('hangs up only with Shift', () => {
    expect(actionOf(press('e'))).toBeNull();
    expect(actionOf(press('E', { shiftKey: true }))).toBe('hangUp');
  });

  it('asks for help: the hand with one key, SOS only with Shift', () => {
    expect(actionOf(press('r'))).toBe('hand');
    expect(actionOf(press('s'))).toBeNull();
    expect(actionOf(press('S', { shiftKey: true }))).toBe('sos');
    expect(actionOf(press('S', { shiftKey: true, isComposing: true }))).toBeNull();
    expect(actionOf(press('/'))).toBe('search');
  });

  it('stays out of typing and of the input method', () => {
    expect(actionOf(press('a', on('TEXTAREA')))).toBeNull();
    expect(actionOf(press('a', on('INPUT')))).toBeNull();
    expect(actionOf(press('a', { isComposing: true }))).toBeNull();
    expect(actionOf(press('Process'))).toBeNull();
    expect(actionOf(press('a', { target: { tagName: 'DIV', isContentEditable: true, role: null, insideDialog: false } }))).toBeNull();
  });

  it('leaves the browser its own keys, repeats and dialogs', () => {
    expect(actionOf(press('a', { ctrlKey: true }))).toBeNull();
    expect(actionOf(press('a', { metaKey: true }))).toBeNull();
    expect(actionOf(press('h', { repeat: true }))).toBeNull();
    expect(actionOf(press('x', { target: { tagName: 'BUTTON', isContentEditable: false, role: null, insideDialog: true } }))).toBeNull();
  });
});
