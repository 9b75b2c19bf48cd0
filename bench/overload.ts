/**
 * What is left of the product when twice as many calls come as it can answer (RFC 6357): SIPp raises the rate until a run is not clean, then calls
 * at a multiple of that rate, then at half of it. Goodput: calls that were answered, joined, recorded and ended as they should, a second. SIPp
 * runs on the same cores, so that it takes from the product what it needs for refused calls, too.
 *
 *   npm run bench -- overload --json [--capacity 0] [--times 2] [--seconds 20] [--limit 6] [--repeat 1]
 *     --capacity  calls a second; searched when 0
 */
import { startProduct, type Product } from '../test/support/product.ts';
import { atRate, calleeOf, idleCpu, PORTS, round, searchRate, type RateSample } from './_signalling-rate.ts';
import { sipp } from './_sipp.ts';

const NUMBER = '0312340005';

/** What the product itself says that it refused or dropped so far. */
async function refusedBy(product: Product): Promise<Record<string, number>> {
  const text = await (await fetch(`${product.operatorUrl}/metrics`)).text();
  const found = [...text.matchAll(/^(scc_sip_(?:overload_refused|dropped)_total(?:\{.*\})?) (\d+)$/gm)];
  return Object.fromEntries(found.map(([, name = '', count]) => [name.replace('scc_sip_', ''), Number(count)]));
}

interface Turn {
  atCapacity: RateSample;
  beyond: RateSample;
  after: RateSample;
  /** Refused and dropped before, after the run at capacity, after the one beyond it. */
  refused: Record<string, number>[];
  goodput: { atCapacity: number; beyond: number; ratio: number };
}

const goodput = ({ successful, seconds }: RateSample, holdMs: number): number => round(successful / (seconds - holdMs / 1000));

export async function run(args: Record<string, string>): Promise<Record<string, unknown>> {
  const [holdMs, seconds, times] = [1000, Number(args['seconds'] ?? 20), Number(args['times'] ?? 2)];
  const product = await startProduct({ environment: { SCC_MEDIA_PROCESSES: '2', SCC_LOG_LEVEL: 'warn', SCC_RTP_PORTS: PORTS } });
  const callee = calleeOf(product);
  const stations = sipp(['-sn', 'uas', '-p', '5090', '-mp', '16180']);
  try {
    const usual = { holdMs, number: NUMBER, idle: await idleCpu(callee) };
    await atRate(callee, 40, { ...usual, seconds: 8 });
    const search = Number(args['capacity'] ?? 0) > 0 ? null : await searchRate(callee, { ...usual, seconds: Number(args['limit'] ?? 6) });
    const capacity = search?.cleanCallsPerSecond ?? Number(args['capacity']);
    const turns: Turn[] = [];
    for (let turn = 0; turn < Number(args['repeat'] ?? 1); turn += 1) {
      const refused = [await refusedBy(product)];
      const atCapacity = await atRate(callee, capacity, { ...usual, seconds });
      refused.push(await refusedBy(product));
      const beyond = await atRate(callee, capacity * times, { ...usual, seconds });
      refused.push(await refusedBy(product));
      const after = await atRate(callee, capacity / 2, { ...usual, seconds: 15 });
      const [one, two] = [goodput(atCapacity, holdMs), goodput(beyond, holdMs)];
      turns.push({ atCapacity, beyond, after, refused, goodput: { atCapacity: one, beyond: two, ratio: round(two / one) } });
    }
    return { capacity, times, turns, search };
  } finally {
    stations.stop();
    await stations.done;
    await product.stop();
  }
}
