/** Counters of the last look, to tell what happened since. */
export interface StatsCounters {
  received: number;
  lost: number;
}

export interface LineFigures {
  roundTripMs: number | null;
  /** Share of packets lost on the worse of the two ways since the last look; null when none were sent. */
  lossPercent: number | null;
  counters: StatsCounters;
}

type Stat = Record<string, unknown>;

const numberOf = (stat: Stat | undefined, field: string): number | null => {
  const value = stat?.[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
};

/**
 * Reads the report of RTCPeerConnection.getStats (W3C webrtc-stats). The round trip is that of RTCP where the other side
 * reports it, else that of the ICE checks.
 */
export function readLineStats(stats: Iterable<Stat>, before: StatsCounters): LineFigures {
  const all = [...stats];
  const find = (type: string, also: (stat: Stat) => boolean = () => true) => all.find((stat) => stat['type'] === type && also(stat));
  const inbound = find('inbound-rtp');
  const remote = find('remote-inbound-rtp');
  const pair = find('candidate-pair', (stat) => stat['nominated'] === true && stat['state'] === 'succeeded');
  const counters = { received: numberOf(inbound, 'packetsReceived') ?? 0, lost: numberOf(inbound, 'packetsLost') ?? 0 };
  const roundTrip = numberOf(remote, 'roundTripTime') ?? numberOf(pair, 'currentRoundTripTime');
  const losses = [inboundLoss(counters, before), numberOf(remote, 'fractionLost')].filter((share) => share !== null);
  return {
    roundTripMs: roundTrip === null ? null : Math.round(roundTrip * 1000),
    lossPercent: losses.length === 0 ? null : Math.min(100, Math.round(Math.max(...losses) * 1000) / 10),
    counters,
  };
}

/** Lost share since the last look. A counter that went back belongs to a new connection: compared with nothing. */
function inboundLoss(now: StatsCounters, before: StatsCounters): number | null {
  const base = now.received < before.received ? { received: 0, lost: 0 } : before;
  const received = now.received - base.received;
  const lost = Math.max(0, now.lost - base.lost);
  return received + lost === 0 ? null : lost / (received + lost);
}
