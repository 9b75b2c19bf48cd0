import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig, type Config } from '../lib/config.ts';

/** The project's root, absolute. */
export const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Reads `.env` of the working directory (what is set already wins) and the environment.
 * @throws ConfigError
 */
export function loadConfig(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readConfig(process.env);
}
