import { createHash } from 'node:crypto';
import type { Flow, FlowNode, SayPart } from '../../../shared/flow/nodes.ts';
import type { TenantTx } from '../../db/types.ts';
import { newId } from '../../lib/ids.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import type { RequestContext } from '../support/binding.ts';
import { sealPrompt } from './prompt-place.ts';
import { lockPrompt, upsertPrompt } from './prompts.queries.ts';
import type { SpeechLanguage, SpeechProvider } from './speech.ts';
import type { SpeechSource } from './speech-source.ts';
import { checkWav } from './wav-check.ts';

export interface FlowSpeechDeps {
  store: ObjectStore;
  speech: SpeechSource;
}

/** The sound of a text: the same text of the same voice has the same one, whichever flow says it. */
function soundOf({ key }: SpeechProvider, language: SpeechLanguage, text: string): string {
  const said = key === '' ? text : `${key}\n${text}`;
  return `tts/${language}-${createHash('sha256').update(said).digest('hex').slice(0, 16)}`;
}

async function keep(tx: TenantTx, store: ObjectStore, name: string, wav: Buffer): Promise<void> {
  const durationMs = checkWav(wav);
  const { sealed, ...place } = sealPrompt(tx.vault, tx.tenantId, newId(), wav);
  await store.put(place.objectPath, sealed);
  const row = await upsertPrompt(tx, newId(), name, { ...place, sizeBytes: wav.length, durationMs });
  await tx.audit({ code: 'prompt.replaced', subject: { kind: 'prompt', id: row.id }, detail: { name, sizeBytes: wav.length, durationMs } });
}

/** Has a text spoken and keeps it, unless that was done before. @throws AppError as the provider does */
async function spoken(tx: TenantTx, store: ObjectStore, provider: SpeechProvider, language: SpeechLanguage, text: string): Promise<string> {
  const name = soundOf(provider, language, text);
  if (!(await lockPrompt(tx, name))) await keep(tx, store, name, await provider.speak(text, language));
  return name;
}

/**
 * Speaks what a flow says and nobody has spoken yet, before the transaction that needs it: a server outside may take its time.
 * @throws AppError as the provider does
 */
export async function speakAhead({ store, speech }: FlowSpeechDeps, context: RequestContext, flow: Flow): Promise<void> {
  const providers = await context.inTenant((tx) => speech.of(tx));
  for (const node of Object.values(flow.nodes)) {
    const provider = node.verb === 'say' ? providers.get(node.language) : undefined;
    if (node.verb !== 'say' || !provider) continue;
    for (const part of node.parts) {
      if (part.kind !== 'text' || part.text.trim() === '') continue;
      const name = soundOf(provider, node.language, part.text);
      if (await context.inTenant((tx) => lockPrompt(tx, name))) continue;
      const wav = await provider.speak(part.text, node.language);
      await context.inTenant((tx) => keep(tx, store, name, wav));
    }
  }
}

/** The flow with a sound for every text it says. What a refused publication leaves in the store goes at the next start. */
export async function speakFlow(tx: TenantTx, { store, speech }: FlowSpeechDeps, flow: Flow): Promise<Flow> {
  const providers = await speech.of(tx);
  const nodes: Record<string, FlowNode> = {};
  for (const [id, node] of Object.entries(flow.nodes)) {
    const provider = node.verb === 'say' ? providers.get(node.language) : undefined;
    if (node.verb !== 'say' || !provider) {
      nodes[id] = node;
      continue;
    }
    const parts: SayPart[] = [];
    for (const part of node.parts) parts.push(part.kind === 'text' ? { ...part, sound: await spoken(tx, store, provider, node.language, part.text) } : part);
    nodes[id] = { ...node, parts };
  }
  return { ...flow, nodes };
}
