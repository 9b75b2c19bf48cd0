import { mapTargets } from '../../shared/flow/exits.ts';
import type { Flow, FlowNode, OpenHours } from './types.ts';

/** Everything of a tenant that flows refer to by name. */
export interface FlowLibrary {
  flows: ReadonlyMap<string, Flow>;
  calendars: ReadonlyMap<string, OpenHours>;
  /** Greetings of the voicemail boxes by their numbers. */
  boxGreetings: ReadonlyMap<string, string>;
  /** An agent's id by the login name. */
  agentNamed(login: string): string | undefined;
}

/** First node of another flow inside a linked one; `/` is in no node's id. */
const entryOf = (code: string, flow: Flow): string => `${code}/${flow.start}`;

function linkNode(node: FlowNode, library: FlowLibrary): FlowNode {
  if ((node.verb === 'hours' || node.verb === 'holiday') && node.calendar !== undefined) {
    const hours = library.calendars.get(node.calendar);
    return hours ? { ...node, hours } : node;
  }
  if (node.verb === 'subflow' || node.verb === 'goto') {
    const flow = library.flows.get(node.flow);
    // A flow that is gone: its entry does not exist, and the call ends there with a trace.
    return { ...node, flow: flow ? entryOf(node.flow, flow) : `${node.flow}/` };
  }
  if (node.verb === 'dial' && node.to === 'agent') {
    const agentId = library.agentNamed(node.number);
    return agentId === undefined ? node : { ...node, agentId };
  }
  if (node.verb === 'voicemail' && node.prompts.length === 0) {
    const greeting = library.boxGreetings.get(node.box ?? '');
    return greeting ? { ...node, prompts: [greeting] } : node;
  }
  return node;
}

/** Codes of the flows that a flow leads to, itself among them, each once. */
function reachedFrom(flow: Flow, library: FlowLibrary): Map<string, Flow> {
  const reached = new Map<string, Flow>();
  const open: Flow[] = [flow];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const node of Object.values(next.nodes)) {
      if ((node.verb !== 'subflow' && node.verb !== 'goto') || reached.has(node.flow)) continue;
      const found = library.flows.get(node.flow);
      if (!found) continue;
      reached.set(node.flow, found);
      open.push(found);
    }
  }
  return reached;
}

/**
 * A flow with everything it refers to inside, so that a call goes on by it alone, whatever is published or removed meanwhile.
 * Other flows' nodes are named `code/node`; what an editor draws is left out.
 */
export function linkFlow(flow: Flow, library: FlowLibrary): Flow {
  const nodes: Record<string, FlowNode> = {};
  for (const [id, node] of Object.entries(flow.nodes)) nodes[id] = linkNode(node, library);
  for (const [code, other] of reachedFrom(flow, library)) {
    for (const [id, node] of Object.entries(other.nodes)) {
      nodes[`${code}/${id}`] = linkNode(mapTargets(node, (target) => (target === '' ? '' : `${code}/${target}`)), library);
    }
  }
  return { start: flow.start, nodes };
}
