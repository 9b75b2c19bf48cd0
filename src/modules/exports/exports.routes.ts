import * as contracts from '../../../shared/api/exports.ts';
import type { DirectoryReader } from '../../db/types.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { PlayLog } from '../recordings/play-log.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { downloadArchive, downloadFile } from './export-download.ts';
import { askExport, cancelExport, listExports, listFiles, oneExport, type AskDeps } from './exports.service.ts';

export interface ExportRouteDeps extends AskDeps {
  store: ObjectStore;
  directory: DirectoryReader;
}

/** Full exports: asked for, watched, given up, downloaded. */
export function exportRoutes(deps: ExportRouteDeps): BoundRoute[] {
  const now = (): number => deps.clock.wall();
  const downloads = { store: deps.store, clock: deps.clock, downloads: new PlayLog(deps.clock) };
  const slugOf = async (tenantId: string): Promise<string> => (await deps.directory.tenants()).find(({ id }) => id === tenantId)?.slug ?? 'tenant';
  return [
    bind(contracts.listExports, ({ query }, context) => context.inTenant((tx) => listExports(tx, query, now()))),
    bind(contracts.createExport, ({ body }, { session }) => askExport(deps, session, body)),
    bind(contracts.getExport, ({ params }, context) => context.inTenant((tx) => oneExport(tx, params.id, now()))),
    bind(contracts.cancelExport, ({ params }, context) => context.inTenant((tx) => cancelExport(tx, params.id, now()))),
    bind(contracts.listExportFiles, ({ params, query }, context) => context.inTenant((tx) => listFiles(tx, params.id, query, now()))),
    bind(contracts.downloadExport, async ({ params }, context) => downloadArchive(downloads, context, params.id, await slugOf(context.session.tenantId))),
    bind(contracts.downloadExportFile, ({ params }, context) => downloadFile(downloads, context, params.id, params.number)),
  ];
}
