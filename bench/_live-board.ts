/** Live figures of a large tenant for `bench/web.ts`: many agents change, many supervisors watch, all of it over real WebSockets. */
import { join } from 'node:path';
import type { ClientMessage, ServerMessage } from '../shared/events.ts';
import { openDatabase } from '../src/db/open.ts';
import type { Actor } from '../src/db/types.ts';
import { silentLogger } from '../src/lib/logger.ts';
import { appendAudit } from '../src/modules/audit/audit-append.ts';
import { hashPassword } from '../src/modules/users/passwords.ts';
import { createUser } from '../src/modules/users/users.service.ts';
import { startProduct, type Product } from '../test/support/product.ts';
import { ApiSession } from '../test/support/story-api.ts';
import { sleep, waitFor } from '../test/support/story-wait.ts';
import { figuresOf } from './_customers.ts';
import { cpuOf } from './_process.ts';

export interface LiveBoardOptions {
  agents: number;
  viewers: number;
  /** Changes of agents a second. */
  rate: number;
  seconds: number;
}

type Presence = 'break' | 'away';

/** A change under way: what it was changed to, and when that was sent, monotonic ms. */
interface Change {
  to: Presence;
  sentAt: number;
}

const actor: Actor = { kind: 'system', id: 'bench', ip: '' };
/** One socket may send 300 messages in ten seconds. */
const RATE_PER_SOCKET = 25;

/**
 * Time from a change leaving a supervisor to each viewer's message that shows it, both in this process, and the CPU of core meanwhile.
 * Changes are set by supervisors: agents would need a desk, sound and a microphone each, and cost the load generator more than the product.
 */
export async function liveBoard({ agents, viewers, rate, seconds }: LiveBoardOptions): Promise<object> {
  const product = await productWithAgents(agents);
  try {
    const supervisors = [await ApiSession.open(product, 'sv1'), await ApiSession.open(product, 'sv2')];
    const pending = new Map<string, Change>();
    const samples: number[] = [];
    const watched = Array.from({ length: viewers }, (_, index) => watch(supervisors[index % 2] as ApiSession, pending, samples));
    const boards = await Promise.all(watched.map(({ board }) => board));
    const ids = (boards[0] ?? []).slice(0, agents);
    if (ids.length < agents) throw new Error(`only ${ids.length} agents on the board`);
    const senders = await Promise.all(Array.from({ length: Math.ceil(rate / RATE_PER_SOCKET) }, (_, index) => openSender(supervisors[index % 2] as ApiSession)));
    const before = cpuOf(product.pid);
    const began = performance.now();
    const changes = rate * seconds;
    for (let index = 0; index < changes; index++) {
      await sleep(Math.max(0, began + (index * 1000) / rate - performance.now()));
      const agentId = ids[index % agents] as string;
      const to: Presence = Math.floor(index / agents) % 2 === 0 ? 'break' : 'away';
      pending.set(agentId, { to, sentAt: performance.now() });
      senders[index % senders.length]?.(agentId, to);
    }
    const lasted = performance.now() - began;
    await waitFor('every viewer to hear of every change', () => samples.length >= changes * viewers, 30_000).catch(() => undefined);
    const cpuMs = cpuOf(product.pid) - before;
    const { samplesMs, ...figures } = figuresOf(samples);
    return { agents, viewers, changes, changesPerSecond: rate, expected: changes * viewers, ...figures, coreCpuPercent: Math.round((cpuMs / lasted) * 1000) / 10, samplesMs: samplesMs.filter((_, index) => index % viewers === 0) };
  } finally {
    await product.stop();
  }
}

/** The demo, with so many agents in the support queue. */
async function productWithAgents(agents: number): Promise<Product> {
  const first = await startProduct();
  await first.stop({ keepData: true });
  const { dataDir, environment } = first;
  const opened = await openDatabase({ config: { dataDir, databaseUrl: undefined, masterKeyFile: join(dataDir, 'master.key') }, logger: silentLogger, appendAudit });
  try {
    const tenantId = (await opened.database.directory.tenants()).find(({ slug }) => slug === 'demo')?.id ?? '';
    const passwordHash = await hashPassword('nobody logs in as these');
    await opened.database.withTenant(tenantId, actor, async (tx) => {
      const profile = await tx.db.selectFrom('profiles').select('id').where('code', '=', 'CSR').executeTakeFirstOrThrow();
      const queue = await tx.db.selectFrom('queues').select('id').where('code', '=', 'support').executeTakeFirstOrThrow();
      for (let index = 0; index < agents; index++) {
        const content = { name: `${index} 番`, nameKana: '', department: '', email: '', employeeNumber: '' };
        const id = await createUser(tx, { loginId: `bench${index}`, profileId: profile.id, passwordHash, content });
        await tx.db.insertInto('queue_members').values({ tenant_id: tx.tenantId, queue_id: queue.id, user_id: id }).execute();
      }
    });
  } finally {
    await opened.close();
  }
  return startProduct({ dataDir, environment });
}

function open(session: ApiSession, hear: (message: ServerMessage) => void): WebSocket {
  // Headers are an addition of Node's WebSocket to that of browsers.
  const options = { headers: { cookie: session.cookie, origin: session.baseUrl } } as unknown as string[];
  const socket = new WebSocket(`${session.baseUrl.replace('http', 'ws')}/api/v1/events`, options);
  socket.addEventListener('message', ({ data }) => hear(JSON.parse(String(data)) as ServerMessage));
  return socket;
}

/** A supervisor's board. @returns the agents of the bench on its first picture */
function watch(session: ApiSession, pending: ReadonlyMap<string, Change>, samples: number[]): { board: Promise<string[]> } {
  // Heard once by this viewer, whatever else happens to the agent.
  const heard = new Map<string, number>();
  const board = new Promise<string[]>((resolve) => {
    const socket = open(session, (message) => {
      if (message.type === 'hello') socket.send(JSON.stringify({ type: 'board.watch', ref: 1, on: true } satisfies ClientMessage));
      if (message.type === 'board') resolve(message.board.agents.filter(({ name }) => name.endsWith('番')).map(({ agentId }) => agentId));
      if (message.type !== 'board.update') return;
      const now = performance.now();
      for (const { agentId, presence } of message.agents) {
        const change = pending.get(agentId);
        if (change?.to !== presence || heard.get(agentId) === change.sentAt) continue;
        heard.set(agentId, change.sentAt);
        samples.push(now - change.sentAt);
      }
    });
  });
  return { board };
}

/** Sets the presence of agents. */
async function openSender(session: ApiSession): Promise<(agentId: string, presence: Presence) => void> {
  let ref = 0;
  let refused = '';
  const socket = await new Promise<WebSocket>((resolve) => {
    const made = open(session, (message) => {
      if (message.type === 'hello') resolve(made);
      if (message.type === 'refused') refused = message.code;
    });
  });
  return (agentId, presence) => {
    if (refused !== '') throw new Error(`a change was refused: ${refused}`);
    socket.send(JSON.stringify({ type: 'agent.presence', ref: ++ref, agentId, presence } satisfies ClientMessage));
  };
}
