import { Background, Controls, Handle, MiniMap, Position, ReactFlow, ReactFlowProvider, useNodesState, useReactFlow, useStoreApi, type Connection, type Edge, type Node, type NodeChange, type NodeProps } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useLingui } from '@lingui/react/macro';
import { type DragEvent, useEffect, useMemo } from 'react';
import { exitsOf } from '../../../../shared/flow/exits.ts';
import type { Flow, FlowNode, FlowVerb } from '../../../../shared/flow/nodes.ts';
import type { FlowProblem } from '../../../../shared/flow/problems.ts';
import { exitText } from './exit-text.ts';
import classes from './flow-canvas.module.css';
import type { DraftAction, FlowDraft } from './flow-draft.ts';
import { useNodeName } from './node-name.ts';
import type { Trace } from './trace.ts';
import { VERBS } from './verbs.ts';

/** Below this zoom nobody reads the names. */
const READABLE = 0.7;

export const DRAG_TYPE = 'application/x-scc-verb';

interface StepData extends Record<string, unknown> {
  node: FlowNode;
  title: string;
  isStart: boolean;
  worst: FlowProblem['severity'] | null;
  /** On the way of the call that is tried. */
  passed: boolean;
  isCurrent: boolean;
  /** What the step came to in that call. */
  outcome: string;
}

type StepNode = Node<StepData, 'step'>;

interface Props {
  draft: FlowDraft;
  problems: readonly FlowProblem[];
  /** The way of the call that is tried. */
  trace: Trace;
  dispatch: (action: DraftAction) => void;
}

function Step({ data, selected }: NodeProps<StepNode>) {
  const { i18n } = useLingui();
  const { node, title, isStart, worst, passed, isCurrent, outcome } = data;
  const { icon: Icon, color, label } = VERBS[node.verb];
  const state = [classes.step, selected && classes.selected, worst === 'error' && classes.faulty, passed && classes.passed, isCurrent && classes.current];
  return (
    <div className={state.filter(Boolean).join(' ')}>
      <Handle type="target" position={Position.Left} className={classes.entry} />
      <div className={classes.head}>
        <Icon size={18} color={`var(--mantine-color-${color}-7)`} aria-hidden />
        <div className={classes.names}>
          <div className={classes.title}>{title}</div>
          <div className={classes.verb}>
            {i18n._(label)}
            {isStart && ' ●'}
          </div>
        </div>
        {worst !== null && <span className={worst === 'error' ? classes.error : classes.warning}>!</span>}
      </div>
      {outcome !== '' && <div className={classes.outcome}>{outcome}</div>}
      {exitsOf(node).map(({ key, target }) => (
        <div key={key} className={target === '' ? classes.exitOpen : classes.exit}>
          {exitText(i18n, node, key)}
          <Handle type="source" id={key} position={Position.Right} className={classes.out} />
        </div>
      ))}
    </div>
  );
}

const NODE_TYPES = { step: Step };

const worstOf = (problems: readonly FlowProblem[], id: string): StepData['worst'] => {
  const own = problems.filter(({ node }) => node === id);
  return own.length === 0 ? null : own.some(({ severity }) => severity === 'error') ? 'error' : 'warning';
};

function edgesOf(flow: Flow, path: readonly string[]): Edge[] {
  const walked = new Set(path.slice(1).map((id, index) => `${path[index]} ${id}`));
  return Object.entries(flow.nodes).flatMap(([source, node]) =>
    exitsOf(node).flatMap(({ key, target }): Edge[] => {
      if (target === '' || !Object.hasOwn(flow.nodes, target)) return [];
      const onPath = walked.has(`${source} ${target}`);
      return [{ id: `${source} ${key}`, source, sourceHandle: key, target, animated: onPath, ...(onPath && { className: classes.walked ?? '' }) }];
    }),
  );
}

function Canvas({ draft, problems, trace, dispatch }: Props) {
  const { path } = trace;
  const { t, i18n } = useLingui();
  const { flow, selected } = draft;
  const nameOf = useNodeName(flow);
  const { screenToFlowPosition, fitView, getViewport, getZoom, setCenter, setViewport } = useReactFlow();
  const store = useStoreApi();
  const [nodes, setNodes, onNodesChange] = useNodesState<StepNode>([]);
  const edges = useMemo(() => edgesOf(flow, path), [flow, path]);
  useEffect(() => {
    setNodes((before) => {
      const measured = new Map(before.map((node) => [node.id, node.measured]));
      return Object.entries(flow.nodes).map(([id, node]): StepNode => {
        const size = measured.get(id);
        return {
          id,
          type: 'step',
          position: { x: flow.view?.[id]?.x ?? 0, y: flow.view?.[id]?.y ?? 0 },
          selected: selected.includes(id),
          ariaLabel: nameOf(id),
          data: { node, title: nameOf(id), isStart: flow.start === id, worst: worstOf(problems, id), passed: path.includes(id), isCurrent: path.at(-1) === id, outcome: trace.outcomes.get(id) ?? '' },
          ...(size && { measured: size }),
        };
      });
    });
    // Names change with the language, which `i18n.locale` stands for.
  }, [flow, selected, problems, trace, i18n.locale, setNodes]); // eslint-disable-line react-hooks/exhaustive-deps
  // Where the call that is tried stands, else the step that was chosen.
  const [picked] = selected.length === 1 ? selected : [];
  const chosen = path.findLast((id) => Object.hasOwn(flow.nodes, id)) ?? picked;
  const place = chosen === undefined ? undefined : flow.view?.[chosen];
  useEffect(() => {
    // A step that was added, or chosen from the list of problems, may be outside of what is shown.
    const { width, height } = store.getState();
    if (!place || width === 0) return;
    const { x, y, zoom } = getViewport();
    const [left, top] = [place.x * zoom + x, place.y * zoom + y];
    if (left < 0 || top < 0 || left + 220 * zoom > width || top + 80 * zoom > height) void setCenter(place.x + 110, place.y + 60, { zoom, duration: 200 });
    // Dragging a step does not scroll away from under it: only choosing another one does.
  }, [chosen]); // eslint-disable-line react-hooks/exhaustive-deps
  // Choices come as changes only when somebody makes them in the drawing, not when they are drawn from the draft.
  const change = (changes: NodeChange<StepNode>[]) => {
    onNodesChange(changes);
    const picks = changes.filter((entry) => entry.type === 'select');
    if (picks.length === 0) return;
    const ids = new Set(selected);
    for (const pick of picks) if (pick.selected) ids.add(pick.id); else ids.delete(pick.id);
    dispatch({ do: 'select', ids: [...ids] });
  };
  const connect = ({ source, sourceHandle, target }: Connection) => {
    if (sourceHandle) dispatch({ do: 'connect', id: source, key: sourceHandle, target });
  };
  /** All of it where that can be read, else its beginning. */
  const show = async () => {
    await fitView({ maxZoom: 1, padding: 0.1 });
    if (getZoom() >= READABLE) return;
    const { x = 0, y = 0 } = flow.view?.[flow.start] ?? {};
    await setViewport({ x: 30 - x * READABLE, y: 60 - y * READABLE, zoom: READABLE });
  };
  const drop = (event: DragEvent) => {
    const verb = event.dataTransfer.getData(DRAG_TYPE) as FlowVerb | '';
    if (verb === '' || !Object.hasOwn(VERBS, verb)) return;
    event.preventDefault();
    dispatch({ do: 'add', node: VERBS[verb].make(), at: screenToFlowPosition({ x: event.clientX, y: event.clientY }) });
  };
  return (
    <ReactFlow<StepNode>
      className={classes.canvas}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      onNodesChange={change}
      onNodeDragStop={(_event, _node, moved) => dispatch({ do: 'move', places: Object.fromEntries(moved.map(({ id, position }) => [id, position])) })}
      onConnect={connect}
      onNodesDelete={(gone) => dispatch({ do: 'remove', ids: gone.map(({ id }) => id) })}
      onEdgesDelete={(gone) => gone.forEach(({ source, sourceHandle }) => sourceHandle && dispatch({ do: 'connect', id: source, key: sourceHandle, target: '' }))}
      onDrop={drop}
      onDragOver={(event) => event.preventDefault()}
      onInit={() => void show()}
      deleteKeyCode={['Delete', 'Backspace']}
      multiSelectionKeyCode={['Shift', 'Meta', 'Control']}
      minZoom={0.2}
      maxZoom={2}
      connectionRadius={40}
      aria-label={t`Drawing of the flow`}
      ariaLabelConfig={{
        'node.a11yDescription.default': t`Press Enter to choose the step, Delete to remove it.`,
        'node.a11yDescription.keyboardDisabled': t`Press Enter to choose the step.`,
        'edge.a11yDescription.default': t`Press Enter to choose the line, Delete to remove it.`,
        'controls.ariaLabel': t`Zoom`,
        'controls.zoomIn.ariaLabel': t`Zoom in`,
        'controls.zoomOut.ariaLabel': t`Zoom out`,
        'controls.fitView.ariaLabel': t`Show all`,
        'minimap.ariaLabel': t`Overview`,
      }}
      proOptions={{ hideAttribution: false }}
    >
      <Background gap={20} />
      <Controls showInteractive={false} />
      <MiniMap pannable zoomable ariaLabel={t`Overview`} className={classes.map ?? ''} />
    </ReactFlow>
  );
}

/** The flow as a drawing: nodes to move, branches to draw, zoom, an overview. */
export function FlowCanvas(props: Props) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}
