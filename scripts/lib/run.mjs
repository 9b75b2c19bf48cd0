/** Runs commands for the scripts: under whatever Node started us, and under the Node 24 that the product needs. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The project's root, absolute. */
export const root = resolve(import.meta.dirname, '../..');

const FLOOR = [24, 12];

/** True when a version like 24.21.0 is new enough to run the product's sources directly. */
function newEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1]);
}

/**
 * Path of a Node that can run the product: this one when it is new enough, else the one npm brought.
 * @throws Error in plain words when there is none
 */
export function node24() {
  if (newEnough(process.versions.node)) return process.execPath;
  const brought = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
  if (existsSync(brought)) return brought;
  throw new Error(
    `Node ${FLOOR.join('.')} or newer is needed; this is ${process.versions.node}, and npm brings none for ${process.platform}-${process.arch}. Install Node 24 and run the command again.`,
  );
}

/** Environment in which `node` is the product's Node, so that tools started by name use it too. */
export function productEnvironment() {
  const node = node24();
  return {
    ...process.env,
    PATH: `${resolve(node, '..')}:${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules/.cache/node'),
  };
}

/**
 * Runs a program and waits for it.
 * @param {{capture?: boolean, quiet?: boolean, env?: Record<string, string | undefined>}} [options] capture: return what it
 *   prints; quiet: show it only when the program fails
 * @returns {Promise<string>} standard output when captured, else ''
 * @throws Error when the program ends with another code than 0
 */
export function run(program, args, options = {}) {
  const piped = options.capture || options.quiet;
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: root,
      env: options.env ?? process.env,
      stdio: ['ignore', piped ? 'pipe' : 'inherit', piped ? 'pipe' : 'inherit'],
    });
    let out = '';
    let all = '';
    child.stdout?.on('data', (data) => {
      out += data;
      all += data;
    });
    child.stderr?.on('data', (data) => (all += data));
    child.once('error', fail);
    child.once('close', (code, signal) => {
      if (code === 0) return done(out);
      if (piped) console.error(all);
      fail(new Error(`${program.slice(program.lastIndexOf('/') + 1)} ${args[0] ?? ''} ended with ${code ?? signal}`));
    });
  });
}

/** Runs a script (or a tool's entry in node_modules/.bin) under the product's Node. Options as for `run`. */
export const runOnNode24 = (script, args, options = {}) =>
  run(node24(), [script, ...args], { ...options, env: { ...productEnvironment(), ...options.env } });

/**
 * Becomes the product: starts it under its Node, passes signals on, and ends with its exit code.
 * @param {string[]} args arguments of src/main.ts
 */
export function become(args) {
  const child = spawn(node24(), [join(root, 'src/main.ts'), ...args], {
    cwd: root,
    // The product stops cleanly when the other end of descriptor 3 is gone, however we ended.
    env: { ...productEnvironment(), SCC_LAUNCHER_FD: '3' },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  // The terminal sends Ctrl-C to the whole group; we only must not end before the product has.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0);
  });
}
