import type { ScriptDefinition, ScriptField, ScriptStep } from '../../../../shared/scripts.ts';
import { freshKey } from '../../records/fresh-key.ts';

/** Changes of a script that is being edited, pure. */

export const emptyStep = (id: string, title: string): ScriptStep => ({ id, title, say: '', fields: [], branches: [], next: null });

export const emptyField = (key: string, label: string): ScriptField => ({ key, label, kind: 'text', required: false, choices: [] });

/** Adds a step at the end, and lets the last one lead there when it led nowhere. */
export function withStep({ steps }: ScriptDefinition, title: string): ScriptDefinition {
  const id = freshKey('step', steps.map((step) => step.id));
  const last = steps.at(-1);
  const linked = steps.map((step) => (step === last && step.next === null ? { ...step, next: id } : step));
  return { steps: [...linked, emptyStep(id, title)] };
}

/** Without the step; what led there leads where it led. */
export function withoutStep({ steps }: ScriptDefinition, id: string): ScriptDefinition {
  const gone = steps.find((step) => step.id === id);
  const to = gone?.next === id ? null : (gone?.next ?? null);
  return {
    steps: steps
      .filter((step) => step.id !== id)
      .map((step) => ({ ...step, next: step.next === id ? to : step.next, branches: step.branches.filter((branch) => branch.to !== id) })),
  };
}

export const changeStep = ({ steps }: ScriptDefinition, id: string, change: Partial<ScriptStep>): ScriptDefinition => ({
  steps: steps.map((step) => (step.id === id ? { ...step, ...change } : step)),
});

/** Moves a step up (-1) or down (1). */
export function moveStep({ steps }: ScriptDefinition, id: string, by: -1 | 1): ScriptDefinition {
  const from = steps.findIndex((step) => step.id === id);
  const to = from + by;
  const [a, b] = [steps[from], steps[to]];
  if (!a || !b) return { steps };
  return { steps: steps.map((step, index) => (index === from ? b : index === to ? a : step)) };
}
