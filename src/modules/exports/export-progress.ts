import type { Clock } from '../../lib/clock.ts';

/** How often somebody is told, ms. */
const TELL_MS = 2_000;
/** Bytes of sound that count as much as a row. */
export const BYTES_A_ROW = 4096;

/** How far an export is. */
export interface ProgressFigures {
  workTotal: number;
  workDone: number;
  filesTotal: number;
  filesDone: number;
  rowsDone: number;
  bytesDone: number;
}

/** Somebody has cancelled the export, or it is another process's. */
export class ExportStopped extends Error {
  constructor() {
    super('The export was stopped.');
    this.name = 'ExportStopped';
  }
}

/** Counts what is done, and tells it every two seconds. */
export class ExportProgress {
  readonly figures: ProgressFigures = { workTotal: 0, workDone: 0, filesTotal: 0, filesDone: 0, rowsDone: 0, bytesDone: 0 };
  readonly #clock: Clock;
  readonly #tell: (figures: ProgressFigures) => Promise<void>;
  #toldAt: number;

  /** @param tell may throw ExportStopped, which ends the work */
  constructor(clock: Clock, tell: (figures: ProgressFigures) => Promise<void>) {
    this.#clock = clock;
    this.#tell = tell;
    this.#toldAt = clock.monotonic();
  }

  /** @throws ExportStopped */
  async add(more: Partial<ProgressFigures>): Promise<void> {
    for (const [name, value] of Object.entries(more)) this.figures[name as keyof ProgressFigures] += value;
    if (this.#clock.monotonic() - this.#toldAt >= TELL_MS) await this.tell();
  }

  /** @throws ExportStopped */
  async tell(): Promise<void> {
    this.#toldAt = this.#clock.monotonic();
    await this.#tell({ ...this.figures });
  }
}
