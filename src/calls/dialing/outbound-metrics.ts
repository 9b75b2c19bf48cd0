import { Counter, Gauge, type Registry } from 'prom-client';
import type { StopReason } from '../../../shared/api/dial-policy.ts';
import type { TrunkSnapshot } from '../../sip/trunks/trunk-board.ts';
import type { DialRefusal } from './dial-gate.ts';

export interface OutboundMetrics {
  outcome(result: 'worked' | 'failed' | 'refused'): void;
  dialRefused(reason: DialRefusal): void;
  stopped(reason: StopReason): void;
}

/** In one word, the worst first. */
function stateOf({ registration, reachable, circuit }: TrunkSnapshot): string {
  if (registration === 'unregistered' || registration === 'registering') return registration;
  if (reachable === 'down') return 'down';
  return circuit === 'closed' ? 'up' : 'circuit_open';
}

/** The figures of all trunks together; labels are from closed lists, because whose trunk it is concerns no operator. */
export function createOutboundMetrics(registry: Registry, states: () => readonly TrunkSnapshot[]): OutboundMetrics {
  const registers = [registry];
  const calls = new Counter({ name: 'scc_trunk_calls_total', help: 'Legs out on trunks, by how the trunk did.', labelNames: ['result'], registers });
  const refused = new Counter({ name: 'scc_dial_refused_total', help: 'Calls out that the dial policy refused.', labelNames: ['reason'], registers });
  const stops = new Counter({ name: 'scc_dial_stops_total', help: 'Stops of calls out that came by themselves, by their reason.', labelNames: ['reason'], registers });
  const trunks = new Gauge({
    name: 'scc_trunks',
    help: 'Trunks by state.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of ['up', 'registering', 'unregistered', 'down', 'circuit_open']) this.set({ state }, 0);
      for (const snapshot of states()) this.inc({ state: stateOf(snapshot) });
    },
  });
  const channels = new Gauge({
    name: 'scc_trunk_channels_used',
    help: 'Calls on trunks at the moment, both ways.',
    registers,
    collect() {
      this.set(states().reduce((sum, { channelsUsed }) => sum + channelsUsed, 0));
    },
  });
  trunks.set({ state: 'up' }, 0);
  channels.set(0);
  return { outcome: (result) => calls.inc({ result }), dialRefused: (reason) => refused.inc({ reason }), stopped: (reason) => stops.inc({ reason }) };
}
