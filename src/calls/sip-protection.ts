import { Counter, Gauge, type Registry } from 'prom-client';
import type { SipMetrics } from '../sip/endpoint.ts';
import { DEFAULT_FLOOD_LIMITS } from '../sip/flood/flood-guard.ts';
import { DEFAULT_CALL_LINE_LIMITS } from '../sip/overload/call-line.ts';
import type { SipAgentOptions } from '../sip/sip-agent.ts';
import { ALLOWED_METHODS } from '../sip/build.ts';

const METHODS: ReadonlySet<string> = new Set(ALLOWED_METHODS);

/** What keeps SIP alive among strangers and under load, counted on a Prometheus registry. */
export function sipProtection(registry: Registry): Required<Pick<SipAgentOptions, 'flood' | 'overload' | 'metrics'>> {
  return { flood: DEFAULT_FLOOD_LIMITS, overload: DEFAULT_CALL_LINE_LIMITS, metrics: createSipMetrics(registry) };
}

/** Counters of SIP on a Prometheus registry. Labels are from closed lists, whatever strangers send. */
function createSipMetrics(registry: Registry): SipMetrics {
  const registers = [registry];
  const messages = tally(registry, { name: 'scc_sip_messages_received_total', help: 'Whole SIP messages received: method, or class of the response.', labelNames: ['kind', 'what'] });
  const malformed = new Counter({ name: 'scc_sip_malformed_total', help: 'Messages that could not be read.', registers });
  const responses = tally(registry, { name: 'scc_sip_responses_sent_total', help: 'Responses by status, repetitions not counted.', labelNames: ['status'] });
  const dropped = new Counter({ name: 'scc_sip_dropped_total', help: 'Messages and connections dropped unread.', labelNames: ['reason'], registers });
  const banned = new Counter({ name: 'scc_sip_bans_total', help: 'Addresses shut out for flooding on a connection.', registers });
  const shed = new Counter({ name: 'scc_sip_overload_refused_total', help: 'Calls refused because core could not keep up.', registers });
  const overloaded = new Gauge({ name: 'scc_sip_overloaded', help: '1 while new calls are refused for overload.', registers });
  return {
    messageReceived(kind, what) {
      const name = kind === 'request' ? (METHODS.has(what) ? what : 'other') : `${what.slice(0, 1)}xx`;
      messages(name, { kind, what: name });
    },
    malformed: () => malformed.inc(),
    responseSent: (status) => responses(`${status}`, { status }),
    dropped: (reason) => dropped.inc({ reason }),
    banned: () => banned.inc(),
    shed: () => shed.inc(),
    overloaded: (active) => overloaded.set(active ? 1 : 0),
  };
}

type Labels = Record<string, string | number>;

/**
 * A counter for every message: counted in a map, and put together with its labels when somebody reads the page.
 * @returns counts one; the key tells these labels from all others
 */
function tally(registry: Registry, config: { name: string; help: string; labelNames: string[] }): (key: string, labels: Labels) => void {
  const counts = new Map<string, { labels: Labels; count: number }>();
  registry.registerMetric(new Counter({
    ...config,
    registers: [],
    collect() {
      this.reset();
      for (const { labels, count } of counts.values()) this.inc(labels, count);
    },
  }));
  return (key, labels) => {
    const known = counts.get(key);
    if (known) known.count++;
    else counts.set(key, { labels, count: 1 });
  };
}
