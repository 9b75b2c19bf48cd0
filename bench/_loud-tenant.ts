/** A process of its own that asks as much as it is told to: `node _loud-tenant.ts BASE_URL COOKIES_JSON PATHS_JSON PER_SECOND`. Prints counts by status when told to end. */
import { Agent, request } from 'node:http';

const [, , baseUrl = '', cookies = '[]', paths = '[]', perSecond = '100'] = process.argv;
const sessions = JSON.parse(cookies) as string[];
const asked = JSON.parse(paths) as string[];
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const counts: Record<string, number> = {};
const note = (name: string): void => void (counts[name] = (counts[name] ?? 0) + 1);
/** Sent in bursts so often, ms. */
const TICK_MS = 10;
/** Not more at a time: a loader that piles up measures itself. */
const MOST_OPEN = 200;

let open = 0;
let n = 0;
let owed = 0;
setInterval(() => {
  owed += (Number(perSecond) * TICK_MS) / 1000;
  for (; owed >= 1 && open < MOST_OPEN; owed -= 1) {
    n += 1;
    open += 1;
    const sent = request(`${baseUrl}${asked[n % asked.length] ?? '/'}`, { agent, headers: { cookie: sessions[n % sessions.length] ?? '' } }, (answer) => {
      answer.resume();
      answer.once('close', () => {
        open -= 1;
        note(String(answer.statusCode));
      });
    });
    sent.once('error', () => {
      open -= 1;
      note('error');
    });
    sent.end();
  }
  owed = Math.min(owed, Number(perSecond));
}, TICK_MS);

process.once('SIGTERM', () => {
  process.stdout.write(JSON.stringify(counts));
  process.exit(0);
});
