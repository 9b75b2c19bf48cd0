import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';

let lines: { source: Interface; next: AsyncIterator<string> } | null = null;

/** Standard input is read once, line by line: what a script sends may hold several answers. */
async function nextLine(): Promise<string> {
  if (!lines) {
    const source = createInterface({ input: process.stdin });
    lines = { source, next: source[Symbol.asyncIterator]() };
  }
  const { value, done } = await lines.next.next();
  if (done) throw new Error('An answer is missing on standard input.');
  return value;
}

/** Asks at the terminal without showing what is typed; from a pipe it reads the next line. */
export async function askSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) return nextLine();
  process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const source = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      source.once('line', resolve);
      source.once('close', () => reject(new Error('Nothing was typed.')));
    });
  } finally {
    source.close();
    process.stderr.write('\n');
  }
}

/** Lets the process end: a pipe that stays open would keep it. */
export function doneAsking(): void {
  lines?.source.close();
  process.stdin.pause();
  lines = null;
}
