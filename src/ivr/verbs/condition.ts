import type { Clause } from '../../../shared/flow/nodes.ts';
import { filled, valueOf } from '../values.ts';
import type { Run, Verb } from './verb.ts';

/** Numbers as numbers where both sides are some, else by their characters: dates and times as written here sort so, too. */
function compare(left: string, right: string): number {
  const [a, b] = [Number(left), Number(right)];
  if (left.trim() !== '' && right.trim() !== '' && Number.isFinite(a) && Number.isFinite(b)) return Math.sign(a - b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function holds(run: Run, clause: Clause): boolean {
  const left = valueOf(run, clause.left);
  const right = filled(run, clause.right);
  switch (clause.operator) {
    case 'is':
      return left === right;
    case 'isNot':
      return left !== right;
    case 'less':
      return compare(left, right) < 0;
    case 'greater':
      return compare(left, right) > 0;
    case 'contains':
      // A list, as labels are, holds an entry; other text holds a part.
      return left.includes(',') ? left.split(',').includes(right) : left.includes(right);
    case 'startsWith':
      return left.startsWith(right);
    case 'isSet':
      return left !== '';
    case 'isNotSet':
      return left === '';
  }
}

/** The branch of the first case that holds. */
export const condition: Verb<'condition'> = {
  enter(run, node) {
    const index = node.cases.findIndex(({ match, clauses }) =>
      match === 'all' ? clauses.every((clause) => holds(run, clause)) : clauses.some((clause) => holds(run, clause)),
    );
    run.trace('condition', index < 0 ? 'otherwise' : `case ${index + 1}`);
    return node.cases[index]?.to ?? node.otherwise;
  },
  on: () => null,
};
