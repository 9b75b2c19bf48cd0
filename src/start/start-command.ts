import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { loadConfig } from '../cli/environment.ts';
import { complain, print, table } from '../cli/output.ts';
import type { DemoLogins } from '../demo/seed.ts';
import { DEMO_FLOWS } from '../ivr/demo-flows.ts';
import type { Config } from '../lib/config.ts';
import { messageOf } from '../lib/errors.ts';
import { createLogger, type Logger } from '../lib/logger.ts';
import { compose, type Product, type StartStep } from './compose.ts';
import { demandDataFolder } from './data-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** A clean stop that takes longer than this is given up, ms. */
const STOP_LIMIT_MS = 30_000;
/** The terminal and the launcher may both pass on one Ctrl-C; only a later one is a second request. */
const SAME_REQUEST_MS = 1_000;

const STEPS: Record<StartStep, string> = {
  database: 'データベースを起動しています / starting the database',
  demo: 'デモテナントを確認しています / looking after the demo tenant',
  media: '音声プロセスを起動しています / starting the media processes',
  calls: '電話機能を起動しています / starting telephony',
  http: '画面とAPIを起動しています / starting web and API',
};

/** On a terminal people read progress, and the log goes to a file; elsewhere (service manager, container) both go to standard output. */
function createStartLogger(config: Config): { logger: Logger; logFile: string | null } {
  if (!process.stdout.isTTY) return { logger: createLogger(config.logLevel, 'core'), logFile: null };
  const logFile = join(config.dataDir, 'log', 'core.log');
  mkdirSync(join(config.dataDir, 'log'), { recursive: true, mode: 0o700 });
  return { logger: createLogger(config.logLevel, 'core', logFile), logFile };
}

const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

function printLogins(firstLogins: DemoLogins | null): void {
  if (!firstLogins) return;
  print();
  print('初回だけ表示されるパスワードです。控えてください。 / Shown only this once - write them down:');
  const operator = firstLogins.operator ? [['operator', firstLogins.operator.password, '(operator port)']] : [];
  const rows = [...firstLogins.users.map(({ loginId, password }) => [loginId, password, '']), ...operator];
  for (const line of table(rows)) print(`  ${line}`);
}

function printReady(product: Product, firstLogins: DemoLogins | null, config: Config, sinceMs: number, logFile: string | null): void {
  print();
  print(`準備ができました / Ready in ${seconds(sinceMs)}`);
  const addresses = [
    [product.url, product.hasDemo ? '画面 / web (tenant: demo)' : '画面 / web'],
    [product.operatorUrl, '運用者 / operator'],
  ];
  for (const line of table(addresses)) print(`  ${line}`);
  if (product.hasDemo) {
    print();
    print('電話番号 / Demo numbers');
    const numbers = DEMO_FLOWS.map(({ number, name }) => [number, name, `sip:${number}@${config.sipHost}:${config.sipPort}`]);
    for (const line of table(numbers)) print(`  ${line}`);
  }
  printLogins(firstLogins);
  print();
  if (logFile) print(`ログ / log: ${logFile}`);
  print('Ctrl-C で停止します / Ctrl-C stops everything');
}

/**
 * Stops on SIGINT, SIGTERM, SIGHUP, and when the launcher is gone; a second request gives up waiting. A service manager's SIGTERM
 * keeps calls for the next start; who stops it by hand ends them.
 * @param patienceMs a stop that keeps calls may take so much longer
 */
function stopOnRequest(stop: (keepCalls: boolean) => Promise<void>, patienceMs: number): void {
  let requestedAt: number | null = null;
  const request = (keepCalls: boolean): void => {
    if (requestedAt !== null) {
      if (performance.now() - requestedAt > SAME_REQUEST_MS) process.exit(1);
      return;
    }
    requestedAt = performance.now();
    print('\n停止しています / stopping ...');
    setTimeout(() => process.exit(1), STOP_LIMIT_MS + (keepCalls ? patienceMs : 0)).unref();
    stop(keepCalls).then(
      () => {
        print(`停止しました / stopped (${seconds(requestedAt ?? 0)})`);
        process.exit(0);
      },
      () => process.exit(1),
    );
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => request(name === 'SIGTERM'));
  const pipe = Number(process.env['SCC_LAUNCHER_FD']);
  if (pipe > 2) new Socket({ fd: pipe }).on('close', () => request(false)).on('error', () => request(false)).resume().unref();
}

const productVersion = (): string => (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

/** `scc start`: runs until it is told to stop. */
export async function startCommand(): Promise<void> {
  const sinceMs = performance.now();
  const config = loadConfig();
  demandDataFolder(config.dataDir);
  const { logger, logFile } = createStartLogger(config);
  // A bug in one corner must not end the calls of everybody; it is logged and the corner's own promise has failed.
  process.on('unhandledRejection', (error) => logger.error({ error: messageOf(error), stack: error instanceof Error ? error.stack : '' }, 'unhandled rejection'));
  process.on('uncaughtException', (error) => logger.error({ error: error.message, stack: error.stack }, 'uncaught exception'));
  // A terminal that was closed, or a reader that went away.
  process.stdout.on('error', () => undefined);
  let product: Product | undefined;
  let firstLogins: DemoLogins | null = null;
  const starting = compose(config, logger, productVersion(), {
    step: (step) => print(`• ${STEPS[step]}`),
    firstLogins: (logins) => (firstLogins = logins),
  });
  stopOnRequest(async (keepCalls) => {
    product ??= await starting;
    await product.stop({ keepCalls });
  }, config.drainMs);
  try {
    product = await starting;
  } catch (error) {
    printLogins(firstLogins);
    complain(`\n${messageOf(error)}`);
    process.exit(1);
  }
  printReady(product, firstLogins, config, sinceMs, logFile);
  if (existsSync(join(ROOT, 'node_modules'))) flushCompileCache();
}
