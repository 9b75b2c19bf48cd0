/** Runs one bench module under the product's Node and prints what it measured together with the machine. */
import { cpus, loadavg, release, totalmem } from 'node:os';

const [name, ...rest] = process.argv.slice(2);
const args = {};
let json = false;
for (let index = 0; index < rest.length; index++) {
  const word = rest[index];
  if (word === '--json') json = true;
  else if (word?.startsWith('--')) args[word.slice(2)] = rest[++index] ?? '';
}

const { run } = await import(`../../bench/${name}.ts`);
const loadBefore = loadavg()[0];
const figures = await run(args);
const report = {
  bench: name,
  at: new Date().toISOString(),
  machine: {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${process.platform} ${release()}`,
    loadBefore,
    loadAfter: loadavg()[0],
  },
  versions: { node: process.versions.node, v8: process.versions.v8 },
  parameters: args,
  ...figures,
};
const text = `${json ? JSON.stringify(report) : JSON.stringify(report, null, 2)}\n`;
// A pipe takes 64 KiB at a time: end only when all of it was taken.
process.stdout.write(text, () => process.exit(0));
