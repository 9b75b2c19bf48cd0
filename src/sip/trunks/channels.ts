/** Channel and call-rate limits of one trunk, both ways. Pure. */

export interface Channels {
  readonly used: ReadonlySet<string>;
  /** Monotonic ms of the calls that began within the last second. */
  readonly recent: readonly number[];
}

export const NO_CHANNELS: Channels = { used: new Set(), recent: [] };

const SECOND_MS = 1000;

/** Takes a channel for a call; `refusal` says which limit was in the way. Taking one twice changes nothing. */
export function takeChannel(
  channels: Channels,
  limits: { channels: number; callsPerSecond: number },
  callId: string,
  at: number,
): { channels: Channels; refusal: 'channels' | 'rate' | null } {
  if (channels.used.has(callId)) return { channels, refusal: null };
  const recent = channels.recent.filter((time) => at - time < SECOND_MS);
  if (channels.used.size >= limits.channels) return { channels: { ...channels, recent }, refusal: 'channels' };
  if (recent.length >= limits.callsPerSecond) return { channels: { ...channels, recent }, refusal: 'rate' };
  return { channels: { used: new Set([...channels.used, callId]), recent: [...recent, at] }, refusal: null };
}

/** A call from before a restart holds its channel, whatever the limits say now. */
export const adoptChannel = (channels: Channels, callId: string): Channels => ({ ...channels, used: new Set([...channels.used, callId]) });

export function freeChannel(channels: Channels, callId: string): Channels {
  if (!channels.used.has(callId)) return channels;
  const used = new Set(channels.used);
  used.delete(callId);
  return { ...channels, used };
}
