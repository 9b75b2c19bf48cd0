import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../lib/errors.ts';
import type { SimulationJob } from '../modules/staffing/simulation-runner.ts';
import { runJob } from './job.ts';
import type { WorkerNews } from './runner.ts';

/* One simulation in a thread of its own; see runner.ts. */

const tell = (news: WorkerNews): void => parentPort?.postMessage(news);

try {
  // Given by the runner in this shape.
  tell({ kind: 'done', figures: runJob(workerData as SimulationJob, (share) => tell({ kind: 'progress', share })) });
} catch (error) {
  tell({ kind: 'failed', reason: messageOf(error) });
}
