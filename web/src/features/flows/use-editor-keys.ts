import { useEffect, useRef } from 'react';

interface Keys {
  undo: () => void;
  redo: () => void;
  copy: () => void;
  paste: () => void;
  save: () => void;
}

/** Inputs have these keys for themselves, except saving. */
const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;

/** Ctrl or ⌘ with Z, Shift+Z or Y, C, V and S. */
export function useEditorKeys(keys: Keys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
      const { undo, redo, copy, paste, save } = latest.current;
      const key = event.key.toLowerCase();
      if (key === 's') {
        event.preventDefault();
        save();
        return;
      }
      if (isTyping(event.target)) return;
      const work = key === 'z' ? (event.shiftKey ? redo : undo) : key === 'y' ? redo : key === 'c' && document.getSelection()?.isCollapsed !== false ? copy : key === 'v' ? paste : null;
      if (!work) return;
      event.preventDefault();
      work();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}
