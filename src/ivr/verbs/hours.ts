import { isOpen } from '../open-hours.ts';
import type { Verb } from './verb.ts';

/** Goes one of two ways by the wall clock of the tenant's time zone. */
export const hours: Verb<'hours'> = {
  enter(run, node) {
    const open = isOpen(node.hours, run.wall);
    run.trace('hours', open ? 'open' : 'closed');
    return open ? node.open : node.closed;
  },
  on: () => null,
};
