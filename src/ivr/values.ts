import { localTime } from '../../shared/flow/open-hours.ts';
import { fillTemplate } from '../../shared/flow/variables.ts';
import type { Run } from './verbs/verb.ts';

/** The zone of `now.date` and `now.time`: everybody's clock in Japan. */
const ZONE = 'Asia/Tokyo';

const two = (value: number): string => String(value).padStart(2, '0');

function builtIn(run: Run, name: string): string | null {
  switch (name) {
    case 'caller.number':
      return run.facts.callerNumber ?? '';
    case 'caller.withheld':
      return run.facts.withheldReason ?? '';
    case 'dialled':
      return run.facts.dialled;
    case 'now.date':
      return localTime(ZONE, run.wall).date;
    case 'now.weekday':
      return localTime(ZONE, run.wall).weekday;
    case 'now.time': {
      const { minute } = localTime(ZONE, run.wall);
      return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
    }
    default:
      return null;
  }
}

/** The value of a variable; what was never set is empty. */
export function valueOf(run: Run, name: string): string {
  const { vars } = run.state;
  return builtIn(run, name) ?? (vars && Object.hasOwn(vars, name) ? (vars[name] ?? '') : '');
}

/** A template with its values. */
export const filled = (run: Run, template: string): string => (template.includes('{') ? fillTemplate(template, (name) => valueOf(run, name)) : template);
