import { useLingui } from '@lingui/react/macro';
import type { Flow } from '../../../../shared/flow/nodes.ts';
import { VERBS } from './verbs.ts';

/** What a node is called: its own name, or its verb with its id. A node of another flow is called by its id. */
export function useNodeName(flow: Flow): (id: string) => string {
  const { i18n } = useLingui();
  return (id) => {
    const node = flow.nodes[id];
    const title = flow.view?.[id]?.title;
    if (title !== undefined && title !== '') return title;
    return node ? `${i18n._(VERBS[node.verb].label)} (${id})` : id;
  };
}
