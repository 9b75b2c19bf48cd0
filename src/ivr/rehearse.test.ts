import { describe, expect, it } from 'vitest';
import type { RunAction } from '../../shared/api/flow-runs.ts';
import { DEMO_FLOWS } from './demo-flows.ts';
import { rehearse } from './rehearse.ts';
import { NO_FACTS, type Flow, type FlowNode } from './types.ts';

const main = DEMO_FLOWS[0]?.flow ?? { start: '', nodes: {} };
const run = (flow: Flow, ...actions: RunAction[]) => rehearse(flow, { ...NO_FACTS, callerNumber: '+819012345678' }, 0, actions);
const path = (flow: Flow, ...actions: RunAction[]) => run(flow, ...actions).steps.flatMap(({ kind, node }) => (kind === 'reached' ? [node] : []));

describe('rehearse', () => {
  it('goes where a call goes', () => {
    expect(path(main)).toEqual(['notice', 'hours', 'menu']);
    expect(run(main)).toMatchObject({ node: 'menu', waitsFor: 'keys' });
    expect(path(main, { do: 'keys', keys: '3' }, { do: 'keys', keys: '2' })).toEqual(['notice', 'hours', 'menu', 'openHours', 'menu', 'sales']);
    expect(run(main, { do: 'keys', keys: '2' })).toMatchObject({ node: 'sales', waitsFor: 'queue' });
    expect(run(main, { do: 'keys', keys: '2' }, { do: 'agent' })).toMatchObject({ waitsFor: null });
  });

  it('lets time pass when nobody does anything', () => {
    const waits = Array.from({ length: 3 }, () => ({ do: 'wait' }) as const);
    const { steps, node } = run(main, ...waits);
    expect(node).toBe('support');
    expect(steps.at(-1)?.atMs).toBe(21_000);
    const message = run(main, { do: 'keys', keys: '0' }, { do: 'message' });
    expect(message.steps.at(-1)).toMatchObject({ kind: 'ended', node: 'end' });
  });

  it('answers look-ups and shows variables, but no masked one', () => {
    const ask = { prompts: [], timeoutMs: 1000, retries: 0, invalidPrompts: [], timeoutPrompts: [] };
    const nodes: Record<string, FlowNode> = {
      who: { verb: 'customer', number: '{caller.number}', found: 'ask', several: 'ask', notFound: 'end' },
      ask: { verb: 'http', method: 'GET', url: 'https://example.com/', body: '', timeoutMs: 500, save: [{ path: 'n', variable: 'n' }], ok: 'pin', failed: 'end', timeout: 'end' },
      pin: { verb: 'collect', ...ask, variable: 'pin', minDigits: 4, maxDigits: 4, terminator: '#', masked: true, next: 'end', otherwise: 'end' },
      end: { verb: 'hangup', cause: 'busy' },
    };
    const flow = { start: 'who', nodes };
    expect(run(flow).waitsFor).toBe('customers');
    expect(run(flow, { do: 'customers', labels: [] }).waitsFor).toBeNull();
    const found = run(flow, { do: 'customers', labels: [['VIP']] }, { do: 'answer', outcome: 'ok', json: '{"n": 3}' }, { do: 'keys', keys: '1234' });
    expect(found.variables).toEqual({ 'customer.id': 'customer-1', 'customer.labels': 'VIP', 'customer.count': '1', n: '3', pin: '••••' });
    expect(found.steps.at(-1)).toMatchObject({ kind: 'ended', text: 'busy' });
    expect(run(flow, { do: 'customers', labels: [[]] }, { do: 'answer', outcome: 'ok', json: '{' }).steps.some(({ text }) => text.includes('no_json'))).toBe(true);
  });
});
