import { isOpen } from '../../../shared/flow/open-hours.ts';
import type { Verb } from './verb.ts';

/** Goes one of two ways by the wall clock of the tenant's time zone. Without hours it is closed: a flow is checked before it runs. */
export const hours: Verb<'hours'> = {
  enter(run, node) {
    const open = node.hours !== undefined && isOpen(node.hours, run.wall);
    run.trace('hours', open ? 'open' : 'closed');
    return open ? node.open : node.closed;
  },
  on: () => null,
};
