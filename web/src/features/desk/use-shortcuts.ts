import { useLocalStorage } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { actionOf, type DeskAction } from './shortcuts.ts';

/** Whether single keys act; people who dictate or hit keys by accident switch them off. */
export const useShortcutsEnabled = () =>
  useLocalStorage<boolean>({ key: 'scc.shortcuts', defaultValue: true, getInitialValueInEffect: false });

/** Runs the action of a key while the desk is on screen. */
export function useShortcuts(enabled: boolean, run: (action: DeskAction) => boolean): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const element = event.target instanceof HTMLElement ? event.target : document.body;
      const target = {
        tagName: element.tagName,
        isContentEditable: element.isContentEditable,
        role: element.getAttribute('role'),
        insideDialog: element.closest('[role="dialog"]') !== null,
      };
      const { key, shiftKey, ctrlKey, altKey, metaKey, repeat, isComposing } = event;
      const action = actionOf({ key, shiftKey, ctrlKey, altKey, metaKey, repeat, isComposing, target });
      if (action === null || (!enabled && action !== 'help')) return;
      if (latest.current(action)) event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [enabled]);
}
