/**
 * A media process. Arguments, or environment where an argument is missing:
 *   --socket PATH       control socket to listen on                      SCC_MEDIA_SOCKET
 *   --host ADDRESS      address for RTP and ICE                          SCC_SIP_HOST, 127.0.0.1
 *   --ports LOW-HIGH    UDP ports                                        SCC_RTP_PORTS, 20000-39999
 *   --sounds FOLDER     shipped sounds                                   assets/sounds
 *   --log-level LEVEL                                                    SCC_LOG_LEVEL, info
 *   --orphan-minutes N  how long to wait for a core before giving up     5
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../lib/clock.ts';
import { createLogger } from '../lib/logger.ts';
import { raisePriority } from './priority.ts';
import { ControlServer } from './server.ts';
import { Session } from './session.ts';
import { SoundLibrary } from './sound-library.ts';

const WATCH_EVERY_MS = 1000;
/** Endpoints of a core that is gone for good are closed after this long without audio. */
const ORPHAN_SILENCE_MS = 60_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      socket: { type: 'string' },
      host: { type: 'string' },
      ports: { type: 'string' },
      sounds: { type: 'string' },
      'log-level': { type: 'string' },
      'orphan-minutes': { type: 'string' },
    },
  });
  const environment = process.env;
  const socket = values.socket ?? environment['SCC_MEDIA_SOCKET'];
  const ports = /^(\d+)-(\d+)$/.exec(values.ports ?? environment['SCC_RTP_PORTS'] ?? '20000-39999');
  if (!socket || !ports) {
    process.stderr.write('usage: main.ts --socket PATH [--host ADDRESS] [--ports LOW-HIGH] [--sounds FOLDER]\n');
    process.exit(2);
  }
  const logger = createLogger(values['log-level'] ?? environment['SCC_LOG_LEVEL'] ?? 'info', 'media');
  raisePriority();
  // A fault in one packet or call must not end the audio of all others.
  process.on('uncaughtException', (error) => logger.error({ err: error }, 'uncaught; going on'));
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'unhandled; going on'));

  let draining = false;
  const server = new ControlServer(logger, (now) => {
    draining = true;
    if (now) void end();
  });
  const session = new Session({
    clock: systemClock,
    logger,
    host: values.host ?? environment['SCC_SIP_HOST'] ?? '127.0.0.1',
    ports: { low: Number(ports[1]), high: Number(ports[2]) },
    sounds: new SoundLibrary(values.sounds ?? resolve(import.meta.dirname, '../../assets/sounds')),
    emit: (event) => server.emit(event),
  });
  let ending = false;
  async function end(): Promise<void> {
    if (ending) return;
    ending = true;
    await session.close();
    await server.close();
    process.exit(0);
  }
  process.on('SIGTERM', () => void end());
  // Ctrl-C in a terminal reaches all of its processes; core tells us itself when it stops.
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);

  await server.listen(socket, session);
  logger.info({ socket }, 'media process is ready');

  const orphanMs = Number(values['orphan-minutes'] ?? '5') * 60_000;
  let lastCoreMs = systemClock.monotonic();
  const watch = setInterval(() => {
    const now = systemClock.monotonic();
    if (server.clients > 0) lastCoreMs = now;
    const orphaned = now - lastCoreMs > orphanMs;
    if (orphaned) session.closeSilent(ORPHAN_SILENCE_MS);
    if (session.endpoints.size > 0 || !(draining || orphaned)) return;
    clearInterval(watch);
    void end();
  }, WATCH_EVERY_MS);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`media process cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
