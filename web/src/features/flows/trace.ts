import type { I18n } from '@lingui/core';
import type { RunStep } from '../../../../shared/api/flow-runs.ts';
import type { Flow } from '../../../../shared/flow/nodes.ts';
import { stepText } from './run-steps.tsx';

/** The way of a call that is tried, for the drawing and the list. */
export interface Trace {
  /** Steps that it came through, in order; the last one is where it is. */
  path: readonly string[];
  /** What each step came to last. */
  outcomes: ReadonlyMap<string, string>;
}

/** What happened as the way through the flow; what was heard is no outcome. */
export function traceOf(i18n: I18n, flow: Flow, steps: readonly RunStep[]): Trace {
  const outcomes = new Map<string, string>();
  for (const step of steps) {
    if (step.kind === 'reached') outcomes.delete(step.node);
    else if (step.kind !== 'heard') outcomes.set(step.node, stepText(i18n, step, flow.nodes[step.node]));
  }
  return { path: steps.flatMap(({ kind, node }) => (kind === 'reached' ? [node] : [])), outcomes };
}
