import type { Flow, OpenHours } from '../../../shared/flow/nodes.ts';
import type { FlowContext } from '../../../shared/flow/problems.ts';
import type { TenantTx } from '../../db/types.ts';

/** Every name that a flow of the tenant may refer to, as things are now. */
export async function flowContext(tx: TenantTx, known: { sounds: readonly string[]; speech: readonly string[] }): Promise<Required<FlowContext>> {
  const { db } = tx;
  const queues = await db.selectFrom('queues').select('code').execute();
  const boxes = await db.selectFrom('voicemail_boxes').select('number').execute();
  const scripts = await db.selectFrom('scripts').select('id').where('active', '=', true).where('version', 'is not', null).execute();
  const own = await db.selectFrom('prompts').select('name').execute();
  const numbers = await db.selectFrom('numbers').select('number').where('outbound', '=', true).execute();
  const calendars = await db.selectFrom('calendars').select('code').execute();
  const flows = await db.selectFrom('flows').select('code').where('version', '>', 0).execute();
  const agents = await db.selectFrom('users').select('login_id').where('status', '=', 'active').execute();
  const extensions = await db.selectFrom('sip_devices').select('username').where('enabled', '=', true).execute();
  return {
    queues: queues.map(({ code }) => code),
    boxes: boxes.map(({ number }) => number),
    scripts: scripts.map(({ id }) => id),
    sounds: [...known.sounds, ...own.map(({ name }) => name)],
    numbers: numbers.map(({ number }) => number),
    calendars: calendars.map(({ code }) => code),
    flows: flows.map(({ code }) => code),
    agents: agents.map(({ login_id }) => login_id),
    extensions: extensions.map(({ username }) => username),
    speech: known.speech,
  };
}

/** What flows of the tenant lead to, as calls have it. */
export interface FlowLibraryRows {
  /** Published flows by code. */
  flows: ReadonlyMap<string, Flow>;
  calendars: ReadonlyMap<string, OpenHours>;
  /** Greetings of the voicemail boxes by their numbers. */
  boxGreetings: ReadonlyMap<string, string>;
}

export async function flowLibrary(tx: TenantTx): Promise<FlowLibraryRows> {
  const flows = await tx.db.selectFrom('flows').select(['code', 'definition']).where('tenant_id', '=', tx.tenantId).where('version', '>', 0).execute();
  const calendars = await tx.db.selectFrom('calendars').select(['code', 'hours']).where('tenant_id', '=', tx.tenantId).execute();
  const boxes = await tx.db.selectFrom('voicemail_boxes').select(['number', 'greeting']).where('tenant_id', '=', tx.tenantId).execute();
  return {
    boxGreetings: new Map(boxes.map(({ number, greeting }) => [number, greeting])),
    flows: new Map(flows.map(({ code, definition }) => [code, definition as unknown as Flow])),
    calendars: new Map(calendars.map(({ code, hours }) => [code, hours as unknown as OpenHours])),
  };
}
