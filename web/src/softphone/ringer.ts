const RING_MS = 3_000;
const TONE_S = 1;
/** A further call: a short, quiet tone every few seconds, beside which people can go on talking. */
const WAITING_MS = 5_000;
const WAITING_S = 0.25;

/** What makes an incoming call noticed: a tone, the title of the tab, and a notification when the tab is in the background. */
export class Ringer {
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #title: string | null = null;
  #notification: Notification | null = null;

  /** Asks once whether notifications may be shown; call it from a click. */
  askPermission(): void {
    if ('Notification' in window && Notification.permission === 'default') void Notification.requestPermission();
  }

  /** Rings until `stop`. The texts are in the language of the screen. */
  start(title: string, body: string): void {
    this.stop();
    this.#title = document.title;
    let even = true;
    const beat = (): void => {
      this.#tone([400, 416], TONE_S, 0.12);
      document.title = even ? `☎ ${title}` : (this.#title ?? '');
      even = !even;
    };
    beat();
    this.#timer = setInterval(beat, RING_MS / 2);
    this.#notify(title, body);
  }

  /** A further call waits while another one goes on. @param speaker the headset; null = the system's device */
  startWaiting(title: string, body: string, speaker: string | null): void {
    this.stop();
    this.#title = document.title;
    document.title = `☎ ${title}`;
    const beat = (): void => this.#tone([440], WAITING_S, 0.03);
    void this.#into(speaker).then(beat);
    this.#timer = setInterval(beat, WAITING_MS);
    this.#notify(title, body);
  }

  /** Tones go to this device, where the browser can choose one. */
  async #into(speaker: string | null): Promise<void> {
    try {
      const context: AudioContext & { setSinkId?: (id: string) => Promise<void> } = (this.#context ??= new AudioContext());
      await context.setSinkId?.(speaker ?? '');
    } catch {
      // The device is gone, or there is none: the system's is used.
    }
  }

  /** Idempotent. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#title !== null) document.title = this.#title;
    this.#title = null;
    this.#notification?.close();
    this.#notification = null;
  }

  /** Two tones beat against each other, like a desk telephone; quiet at both ends so that it does not click. @param lasting seconds */
  #tone(frequencies: readonly number[], lasting: number, loudness: number): void {
    try {
      this.#context ??= new AudioContext();
      const { currentTime: now } = this.#context;
      void this.#context.resume();
      const gain = this.#context.createGain();
      gain.gain.setValueAtTime(0, now);
      gain.gain.linearRampToValueAtTime(loudness, now + 0.03);
      gain.gain.setValueAtTime(loudness, now + lasting - 0.06);
      gain.gain.linearRampToValueAtTime(0, now + lasting);
      gain.connect(this.#context.destination);
      for (const frequency of frequencies) {
        const oscillator = this.#context.createOscillator();
        oscillator.frequency.value = frequency;
        oscillator.connect(gain);
        oscillator.start(now);
        oscillator.stop(now + lasting);
      }
    } catch {
      // No sound device: title and notification remain.
    }
  }

  #notify(title: string, body: string): void {
    if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
    try {
      const notification = new Notification(title, { body, tag: 'scc-call', requireInteraction: true });
      notification.addEventListener('click', () => {
        window.focus();
        notification.close();
      });
      this.#notification = notification;
    } catch {
      // Browsers on telephones only notify through service workers.
    }
  }
}
