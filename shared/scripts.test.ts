import { describe, expect, it } from 'vitest';
import { answersAsText, faultsOf, maskedCard, missingIn, nextStepId, pathThrough, scriptDefinitionSchema, type ScriptDefinition } from './scripts.ts';

const step = (id: string, part: Partial<ScriptDefinition['steps'][number]> = {}) => ({ id, title: id, say: '', fields: [], branches: [], next: null, ...part });
const choice = (key: string, choices: string[], required = true) => ({ key, label: `Label ${key}`, kind: 'choice' as const, required, choices });

const SCRIPT: ScriptDefinition = {
  steps: [
    step('hello', { fields: [choice('matter', ['new', 'repair'])], branches: [{ field: 'matter', equals: 'repair', to: 'repair' }], next: 'order' }),
    step('order', { next: 'bye' }),
    step('repair', { fields: [{ key: 'serial', label: 'Serial', kind: 'text', required: true, choices: [] }], next: 'bye' }),
    step('bye'),
  ],
};
const ids = (steps: { id: string }[]): string[] => steps.map(({ id }) => id);

describe('scripts', () => {
  it('lead on by the answers', () => {
    expect(ids(pathThrough(SCRIPT, {}))).toEqual(['hello', 'order', 'bye']);
    expect(ids(pathThrough(SCRIPT, { matter: 'repair' }))).toEqual(['hello', 'repair', 'bye']);
    expect(SCRIPT.steps[0] && nextStepId(SCRIPT.steps[0], { matter: 'new' })).toBe('order');
  });

  it('know what is missing, and say only what was asked on the way', () => {
    expect(SCRIPT.steps[0] && missingIn(SCRIPT.steps[0], { matter: ' ' })).toEqual(['Label matter']);
    expect(answersAsText(SCRIPT, { matter: 'repair', serial: 'A-1' })).toBe('Label matter: repair\nSerial: A-1');
    expect(answersAsText(SCRIPT, { matter: 'new', serial: 'A-1' })).toBe('Label matter: new');
  });

  it('survive a circle', () => {
    expect(ids(pathThrough({ steps: [step('a', { next: 'b' }), step('b', { next: 'a' })] }, {}))).toEqual(['a', 'b']);
  });

  it('keep four digits of a card', () => {
    expect(maskedCard('４１１１ 1111-1111 1234')).toBe('**** 1234');
    expect(maskedCard('')).toBe('');
  });

  it('are checked before they are used', () => {
    expect(faultsOf(SCRIPT)).toEqual([]);
    const broken: ScriptDefinition = {
      steps: [
        step('a', { fields: [choice('x', []), choice('x', ['1'])], branches: [{ field: 'y', equals: '1', to: 'b' }, { field: 'x', equals: '2', to: 'nowhere' }] }),
        step('a', { next: 'c' }),
        step('lost'),
      ],
    };
    expect(faultsOf(broken).map(({ fault }) => fault).toSorted()).toEqual(['duplicate_field', 'duplicate_step', 'no_choices', 'unknown_choice', 'unknown_field', 'unknown_step', 'unknown_step', 'unknown_step', 'unreachable'].toSorted());
    expect(scriptDefinitionSchema.safeParse({ steps: [] }).success).toBe(false);
  });
});
