import { flowDefinitionSchema } from '../../../../shared/flow/nodes.ts';
import type { Clip } from './flow-draft.ts';

const STORAGE_KEY = 'scc.flow-clip';

/** Keeps copied steps in this browser tab, for this flow or another one. */
export function keepClip(clip: Clip): void {
  if (Object.keys(clip.nodes).length === 0) return;
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ start: '', nodes: clip.nodes, view: clip.view }));
  } catch {
    // Storage is off in this browser: there is nothing to paste.
  }
}

/** What was copied, or null. */
export function keptClip(): Clip | null {
  try {
    const parsed = flowDefinitionSchema.safeParse(JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null'));
    return parsed.success ? { nodes: parsed.data.nodes, view: parsed.data.view ?? {} } : null;
  } catch {
    return null;
  }
}
