import { createHash } from 'node:crypto';
import type { Flow, FlowNode, SayPart } from '../../../shared/flow/nodes.ts';
import type { TenantTx } from '../../db/types.ts';
import { newId } from '../../lib/ids.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { sealPrompt } from './prompt-place.ts';
import { lockPrompt, upsertPrompt } from './prompts.queries.ts';
import type { SpeechLanguage, SpeechProvider } from './speech.ts';
import { checkWav } from './wav-check.ts';

/** The sound of a text: the same text has the same one, whichever flow says it. */
const soundOf = (language: SpeechLanguage, text: string): string => `tts/${language}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;

/** Has a text spoken and keeps it, unless that was done before. @throws AppError as the provider does */
async function spoken(tx: TenantTx, store: ObjectStore, speech: SpeechProvider, language: SpeechLanguage, text: string): Promise<string> {
  const name = soundOf(language, text);
  if (await lockPrompt(tx, name)) return name;
  const wav = await speech.speak(text, language);
  const durationMs = checkWav(wav);
  const { sealed, ...place } = sealPrompt(tx.vault, tx.tenantId, newId(), wav);
  await store.put(place.objectPath, sealed);
  const row = await upsertPrompt(tx, newId(), name, { ...place, sizeBytes: wav.length, durationMs });
  await tx.audit({ code: 'prompt.replaced', subject: { kind: 'prompt', id: row.id }, detail: { name, sizeBytes: wav.length, durationMs } });
  return name;
}

/** The flow with a sound for every text it says. What a refused publication leaves in the store goes at the next start. */
export async function speakFlow(tx: TenantTx, store: ObjectStore, speech: SpeechProvider | null, flow: Flow): Promise<Flow> {
  const nodes: Record<string, FlowNode> = {};
  for (const [id, node] of Object.entries(flow.nodes)) {
    if (node.verb !== 'say' || !speech) {
      nodes[id] = node;
      continue;
    }
    const parts: SayPart[] = [];
    for (const part of node.parts) parts.push(part.kind === 'text' ? { ...part, sound: await spoken(tx, store, speech, node.language, part.text) } : part);
    nodes[id] = { ...node, parts };
  }
  return { ...flow, nodes };
}
