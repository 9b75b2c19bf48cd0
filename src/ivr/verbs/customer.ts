import { filled } from '../values.ts';
import type { Verb } from './verb.ts';

/** Longest wait for our own database, ms. */
const PATIENCE_MS = 3000;

/** Who has this number? Without a number nobody is looked for. */
export const customer: Verb<'customer'> = {
  enter(run, node) {
    const number = filled(run, node.number).replaceAll(/[^\d+]/g, '');
    for (const name of ['customer.id', 'customer.labels']) run.setVariable(name, '');
    run.setVariable('customer.count', '0');
    if (number === '') {
      run.trace('customer', 'no number');
      return node.notFound;
    }
    run.lookUp({ kind: 'customer', number }, PATIENCE_MS);
    return null;
  },
  on(run, node, event) {
    if (event.type === 'timer' && event.timer === 'lookup') {
      run.trace('customer', 'timeout');
      return node.notFound;
    }
    if (event.type !== 'lookedUp' || event.request !== run.state.request || event.result.kind !== 'customer') return null;
    const { customers } = event.result;
    const [only] = customers;
    run.setVariable('customer.count', String(customers.length));
    run.trace('customer', `found ${customers.length}`);
    if (!only) return node.notFound;
    if (customers.length > 1) return node.several;
    run.setVariable('customer.id', only.id);
    run.setVariable('customer.labels', only.labels.join(','));
    return node.found;
  },
};
