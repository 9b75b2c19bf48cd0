import { readFileSync } from 'node:fs';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { MasterKeyView } from '../../../shared/api/operator.ts';
import type { SccDatabase } from '../../db/database.ts';
import { logMasterUse } from '../../db/master-key-log.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { startRounds } from '../../lib/rounds.ts';
import { AwsKeyService } from '../../vault/aws-key-service.ts';
import { isSameServiceKey, KeyServiceError, type KeyService, type ServiceKey } from '../../vault/key-service.ts';
import { readMasterKeyFile, type MasterKeyContent } from '../../vault/master-key-file.ts';
import type { MasterKey } from '../../vault/master-key.ts';
import { plainCopiesBeside } from '../../vault/move-master-key.ts';
import type { MasterKeyPlace } from '../../vault/open-master-key.ts';

const LOOK_MS = 30_000;
/** The service is asked so often while all is well: two requests, some 17,000 a month. */
export const PROBE_MS = 300_000;

export interface MasterKeyWatchDeps {
  place: MasterKeyPlace;
  /** The key that is in use. */
  master: Pick<MasterKey, 'isKey'>;
  database: Pick<SccDatabase, 'withDirectory' | 'healthy'>;
  clock: Clock;
  logger: Logger;
  registry: Registry;
}

type Warning = MasterKeyView['warnings'][number];
type Wrapped = Extract<MasterKeyContent, { kind: 'wrapped' }>;

/** With these the next start fails. */
const STOPPERS: readonly Warning[] = ['missing_or_damaged', 'not_configured', 'plain_though_configured', 'another_master'];

/** What the last look came to. */
interface Look {
  content: MasterKeyContent | null;
  warnings: Warning[];
  /** How long opening took, ms; null = it failed. */
  ms: number | null;
  service: { at: number; wall: number; state: ServiceKey | null; problem: KeyServiceError | null; warnings: Warning[] } | null;
}

/**
 * Looks whether the next start would open the master key: that its file is there and holds the key in use, and that the key service,
 * where there is one, opens it. The running product needs neither.
 */
export class MasterKeyWatch {
  readonly #deps: MasterKeyWatchDeps;
  readonly #service: KeyService | null;
  #look: Look | null = null;
  #openedWall: number | null = null;
  #logged: { at: number; outcome: string } | null = null;
  #stop = (): Promise<void> => Promise.resolve();

  constructor(deps: MasterKeyWatchDeps) {
    this.#deps = deps;
    const { place, registry } = deps;
    const registers = [registry];
    const requests = new Counter({ name: 'scc_kms_requests_total', help: 'Requests to the key service since the start, by action and outcome.', labelNames: ['action', 'outcome'], registers });
    this.#service = place.kms ? new AwsKeyService(place.kms, (action, outcome) => requests.inc({ action, outcome })) : null;
    const isGood = (): boolean => this.figure() !== null;
    new Gauge({ name: 'scc_master_key_good', help: '1 = the next start opens the master key, 0 = it would not.', registers, collect() {
      this.set(isGood() ? 1 : 0);
    } });
  }

  /** Looks at once, then every 30 s. */
  start(): void {
    const { clock, logger } = this.#deps;
    const onError = (error: unknown): void => logger.error({ error: messageOf(error) }, 'a look at the master key failed');
    this.#stop = startRounds({ clock, everyMs: LOOK_MS, round: () => this.look(), onError, isFirstNow: true });
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  /** For the monitoring: ms that opening took at the last look; null = the next start would fail; undefined = not looked yet. */
  figure(): number | null | undefined {
    if (!this.#look) return undefined;
    return this.#look.warnings.some((warning) => STOPPERS.includes(warning)) ? null : this.#look.ms;
  }

  /** For the operator's page. */
  view(): MasterKeyView {
    const { content = null, warnings = [], ms = null, service = null } = this.#look ?? {};
    if (content?.kind !== 'wrapped') return { place: 'file', kms: null, warnings };
    const iso = (wall: number | null): string | null => (wall === null ? null : new Date(wall).toISOString());
    const state = service?.state ?? null;
    const kms = {
      keyId: content.wrapped.keyId,
      region: this.#service?.region ?? '',
      state: state?.state ?? null,
      deletionAt: state?.deletionAt?.toISOString() ?? null,
      checkedAt: iso(service?.wall ?? null),
      openedAt: iso(this.#openedWall),
      ms: ms === null ? null : Math.round(ms),
      problem: service?.problem?.kind ?? null,
    };
    return { place: 'kms', kms, warnings };
  }

  /** One round. */
  async look(): Promise<void> {
    const { place } = this.#deps;
    const content = readQuietly(place.masterKeyFile);
    if (!content) this.#look = { content, warnings: ['missing_or_damaged'], ms: null, service: null };
    else if (content.kind === 'plain') this.#look = this.#lookAtFile(content);
    else if (this.#service) this.#look = await this.#lookAtService(this.#service, content);
    else this.#look = { content, warnings: ['not_configured'], ms: null, service: null };
  }

  #lookAtFile(content: MasterKeyContent): Look {
    const { place, master, clock } = this.#deps;
    const begun = clock.monotonic();
    const key = readFileSync(place.masterKeyFile);
    const warnings: Warning[] = [...(master.isKey(key) ? [] : ['another_master' as const]), ...(place.kms ? ['plain_though_configured' as const] : [])];
    key.fill(0);
    return { content, warnings, ms: clock.monotonic() - begun, service: null };
  }

  async #lookAtService(service: KeyService, content: Wrapped): Promise<Look> {
    const { place, clock } = this.#deps;
    const copies: Warning[] = plainCopiesBeside(place.masterKeyFile).length > 0 ? ['plain_copy'] : [];
    const last = this.#look;
    const isSame = last?.content?.kind === 'wrapped' && last.content.wrapped.ciphertext.equals(content.wrapped.ciphertext);
    if (last?.service && isSame && last.ms !== null && clock.monotonic() - last.service.at < PROBE_MS) {
      return { ...last, warnings: [...last.service.warnings, ...copies] };
    }
    const look = await this.#ask(service, content);
    return { ...look, warnings: [...look.warnings, ...copies] };
  }

  async #ask(service: KeyService, content: Wrapped): Promise<Look> {
    const { clock, master } = this.#deps;
    const { wrapped, context } = content;
    const begun = clock.monotonic();
    let problem: KeyServiceError | null = null;
    const warnings: Warning[] = [];
    try {
      const key = await service.unwrap(wrapped, context);
      if (!master.isKey(key)) warnings.push('another_master');
      key.fill(0);
    } catch (error) {
      if (!(error instanceof KeyServiceError)) throw error;
      problem = error;
    }
    const [at, wall] = [clock.monotonic(), clock.wall()];
    // Who may not ask for the state of a key still opens with it.
    const configured = await service.describe().catch(() => null);
    const isOther = configured !== null && !isSameServiceKey(configured.keyId, wrapped.keyId);
    if (isOther) warnings.push('other_key');
    const state = isOther ? await service.describe(wrapped.keyId).catch(() => null) : configured;
    if (!problem) this.#openedWall = wall;
    await this.#note(wrapped.keyId, problem);
    return { content, warnings, ms: problem ? null : at - begun, service: { at, wall, state, problem, warnings } };
  }

  /** Every change of the outcome, and else as often as the service is asked while all is well. */
  async #note(keyId: string, problem: KeyServiceError | null): Promise<void> {
    const { clock, database, logger } = this.#deps;
    const outcome = problem?.kind ?? 'ok';
    const isChange = this.#logged?.outcome !== outcome;
    if (isChange && problem) logger.error({ error: problem.message }, 'the key service does not open the master key: what runs goes on, but nothing could be started');
    if (isChange && !problem && this.#logged) logger.info({ keyId }, 'the key service opens the master key again');
    const isDue = this.#logged === null || isChange || clock.monotonic() - this.#logged.at >= PROBE_MS;
    if (!isDue || !database.healthy) return;
    this.#logged = { at: clock.monotonic(), outcome };
    await database.withDirectory((db) => logMasterUse(db, { purpose: 'probe', actor: 'core', way: 'kms', keyId, outcome }));
  }
}

/** What the file holds; null when it is gone or damaged. */
function readQuietly(path: string): MasterKeyContent | null {
  try {
    return readMasterKeyFile(path);
  } catch {
    return null;
  }
}
