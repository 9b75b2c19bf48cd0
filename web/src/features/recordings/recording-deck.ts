import type { Side } from './waveform.ts';

/** What the player shows. Seconds; volumes 0..1. */
export interface DeckState {
  phase: 'idle' | 'loading' | 'playing' | 'paused' | 'failed';
  position: number;
  duration: number;
  speed: number;
  volumes: Readonly<Record<Side, number>>;
}

/**
 * Plays one two-channel recording. The sound is asked for at the first play and not before, because each play is written
 * to the audit log. Both voices go to both ears, each through its own volume.
 */
export class RecordingDeck {
  readonly media: HTMLAudioElement;
  readonly #listeners = new Set<() => void>();
  readonly #url: string;
  #graph: { context: AudioContext; gains: Record<Side, GainNode> } | null = null;
  #state: DeckState;

  constructor(url: string, durationS: number) {
    this.#url = url;
    this.#state = { phase: 'idle', position: 0, duration: durationS, speed: 1, volumes: { customer: 1, agent: 1 } };
    this.media = new Audio();
    this.media.preload = 'none';
    this.#listen();
  }

  readonly snapshot = (): DeckState => this.#state;

  /** The sound belongs to whoever looks: the last one to leave stops it and frees it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#listeners.size === 0) this.media.src = this.#url;
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#close();
    };
  };

  toggle(): void {
    if (this.#state.phase === 'playing' || this.#state.phase === 'loading') this.media.pause();
    else this.#play();
  }

  seek(seconds: number): void {
    const to = Math.min(Math.max(seconds, 0), this.#state.duration);
    // Before the sound is loaded a media element forgets where it was told to go; the first play seeks then.
    if (this.media.readyState > 0) this.media.currentTime = to;
    this.#set({ position: to });
  }

  setSpeed(speed: number): void {
    this.media.playbackRate = speed;
    this.#set({ speed });
  }

  setVolume(side: Side, volume: number): void {
    const volumes = { ...this.#state.volumes, [side]: volume };
    if (this.#graph) this.#graph.gains[side].gain.value = volume;
    this.#set({ volumes });
  }

  #close(): void {
    this.media.pause();
    this.media.removeAttribute('src');
    this.media.load();
    void this.#graph?.context.suspend();
    this.#state = { ...this.#state, phase: 'idle' };
  }

  #play(): void {
    if (this.#state.phase === 'failed') this.media.src = this.#url;
    this.#set({ phase: 'loading' });
    this.#connect();
    void this.#graph?.context.resume();
    this.media.play().catch((error: unknown) => {
      // A pause right after the play is a choice, not a failure.
      if (!(error instanceof DOMException && error.name === 'AbortError')) this.#set({ phase: 'failed' });
    });
  }

  /** The graph needs a click of the user to be allowed, so it is made at the first play. */
  #connect(): void {
    if (this.#graph) return;
    const context = new AudioContext();
    const splitter = context.createChannelSplitter(2);
    context.createMediaElementSource(this.media).connect(splitter);
    const gain = (channel: number, volume: number): GainNode => {
      const node = context.createGain();
      node.gain.value = volume;
      splitter.connect(node, channel);
      node.connect(context.destination);
      return node;
    };
    const { customer, agent } = this.#state.volumes;
    this.#graph = { context, gains: { customer: gain(0, customer), agent: gain(1, agent) } };
  }

  #listen(): void {
    const { media } = this;
    const on = (type: keyof HTMLMediaElementEventMap, run: () => void) => media.addEventListener(type, run);
    on('loadedmetadata', () => {
      if (Number.isFinite(media.duration)) this.#set({ duration: media.duration });
      if (this.#state.position > 0) media.currentTime = this.#state.position;
      media.playbackRate = this.#state.speed;
    });
    on('playing', () => this.#set({ phase: 'playing' }));
    on('waiting', () => this.#set({ phase: 'loading' }));
    on('pause', () => this.#set({ phase: 'paused' }));
    on('ended', () => this.#set({ phase: 'paused', position: this.#state.duration }));
    on('timeupdate', () => {
      if (media.readyState > 0) this.#set({ position: media.currentTime });
    });
    on('error', () => {
      if (media.hasAttribute('src')) this.#set({ phase: 'failed' });
    });
  }

  #set(part: Partial<DeckState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }
}
