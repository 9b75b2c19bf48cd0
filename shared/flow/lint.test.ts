import { describe, expect, it } from 'vitest';
import { lintFlow } from './lint.ts';
import { flowDefinitionSchema, type FlowNode } from './nodes.ts';
import { hasErrors, type FlowContext } from './problems.ts';

const end: FlowNode = { verb: 'hangup' };
const play = (next: string): FlowNode => ({ verb: 'play', prompts: ['p'], next });
const asking = { prompts: ['p'], timeoutMs: 1000, retries: 0, invalidPrompts: [], timeoutPrompts: [] };

/** Problems as `node code detail`; a warning with a question mark. */
const check = (nodes: Record<string, FlowNode>, context: FlowContext = {}): string[] =>
  lintFlow({ start: 'start', nodes }, context).map(({ node, code, detail, severity }) => `${node} ${code}${severity === 'warning' ? '?' : ''} ${detail}`.trim());

/** Problems of a single node between the start and the end. */
const of = (node: FlowNode, context: FlowContext = {}): string[] => check({ start: node, end }, context).filter((problem) => problem !== 'end unreachable?');

describe('the shape of a flow', () => {
  it('finds a missing start, missing nodes and branches that lead nowhere', () => {
    expect(check({ a: play('gone'), b: play('') })).toEqual(['start missingStart start', 'a missingNode gone', 'b missingBranch next', 'a unreachable?', 'b unreachable?']);
  });

  it('finds loops that wait for nobody, once', () => {
    expect(check({ start: play('a'), a: play('b'), b: play('a') })).toEqual(['a endlessLoop a > b > a']);
  });

  it('allows loops through a menu', () => {
    expect(check({ start: { verb: 'menu', ...asking, choices: { 3: 'hours' }, otherwise: 'end' }, hours: play('start'), end })).toEqual([]);
  });

  it('says a branch of a menu and a case by name', () => {
    expect(check({ start: { verb: 'menu', ...asking, choices: { 1: '' }, otherwise: 'c' }, c: { verb: 'condition', cases: [{ match: 'all', clauses: [{ left: 'dialled', operator: 'isSet', right: '' }], to: '' }], otherwise: 'end' }, end })).toEqual([
      'start missingBranch choices.1',
      'c missingBranch cases.0',
    ]);
  });

  it('lets only a warning be published', () => {
    expect(hasErrors(lintFlow({ start: 'start', nodes: { start: end, lost: end } }))).toBe(false);
    expect(hasErrors(lintFlow({ start: 'gone', nodes: {} }))).toBe(true);
  });

  it('has a schema that keeps odd ids and too many nodes out', () => {
    const ok = (nodes: unknown) => flowDefinitionSchema.safeParse({ start: 'a', nodes }).success;
    expect(ok({ a: end })).toBe(true);
    expect(['a/b', '__proto__x', '', 'あ', '1a'].map((id) => ok({ [id]: end }))).toEqual([false, false, false, false, false]);
    expect(ok(Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`n${index}`, end])))).toBe(false);
    expect(ok({ a: { verb: 'eval' } })).toBe(false);
  });
});

describe('single nodes', () => {
  it.each<[string, FlowNode, string[]]>([
    ['menu', { verb: 'menu', ...asking, choices: {}, otherwise: 'end', timeoutMs: 0 }, ['start badDuration timeoutMs', 'start noChoices']],
    ['menu key', { verb: 'menu', ...asking, choices: { x: 'end' }, otherwise: 'end' }, ['start badKey x']],
    ['queue', { verb: 'queue', queue: 'q', priority: 0, requiredSkills: {}, announceEveryMs: -1, maxWaitMs: Number.NaN, overflow: 'end' }, ['start badDuration announceEveryMs', 'start badDuration maxWaitMs']],
    ['collect', { verb: 'collect', ...asking, variable: 'x', minDigits: 5, maxDigits: 4, terminator: '#', masked: false, next: 'end', otherwise: 'end' }, ['start badLength 5-4']],
    ['consent', { verb: 'consent', ...asking, yesKey: '1', noKey: '1', granted: 'end', declined: 'end' }, ['start sameKeys 1']],
    ['hours without any', { verb: 'hours', open: 'end', closed: 'end' }, ['start noHours']],
    ['condition without cases', { verb: 'condition', cases: [], otherwise: 'end' }, ['start noCondition']],
    ['condition on nothing set', { verb: 'condition', cases: [{ match: 'any', clauses: [{ left: 'nothing', operator: 'isSet', right: '' }], to: 'end' }], otherwise: 'end' }, ['start unknownVariable? nothing']],
    ['dial', { verb: 'dial', number: 'x', callerId: null, ringMs: 1, record: false, answered: 'end', busy: 'end', failed: 'end', refused: 'end' }, ['start badNumber x', 'start badDuration ringMs']],
    ['say nothing', { verb: 'say', language: 'ja', parts: [], next: 'end' }, ['start noText?']],
    ['http file', { verb: 'http', method: 'GET', url: 'file:///etc/passwd', body: '', timeoutMs: 1000, save: [], ok: 'end', failed: 'end', timeout: 'end' }, ['start badUrl file:///etc/passwd']],
    ['http host from a variable', { verb: 'http', method: 'GET', url: 'https://{dialled}/', body: '', timeoutMs: 1000, save: [], ok: 'end', failed: 'end', timeout: 'end' }, ['start badUrl https://{dialled}/']],
    ['http in the open', { verb: 'http', method: 'GET', url: 'http://example.com/?n={caller.number}', body: '', timeoutMs: 1000, save: [], ok: 'end', failed: 'end', timeout: 'end' }, ['start insecureUrl? http://example.com/?n={caller.number}']],
    ['http body', { verb: 'http', method: 'POST', url: 'https://example.com/', body: '{"n": {dialled}', timeoutMs: 99, save: [], ok: 'end', failed: 'end', timeout: 'end' }, ['start badDuration timeoutMs', 'start badBody']],
  ])('%s', (_, node, expected) => {
    expect(of(node)).toEqual(expected);
  });

  it('lets a JSON body hold variables', () => {
    expect(of({ verb: 'http', method: 'POST', url: 'https://example.com/', body: '{"n": {dialled}, "m": {"k": [{caller.number}]}}', timeoutMs: 1000, save: [{ path: 'a', variable: 'a' }], ok: 'end', failed: 'end', timeout: 'end' })).toEqual([]);
  });

  it('keeps a masked value from being heard or stored', () => {
    const pin: FlowNode = { verb: 'collect', ...asking, variable: 'pin', minDigits: 4, maxDigits: 4, terminator: '#', masked: true, next: 'say', otherwise: 'end' };
    const nodes = (value: string): Record<string, FlowNode> => ({ start: pin, say: { verb: 'say', language: 'ja', parts: [{ kind: 'digits', value }], next: 'set' }, set: { verb: 'set', assignments: [{ variable: 'copy', value }], next: 'end' }, end });
    expect(check(nodes('{pin}'))).toEqual(['say maskedValue pin', 'set maskedValue pin']);
    expect(check(nodes('{dialled}'))).toEqual([]);
  });
});

describe('what a flow refers to', () => {
  const context: FlowContext = { queues: ['support'], sounds: ['p'], numbers: ['+81312340001'], calendars: ['main'], flows: ['night'], agents: ['csr1'], extensions: ['desk1'], speech: ['en'] };

  it.each<[FlowNode, string]>([
    [{ verb: 'queue', queue: 'sales', priority: 0, requiredSkills: {}, announceEveryMs: 0, maxWaitMs: 0, overflow: 'end' }, 'unknownQueue sales'],
    [{ verb: 'play', prompts: ['p', 'q'], next: 'end' }, 'unknownSound q'],
    [{ verb: 'hours', calendar: 'other', open: 'end', closed: 'end' }, 'unknownCalendar other'],
    [{ verb: 'goto', flow: 'day' }, 'unknownFlow day'],
    [{ verb: 'subflow', flow: 'day', next: 'end' }, 'unknownFlow day'],
    [{ verb: 'dial', to: 'agent', number: 'csr2', callerId: null, ringMs: 1000, record: false, answered: 'end', busy: 'end', failed: 'end', refused: 'end' }, 'unknownAgent csr2'],
    [{ verb: 'dial', to: 'extension', number: 'desk2', callerId: null, ringMs: 1000, record: false, answered: 'end', busy: 'end', failed: 'end', refused: 'end' }, 'unknownExtension desk2'],
    [{ verb: 'dial', number: '0312345678', callerId: '+81312340002', ringMs: 1000, record: false, answered: 'end', busy: 'end', failed: 'end', refused: 'end' }, 'unknownNumber +81312340002'],
    [{ verb: 'say', language: 'ja', parts: [{ kind: 'text', text: 'こんにちは' }], next: 'end' }, 'noSpeechProvider ja'],
  ])('%o', (node, expected) => {
    expect(of(node, context)).toEqual([`start ${expected}`]);
    expect(of(node)).toEqual([]);
  });

  it('is content with what is there', () => {
    expect(of({ verb: 'say', language: 'en', parts: [{ kind: 'text', text: 'Hello' }, { kind: 'sound', name: 'p' }], next: 'end' }, context)).toEqual([]);
    expect(of({ verb: 'goto', flow: 'night' }, context)).toEqual([]);
  });
});
