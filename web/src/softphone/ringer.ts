const RING_MS = 3_000;
const TONE_S = 1;

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
      this.#tone();
      document.title = even ? `☎ ${title}` : (this.#title ?? '');
      even = !even;
    };
    beat();
    this.#timer = setInterval(beat, RING_MS / 2);
    this.#notify(title, body);
  }

  /** Idempotent. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#title !== null) document.title = this.#title;
    this.#title = null;
    this.#notification?.close();
    this.#notification = null;
  }

  /** Two tones that beat against each other, like a desk telephone; quiet at both ends so that it does not click. */
  #tone(): void {
    try {
      this.#context ??= new AudioContext();
      const { currentTime: now } = this.#context;
      void this.#context.resume();
      const gain = this.#context.createGain();
      gain.gain.setValueAtTime(0, now);
      gain.gain.linearRampToValueAtTime(0.12, now + 0.03);
      gain.gain.setValueAtTime(0.12, now + TONE_S - 0.06);
      gain.gain.linearRampToValueAtTime(0, now + TONE_S);
      gain.connect(this.#context.destination);
      for (const frequency of [400, 416]) {
        const oscillator = this.#context.createOscillator();
        oscillator.frequency.value = frequency;
        oscillator.connect(gain);
        oscillator.start(now);
        oscillator.stop(now + TONE_S);
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
