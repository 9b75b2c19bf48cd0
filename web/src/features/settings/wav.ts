/** Samples a second of a recorded prompt: what a telephone line carries. */
export const PROMPT_RATE = 8000;

const HEADER_BYTES = 44;
/** Loudest sample of a prompt, a share of full scale: as loud as the shipped ones. */
const PEAK = 0.7;
/** Below this a recording is taken for silence, and is not made louder. */
const SILENCE = 0.01;

/** One channel of samples -1..1 as a WAV file, PCM 16 bit. */
export function wavOf(samples: Float32Array, rate = PROMPT_RATE): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => [...value].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) => view.setInt16(HEADER_BYTES + index * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true));
  return bytes;
}

/** The recording without the silence around it, brought to the loudness of the other prompts. Empty = nothing was said. */
export function trimmed(samples: Float32Array, rate = PROMPT_RATE): Float32Array {
  const loudest = samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  if (loudest < SILENCE) return new Float32Array(0);
  const heard = (sample: number): boolean => Math.abs(sample) > loudest / 20;
  const margin = Math.round(rate * 0.1);
  const from = Math.max(0, samples.findIndex(heard) - margin);
  const to = Math.min(samples.length, samples.findLastIndex(heard) + margin);
  return samples.slice(from, to).map((sample) => (sample / loudest) * PEAK);
}

/** Loudness of one moment on a scale that fits speech, 0..100. @param samples of a moment, -1..1 */
export function meterLevel(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-9);
  // -60 dB is nothing, -10 dB is as loud as people speak into a headset.
  return Math.round(Math.max(0, Math.min(100, (decibels + 60) * 2)));
}
