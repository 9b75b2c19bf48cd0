import { ruleAt } from '../../../shared/flow/open-hours.ts';
import type { Verb } from './verb.ts';

/** Goes by what kind of day it is; a special day has its own rules and is none of the two. */
export const holiday: Verb<'holiday'> = {
  enter(run, node) {
    const rule = node.hours ? ruleAt(node.hours, run.wall) : null;
    run.trace('holiday', rule ? `${rule.kind} ${rule.name}`.trim() : 'unknown');
    if (rule?.kind === 'company') return node.companyDay;
    return rule?.kind === 'holiday' ? node.holiday : node.otherwise;
  },
  on: () => null,
};
