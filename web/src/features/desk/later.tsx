import { type ComponentProps, lazy, Suspense, useEffect } from 'react';

/**
 * Parts of the desk that a call needs and the first picture does not. They are fetched right after it, so that they are here
 * when it rings, also when the server was renewed meanwhile.
 */
const loads = {
  script: () => import('./script-panel.tsx').then((module) => ({ default: module.ScriptPanel })),
  knowledge: () => import('./knowledge-panel.tsx').then((module) => ({ default: module.KnowledgePanel })),
  wrapUp: () => import('./wrap-up-panel.tsx').then((module) => ({ default: module.WrapUpPanel })),
  customer: () => import('./customer-panel.tsx').then((module) => ({ default: module.CustomerPanel })),
  help: () => import('./shortcuts-help.tsx').then((module) => ({ default: module.ShortcutsHelp })),
};

const Script = lazy(loads.script);
const Knowledge = lazy(loads.knowledge);
const WrapUp = lazy(loads.wrapUp);
const Customer = lazy(loads.customer);
const Help = lazy(loads.help);

export const ScriptPanel = (props: ComponentProps<typeof Script>) => (
  <Suspense fallback={null}>
    <Script {...props} />
  </Suspense>
);

export const KnowledgePanel = (props: ComponentProps<typeof Knowledge>) => (
  <Suspense fallback={null}>
    <Knowledge {...props} />
  </Suspense>
);

export const WrapUpPanel = (props: ComponentProps<typeof WrapUp>) => (
  <Suspense fallback={null}>
    <WrapUp {...props} />
  </Suspense>
);

export const CustomerPanel = (props: ComponentProps<typeof Customer>) => (
  <Suspense fallback={null}>
    <Customer {...props} />
  </Suspense>
);

export const ShortcutsHelp = (props: ComponentProps<typeof Help>) => (
  <Suspense fallback={null}>
    <Help {...props} />
  </Suspense>
);

/** Longest wait for a picture, ms: nothing is painted of a tab that nobody looks at. */
const PAINT_MS = 1000;

/** Fetches the later parts once the first picture stands: asked for at once, they would keep the line from what it needs. */
export function useLaterParts(): void {
  useEffect(() => {
    // Without a connection they are asked for again when they are shown.
    const fetchAll = () => Object.values(loads).forEach((load) => load().catch(() => undefined));
    const late = setTimeout(fetchAll, PAINT_MS);
    const frame = requestAnimationFrame(() => setTimeout(fetchAll));
    return () => {
      clearTimeout(late);
      cancelAnimationFrame(frame);
    };
  }, []);
}
