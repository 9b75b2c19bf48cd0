import type { RunStep } from '../../shared/api/flow-runs.ts';
import type { CallStep } from './journal.ts';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A line of a call's history as the editor shows it; null for what is nothing of the flow's. */
export function stepOf({ type, detail }: Pick<CallStep, 'type' | 'detail'>): (Pick<RunStep, 'kind' | 'text'> & { node?: string }) | null {
  switch (type) {
    case 'flow': {
      const text = textOf(detail['detail']);
      return { kind: text === '' ? 'reached' : 'told', text, node: textOf(detail['node']) };
    }
    case 'digit':
      return { kind: 'did', text: `key ${detail['masked'] === true ? '•' : textOf(detail['digit'])}` };
    case 'sound.missing':
      return { kind: 'told', text: 'sound missing' };
    case 'call.party_failed':
      return { kind: 'told', text: `status ${Number(detail['status'])}` };
    case 'call.ended':
    case 'call.abandoned':
    case 'call.interrupted':
      return { kind: 'ended', text: detail['by'] === 'caller' ? 'caller' : textOf(detail['reason']) };
    default:
      return null;
  }
}
