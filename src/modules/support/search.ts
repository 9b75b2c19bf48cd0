import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

/*
 * Search over keyed tokens. A query is a set of tokens that must all be present; the rarest one leads, walked in order of id
 * through the primary key of `search_tokens`, and the others are probed for each of its hits. Only equality and order of
 * uuid, smallint and bytea are used, because row level security lets nothing else near an index.
 */

/** All of `tokens`, of one kind. */
export interface TokenSet {
  kind: number;
  tokens: readonly Buffer[];
}

/**
 * Hits counted per token when looking for the rarest. The second count is made only when the first finds all tokens more
 * common than that: then a wrong lead would cost much more than counting.
 */
const COUNT_UP_TO = [300, 6000] as const;
/** More tokens than this do not make a query noticeably sharper. */
const MAX_PROBES = 8;

/** The tokens from the rarest on; none when one of them does not occur at all, because then nothing has all of them. */
async function rarestFirst(tx: TenantTx, set: TokenSet): Promise<Buffer[]> {
  if (set.tokens.length < 2) return [...set.tokens];
  let counted: { token: Buffer; hits: number }[] = [];
  for (const limit of COUNT_UP_TO) {
    counted = await countHits(tx, set, limit);
    const fewest = counted[0]?.hits ?? 0;
    if (fewest === 0) return [];
    if (fewest < limit) break;
  }
  return counted.map(({ token }) => token);
}

async function countHits(tx: TenantTx, set: TokenSet, limit: number): Promise<{ token: Buffer; hits: number }[]> {
  const { rows } = await sql<{ token: Buffer; hits: string }>`
    select wanted.token, (
      select count(*) from (select from search_tokens where kind = ${set.kind} and token = wanted.token limit ${limit}) as hit
    ) as hits
    from unnest(${set.tokens}::bytea[]) as wanted (token)`.execute(tx.db);
  return rows.map(({ token, hits }) => ({ token, hits: Number(hits) })).toSorted((a, b) => a.hits - b.hits);
}

async function idsOf(tx: TenantTx, set: TokenSet, after: string | null, limit: number): Promise<string[]> {
  const [lead, ...others] = await rarestFirst(tx, set);
  if (!lead) return [];
  let query = tx.db
    .selectFrom('search_tokens as lead')
    .select('lead.entity_id')
    .where('lead.kind', '=', set.kind)
    .where('lead.token', '=', lead)
    .orderBy('lead.entity_id')
    .limit(limit);
  if (after) query = query.where('lead.entity_id', '>', after);
  for (const token of others.slice(0, MAX_PROBES)) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('search_tokens as probe')
          .select(sql<number>`1`.as('one'))
          .where('probe.kind', '=', set.kind)
          .where('probe.token', '=', token)
          .whereRef('probe.entity_id', '=', 'lead.entity_id'),
      ),
    );
  }
  return (await query.execute()).map((row) => row.entity_id);
}

/**
 * Ids of the entities that have all tokens of at least one of the sets, in order of id.
 * @param after only ids behind this one
 */
export async function findByTokens(tx: TenantTx, sets: readonly TokenSet[], after: string | null, limit: number): Promise<string[]> {
  const found = new Set<string>();
  for (const set of sets) for (const id of await idsOf(tx, set, after, limit)) found.add(id);
  return [...found].toSorted().slice(0, limit);
}

/** Makes exactly `tokens` the entity's tokens. */
export async function replaceTokens(tx: TenantTx, entityId: string, tokens: readonly { kind: number; token: Buffer }[]): Promise<void> {
  const keyOf = (token: { kind: number; token: Buffer }): string => `${token.kind}:${token.token.toString('hex')}`;
  const before = await tx.db.selectFrom('search_tokens').select(['kind', 'token']).where('entity_id', '=', entityId).execute();
  const had = new Set(before.map(keyOf));
  const wanted = new Map(tokens.map((token) => [keyOf(token), token]));
  for (const gone of before) {
    if (wanted.has(keyOf(gone))) continue;
    await tx.db.deleteFrom('search_tokens').where('kind', '=', gone.kind).where('token', '=', gone.token).where('entity_id', '=', entityId).execute();
  }
  const fresh = [...wanted].filter(([key]) => !had.has(key)).map(([, token]) => ({ tenant_id: tx.tenantId, kind: token.kind, token: token.token, entity_id: entityId }));
  if (fresh.length > 0) await tx.db.insertInto('search_tokens').values(fresh).execute();
}

/** Rounds of candidates after which a page is given as it is, with a cursor to go on. */
const MAX_ROUNDS = 10;
const BATCH = 100;

/**
 * Collects a page of real hits: candidates by token, opened and compared, until the page is full.
 * @param load opens the candidates with these ids
 * @param matches compares one with the search text
 */
export async function searchPage<Item extends { id: string }>(
  tx: TenantTx,
  sets: readonly TokenSet[],
  page: { after: string | null; limit: number },
  load: (ids: string[]) => Promise<Item[]>,
  matches: (item: Item) => boolean,
): Promise<{ items: Item[]; nextId: string | null }> {
  const hits: Item[] = [];
  let { after } = page;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const size = Math.max(BATCH, page.limit + 1);
    const ids = await findByTokens(tx, sets, after, size);
    const items = ids.length > 0 ? await load(ids) : [];
    hits.push(...items.filter(matches).toSorted((a, b) => (a.id < b.id ? -1 : 1)));
    if (hits.length > page.limit) return { items: hits.slice(0, page.limit), nextId: hits[page.limit - 1]?.id ?? null };
    if (ids.length < size) return { items: hits, nextId: null };
    after = ids.at(-1) ?? null;
  }
  return { items: hits, nextId: after };
}
