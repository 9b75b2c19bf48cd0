import { existsSync } from 'node:fs';
import type pg from 'pg';
import { AppError } from '../lib/errors.ts';
import { shredFile } from '../lib/shred.ts';
import { EnvelopeError } from '../vault/envelope.ts';
import type { MasterKey } from '../vault/master-key.ts';
import { nextMasterKeyFile } from '../vault/master-key-file.ts';
import { takePlace } from '../vault/move-master-key.ts';
import { contextOf, masterKeyWay, openMasterKey, type MasterKeyPlace } from '../vault/open-master-key.ts';
import { logMasterUseAsOwner } from './master-key-log.ts';
import { aloneWithMaster } from './master-lock.ts';
import { asOwner, setAppPassword } from './prepare.ts';

/** What a change of the master key came to. */
export interface MasterRotation {
  /** Tenant keys that were wrapped anew now. */
  wrapped: number;
  /** Those that a run before this one had wrapped already. */
  found: number;
  /** Where the old master key is kept. */
  oldFile: string;
}

interface Masters {
  old: MasterKey;
  next: MasterKey;
}

/** What else the master key has signed or wrapped. */
export interface AroundDatabase {
  /** Before anything is changed: throws when something does not open, which would keep the change from ever ending. */
  check(old: MasterKey): Promise<void>;
  /** After the database; may run more than once. */
  change(masters: Masters): Promise<void>;
}

function unwrapped({ old, next }: Masters, tenantId: string, version: number, wrapped: Buffer): { key: Buffer; isNew: boolean } {
  try {
    return { key: old.unwrapTenantKey(tenantId, version, wrapped), isNew: false };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { key: next.unwrapTenantKey(tenantId, version, wrapped), isNew: true };
  }
}

/** The second factors of operators; one that opens under neither key stays as it is, and its owner sets it up anew. */
async function sealFactors(client: pg.Client, { old, next }: Masters): Promise<void> {
  const { rows } = await client.query<{ id: string; factor: Buffer }>('select id, factor from operators where factor is not null order by id for update');
  for (const { id, factor } of rows) {
    try {
      await client.query('update operators set factor = $2 where id = $1', [id, next.sealOperatorFactor(id, old.openOperatorFactor(id, factor))]);
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
    }
  }
}

/** All tenant keys, the operators' second factors and the application's password, in one transaction: all of it under one master key or all under the other. */
async function wrapAll(client: pg.Client, masters: Masters): Promise<{ wrapped: number; found: number }> {
  const counts = { wrapped: 0, found: 0 };
  await client.query('begin');
  try {
    const tenants = await client.query<{ id: string }>('select id from tenants order by id for update');
    for (const { id } of tenants.rows) {
      await client.query("select set_config('app.tenant_id', $1, true), set_config('app.actor', 'operator:cli', true)", [id]);
      const keys = await client.query<{ version: number; wrapped: Buffer }>('select version, wrapped from tenant_keys where tenant_id = $1 order by version for update', [id]);
      for (const { version, wrapped } of keys.rows) {
        const { key, isNew } = unwrapped(masters, id, version, wrapped);
        if (isNew) counts.found += 1;
        else {
          await client.query('update tenant_keys set wrapped = $3 where tenant_id = $1 and version = $2', [id, version, masters.next.wrapTenantKey(id, version, key)]);
          counts.wrapped += 1;
        }
      }
    }
    await sealFactors(client, masters);
    await setAppPassword(client, masters.next);
    await client.query(`insert into operator_events (id, at, code, actor, ip, detail) values (gen_random_uuid(), now(), 'master_key_rotated', 'cli', '', $1)`, [
      JSON.stringify({ keys: String(counts.wrapped + counts.found) }),
    ]);
    await client.query('commit');
    return counts;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** @throws Error while another process of the product is connected: it would go on with the old key */
async function demandNobodyElse(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ count: string }>(
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name like 'scc%'",
  );
  if (rows[0]?.count !== '0') throw new Error('The product is running on this database. Stop it first: the master key is changed while nothing else holds it.');
}

/**
 * Puts a new master key in the place of the old one, wrapped where a key service is configured. Whatever interrupts it, the next run
 * finishes it; until then the product does not start, and both key files are there.
 * @param now for the old file's name
 * @throws Error, MasterKeyError, KeyServiceError, AppError `master_key_mismatch` when a tenant key opens under neither
 */
export function rotateMaster(owner: pg.ClientConfig, place: MasterKeyPlace, now: Date, around: AroundDatabase): Promise<MasterRotation> {
  const { masterKeyFile } = place;
  const nextPlace = { ...place, masterKeyFile: nextMasterKeyFile(masterKeyFile) };
  return aloneWithMaster(owner, async () => {
    const old = await openMasterKey(place);
    const { next, ...counts } = await asOwner(owner, async (client) => {
      await demandNobodyElse(client);
      if (!existsSync(nextPlace.masterKeyFile)) await around.check(old);
      // Not before: with this file beside the old one nothing opens the database until the change is over.
      const made = await openMasterKey(nextPlace, { create: true, context: contextOf(masterKeyFile) });
      const done = await wrapAll(client, { old, next: made });
      await logMasterUseAsOwner(client, { purpose: 'rotate', actor: 'cli', ...masterKeyWay(nextPlace) });
      return { next: made, ...done };
    });
    await around.change({ old, next });
    return { ...counts, oldFile: takePlace(masterKeyFile, now) };
  });
}

/** Overwrites and removes an old master key file. What was wrapped under it, in old backups too, opens nowhere any more. @throws Error when there is none */
export async function forgetOldMaster(oldFile: string): Promise<void> {
  if ((await shredFile(oldFile)) === null) throw new Error(`There is no file ${oldFile}.`);
}
