import { matchCaller } from '../src/modules/customers/caller-match.ts';
import { listCustomers } from '../src/modules/customers/customers.service.ts';
import type { TenantTx } from '../src/db/types.ts';
import { seededRandom } from '../src/simulate/random.ts';
import { addCustomers, figuresOf, madeUpCustomer, openBenchDatabase } from './_customers.ts';

/*
 * How long it takes to find a customer among sealed records, from the beginning of the tenant's transaction to opened,
 * compared results: `npm run bench -- search --records 1000000 --rounds 200`.
 */

const LIMIT = 20;

export async function run(args: Record<string, string>): Promise<object> {
  const records = Number(args['records'] ?? 20_000);
  const rounds = Number(args['rounds'] ?? 100);
  const bench = await openBenchDatabase();
  try {
    const start = performance.now();
    await addCustomers(bench, records);
    const loadSeconds = Math.round((performance.now() - start) / 100) / 10;
    const figures: Record<string, object> = {};
    for (const [name, query] of Object.entries(queriesFor(records))) {
      const samples: number[] = [];
      let hits = 0;
      for (let round = 0; round < rounds + 5; round++) {
        const text = query(round);
        const began = performance.now();
        const found = await bench.opened.database.withTenant(bench.tenantId, bench.actor, (tx) => countHits(tx, name, text));
        if (round >= 5) samples.push(performance.now() - began);
        hits += found;
      }
      figures[name] = { ...figuresOf(samples), hitsPerQuery: Math.round((hits / (rounds + 5)) * 10) / 10 };
    }
    return { records, rounds, limit: LIMIT, loadSeconds, figures };
  } finally {
    await bench.close();
  }
}

async function countHits(tx: TenantTx, name: string, text: string): Promise<number> {
  if (name === 'screenPop') return (await matchCaller(tx, text)).length;
  return (await listCustomers(tx, { q: text, limit: LIMIT })).items.length;
}

function queriesFor(records: number): Record<string, (round: number) => string> {
  const pickRandom = seededRandom(11);
  const picked = (): number => Math.floor(pickRandom.next() * records);
  const names = Array.from({ length: 500 }, (_, index) => madeUpCustomer(index, seededRandom(index + 1)));
  const person = (round: number) => names[round % names.length] ?? names[0];
  const digits = (): string => String(picked()).padStart(8, '0');
  return {
    fullName: (round) => `${person(round)?.familyName ?? ''} ${person(round)?.givenName ?? ''}`,
    familyName: (round) => person(round)?.familyName ?? '',
    kana: (round) => `${person(round)?.familyNameKana ?? ''}${person(round)?.givenNameKana ?? ''}`,
    oneCharacter: (round) => (person(round)?.familyName ?? '').slice(0, 1),
    phone: () => `090${digits()}`,
    lastFourDigits: () => digits().slice(4),
    screenPop: () => `+8190${digits()}`,
    nobody: (round) => `該当者無${round % 10}`,
  };
}
