import { meterLevel, PROMPT_RATE, trimmed, wavOf } from './wav.ts';

/** Longest prompt that the server takes, ms. */
const LONGEST_MS = 5 * 60_000;
const METER_EVERY_MS = 100;

/** What the dialog shows. */
export interface RecorderState {
  phase: 'idle' | 'asking' | 'recording' | 'working' | 'done' | 'refused' | 'silent';
  /** 0..100. */
  level: number;
  elapsedMs: number;
  /** The finished recording, and where it can be listened to. */
  made: { wav: Blob; url: string } | null;
}

const IDLE: RecorderState = { phase: 'idle', level: 0, elapsedMs: 0, made: null };

/** Records a prompt from the microphone. The sound stays in the browser until somebody saves it. */
export class PromptRecorder {
  readonly #listeners = new Set<() => void>();
  #state: RecorderState = IDLE;
  #stream: MediaStream | null = null;
  #recorder: MediaRecorder | null = null;
  #meter: { context: AudioContext; timer: ReturnType<typeof setInterval> } | null = null;

  readonly snapshot = (): RecorderState => this.#state;

  /** The microphone belongs to whoever looks: the last one to leave frees it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#release();
      this.#forget();
    };
  };

  /** Asks for the microphone and begins; what was recorded before is thrown away. */
  async start(): Promise<void> {
    this.#forget();
    this.#set({ phase: 'asking' });
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: true, autoGainControl: true } });
    } catch {
      this.#set({ ...IDLE, phase: 'refused' });
      return;
    }
    // The dialog was closed while the browser asked.
    if (this.#listeners.size === 0) return this.#release();
    const parts: Blob[] = [];
    const recorder = (this.#recorder = new MediaRecorder(this.#stream));
    recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    recorder.addEventListener('stop', () => void this.#finish(new Blob(parts)));
    recorder.start();
    this.#watch(this.#stream);
    this.#set({ phase: 'recording' });
  }

  /** Ends the recording; `done` follows, or `silent` when nothing was said. */
  stop(): void {
    if (this.#recorder?.state !== 'recording') return;
    this.#set({ phase: 'working', level: 0 });
    this.#recorder.stop();
  }

  #watch(stream: MediaStream): void {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const startedAt = performance.now();
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - startedAt;
      if (elapsedMs >= LONGEST_MS) return this.stop();
      analyser.getFloatTimeDomainData(samples);
      this.#set({ level: meterLevel(samples), elapsedMs });
    }, METER_EVERY_MS);
    this.#meter = { context, timer };
  }

  async #finish(recorded: Blob): Promise<void> {
    this.#release();
    if (this.#listeners.size === 0) return;
    const samples = trimmed(await telephoneSamples(recorded));
    if (samples.length === 0) return this.#set({ phase: 'silent', level: 0 });
    const wav = new Blob([wavOf(samples)], { type: 'audio/wav' });
    this.#set({ phase: 'done', level: 0, elapsedMs: (samples.length / PROMPT_RATE) * 1000, made: { wav, url: URL.createObjectURL(wav) } });
  }

  #forget(): void {
    if (this.#state.made) URL.revokeObjectURL(this.#state.made.url);
    this.#state = IDLE;
  }

  #release(): void {
    if (this.#meter) {
      clearInterval(this.#meter.timer);
      void this.#meter.context.close();
      this.#meter = null;
    }
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }

  #set(part: Partial<RecorderState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }
}

/** What the browser recorded, as one channel with the samples of a telephone line; empty when it cannot be read. */
async function telephoneSamples(recorded: Blob): Promise<Float32Array> {
  const probe = new OfflineAudioContext(1, 1, PROMPT_RATE);
  try {
    // Decoding brings it to the rate of the context.
    return (await probe.decodeAudioData(await recorded.arrayBuffer())).getChannelData(0);
  } catch {
    return new Float32Array(0);
  }
}
