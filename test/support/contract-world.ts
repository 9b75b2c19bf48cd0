import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { createTestTenant, type TestDatabase } from './database.ts';
import { runKeeper, type RunningKeeper } from './points.ts';
import { chooseIdentity } from '../../src/db/embedded/identity.ts';
import { planLayout } from '../../src/db/embedded/layout.ts';
import { openDatabase, type OpenDatabase } from '../../src/db/open.ts';
import { appConnection, APP_ROLE } from '../../src/db/prepare.ts';
import { createWorld, type World } from '../../src/http/testing/world.ts';
import { createLogger } from '../../src/lib/logger.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';
import { appendAudit } from '../../src/modules/audit/audit-append.ts';
import type { Notice } from '../../src/modules/monitoring/alarm-sender.ts';
import type { PointsPlace } from '../../src/modules/points/points-folder.ts';
import { lookAtContracts, type ContractJobDeps } from '../../src/modules/contracts/contract-job.ts';
import { wishOfOperator, type OperatorWish } from '../../src/modules/contracts/contract-views.service.ts';
import type { ContractChange } from '../../src/modules/contracts/contracts.service.ts';

const DAY_MS = 86_400_000;

/** An installation of its own, with a database server whose files can be searched. */
export interface ContractWorld {
  world: World;
  opened: OpenDatabase;
  deps: ContractJobDeps;
  backupDir: string;
  /** Points in time, as whoever has the master key sees them. */
  points: PointsPlace;
  /** Keeps points in time beside what happens. */
  keepPoints(): RunningKeeper;
  /** What was told to the provider's people. */
  notices: Notice[];
  /** Everything that this installation keeps on the disk, by folder. */
  folders: Record<'database' | 'store' | 'backups' | 'data', string>;
  /** Days go by, and each is looked at. */
  pass(days: number): Promise<void>;
  /** One of the provider's people does something. */
  wish(tenantId: string, wish: OperatorWish, operator?: string): Promise<ContractChange>;
  close(): Promise<void>;
}

/** Operators as they are known by id. */
const operatorId = (loginId: string): string => `00000000-0000-4000-8000-${Buffer.from(loginId).toString('hex').padStart(12, '0').slice(0, 12)}`;

async function ownDatabase(opened: OpenDatabase, dispose: () => Promise<void>): Promise<TestDatabase> {
  const ownerClient = new pg.Client(opened.superuser ?? {});
  ownerClient.on('error', () => undefined);
  await ownerClient.connect();
  return {
    database: opened.database,
    ownerClient,
    appConnection: appConnection(opened.owner, opened.master.databasePassword(APP_ROLE)),
    ownerConnection: opened.owner,
    master: opened.master,
    tenantA: await createTestTenant(opened.database),
    tenantB: await createTestTenant(opened.database),
    async close() {
      await ownerClient.end();
      await dispose();
    },
  };
}

export async function createContractWorld(): Promise<ContractWorld> {
  const root = mkdtempSync(join(tmpdir(), 'scc-contracts-'));
  const dataDir = join(root, 'data');
  mkdirSync(join(dataDir, 'log'), { recursive: true });
  const { base, pgdata } = planLayout(dataDir, chooseIdentity());
  const logger = createLogger('debug', 'core', join(dataDir, 'log', 'core.log'));
  const opened = await openDatabase({ config: { dataDir, databaseUrl: undefined, masterKeyFile: join(root, 'master.key') }, logger, appendAudit });
  const world = await createWorld({
    db: await ownDatabase(opened, async () => {
      await opened.close();
      for (const made of [root, base]) rmSync(made, { recursive: true, force: true });
    }),
  });
  const backupDir = join(root, 'backups');
  const points: PointsPlace = { folder: backupDir, master: opened.master };
  const notices: Notice[] = [];
  const { clock } = world;
  const deps: ContractJobDeps = {
    ...opened, store: world.store, backupDir, dataDir, keepsPoints: true, clock, logger,
    isDatabaseHealthy: () => true,
    remind: (notice) => void notices.push(notice),
    canSendMail: true,
    publicUrl: 'https://scc.example.jp',
    onEnded: () => undefined,
    onChange: () => Promise.resolve(),
  };
  return {
    world, opened, deps, backupDir, notices, points,
    keepPoints: () => runKeeper(points, opened.superuser ?? {}),
    folders: { database: pgdata, store: await rootOf(world.store), backups: backupDir, data: dataDir },
    async pass(days) {
      for (let day = 0; day < days; day++) {
        clock.advance(DAY_MS);
        await lookAtContracts(deps);
      }
    },
    wish: (tenantId, wish, operator = 'kato') => wishOfOperator({ database: opened.database, clock }, tenantId, wish, { id: operatorId(operator), loginId: operator, ip: '' }),
    close: () => world.close(),
  };
}

const rootOf = async (store: ObjectStore): Promise<string> => dirname(dirname(await store.localPath('probe/x')));
