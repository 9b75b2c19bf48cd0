import { connect } from 'node:net';

/** True when a process listens on a Unix socket; false for a file that a dead process left behind, or none. */
export function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
