import { ExportLine, type LineDeps } from '../modules/exports/export-line.ts';
import type { MasterKey } from '../vault/master-key.ts';
import { CommandProcess } from './command-process.ts';

export interface Exports {
  line: ExportLine;
  /** Ends the one that is made; the next start goes on with it. */
  stop(): Promise<void>;
}

/** Makes exports that tenants ask for, each in a process of its own. */
export function startExports({ master, ...deps }: Omit<LineDeps, 'run'> & { master: MasterKey }): Exports {
  const commands = new CommandProcess(master, 'inherit');
  let running: Promise<number> | undefined;
  const line = new ExportLine({ ...deps, run: (tenantId, exportId) => (running = commands.run(['tenant', 'export-run', tenantId, exportId])) });
  return {
    line,
    async stop() {
      line.stop();
      commands.stop();
      await running;
    },
  };
}
