import type * as Library from '@evan/opus';

let library: typeof Library | null = null;

/** Loads the library at first use: a process without Opus calls saves its memory. To be awaited before a codec is made. */
export async function loadOpus(): Promise<void> {
  library ??= await import('@evan/opus');
}

/** @throws Error when `loadOpus` was not awaited */
function loaded(): typeof Library {
  if (!library) throw new Error('Opus was not loaded');
  return library;
}

/** For speech, 24 kbit/s, with redundancy for peers that can use it; cheap rather than perfect. @param rate samples a second */
export function opusEncoder(rate: 8000 | 16_000): Library.Encoder {
  const encoder = new (loaded().Encoder)({ channels: 1, sample_rate: rate, application: 'voip' });
  encoder.bitrate = 24_000;
  encoder.complexity = 2;
  encoder.signal = 'voice';
  encoder.inband_fec = true;
  encoder.packet_loss = 5;
  return encoder;
}

/** Decodes to any of our rates, whatever was coded. */
export const opusDecoder = (rate: 8000 | 16_000): Library.Decoder => new (loaded().Decoder)({ channels: 1, sample_rate: rate });

/** Sound in one frame by the configuration number of the packet's first byte, in units of 1/48 ms (RFC 6716 table 2). */
function frameTicks(config: number): number {
  if (config < 12) return [480, 960, 1920, 2880][config & 3] ?? 960;
  if (config < 16) return (config & 1) === 0 ? 480 : 960;
  return [120, 240, 480, 960][config & 3] ?? 960;
}

/** Sound in a packet, in units of 1/48 ms; 0 = no valid packet (RFC 6716 section 3.1). */
export function opusTicks(bytes: Uint8Array, offset: number, length: number): number {
  const first = bytes[offset];
  if (first === undefined || length < 1) return 0;
  const frame = frameTicks(first >> 3);
  const code = first & 3;
  if (code === 0) return frame;
  if (code < 3) return frame * 2;
  const ticks = length < 2 ? 0 : frame * ((bytes[offset + 1] ?? 0) & 63);
  return ticks > 5760 ? 0 : ticks;
}
