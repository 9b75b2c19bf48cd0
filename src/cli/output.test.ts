import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const OUTPUT = join(import.meta.dirname, 'output.ts');

/** Runs a program that prints for as long as somebody reads; its reader goes after the first lines. */
async function readerGoes(begin: string): Promise<{ code: number | null; complaint: string }> {
  const program = `import { endWhenNobodyReads, print } from ${JSON.stringify(OUTPUT)}; ${begin}; setInterval(() => print('line'), 1);`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, complaint };
}

it('a command whose reader has gone ends without a word', async () => {
  expect(await readerGoes('endWhenNobodyReads()')).toEqual({ code: 0, complaint: '' });
});

it('would end with a trace of the program otherwise', async () => {
  const { code, complaint } = await readerGoes('');
  expect(code).not.toBe(0);
  expect(complaint).toContain('EPIPE');
});
