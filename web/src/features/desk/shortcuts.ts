export type DeskAction = 'accept' | 'decline' | 'hold' | 'mute' | 'hangUp' | 'swap' | 'keypad' | 'note' | 'search' | 'available' | 'break' | 'hand' | 'sos' | 'help';

/** One key each, without Ctrl or Alt, so that neither browser nor input method is in the way. Hanging up and SOS want Shift. */
export const SHORTCUTS: readonly { key: string; shift: boolean; action: DeskAction }[] = [
  { key: 'a', shift: false, action: 'accept' },
  { key: 'x', shift: false, action: 'decline' },
  { key: 'h', shift: false, action: 'hold' },
  { key: 'm', shift: false, action: 'mute' },
  { key: 'e', shift: true, action: 'hangUp' },
  { key: 'w', shift: false, action: 'swap' },
  { key: 'k', shift: false, action: 'keypad' },
  { key: 'n', shift: false, action: 'note' },
  { key: '/', shift: false, action: 'search' },
  { key: '1', shift: false, action: 'available' },
  { key: '2', shift: false, action: 'break' },
  { key: 'r', shift: false, action: 'hand' },
  { key: 's', shift: true, action: 'sos' },
  { key: '?', shift: true, action: 'help' },
];

/** The part of a keyboard event that decides. */
export interface KeyPress {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  repeat: boolean;
  isComposing: boolean;
  /** Where the key went to: its tag in capitals, whether it is editable text, its ARIA role. */
  target: { tagName: string; isContentEditable: boolean; role: string | null; insideDialog: boolean };
}

const TYPING_TAGS = new Set(['INPUT', 'TEXTAREA', 'SELECT']);

/** The action of a key, or null: while typing, while an input method composes, in dialogs, with other modifiers. */
export function actionOf(press: KeyPress): DeskAction | null {
  const { target } = press;
  // Safari says 229 / "Process" instead of isComposing for the key that ends a composition.
  if (press.isComposing || press.key === 'Process' || press.repeat) return null;
  if (press.ctrlKey || press.altKey || press.metaKey) return null;
  if (TYPING_TAGS.has(target.tagName) || target.isContentEditable || target.role === 'textbox') return null;
  if (target.insideDialog) return null;
  const key = press.key.toLowerCase();
  const found = SHORTCUTS.find((shortcut) => shortcut.key === key);
  if (!found) return null;
  // "?" needs Shift on some keyboards and not on others.
  if (found.key !== '?' && found.shift !== press.shiftKey) return null;
  return found.action;
}
