/** The command line: parses, runs one command, turns what it throws into one clear line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { complain, endWhenNobodyReads } from './cli/output.ts';
import { createProgram } from './cli/program.ts';
import { messageOf } from './lib/errors.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { version: string };

endWhenNobodyReads();
try {
  await createProgram(version).parseAsync();
} catch (error) {
  complain(messageOf(error));
  if (process.env['SCC_LOG_LEVEL'] === 'debug' && error instanceof Error) complain(error.stack ?? '');
  process.exitCode = 1;
}
