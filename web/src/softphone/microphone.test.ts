import { describe, expect, it } from 'vitest';
import { microphoneReport, microphoneStateOf } from './microphone.ts';

describe('microphone', () => {
  it('tells refused from missing', () => {
    expect(['NotAllowedError', 'SecurityError', 'NotFoundError', 'NotReadableError', ''].map(microphoneStateOf)).toEqual([
      'refused', 'refused', 'missing', 'missing', 'missing',
    ]);
  });

  it('never reports ok for a microphone that does not work', () => {
    expect((['off', 'asking', 'refused', 'insecure', 'missing', 'muted', 'ok'] as const).map(microphoneReport)).toEqual([
      'missing', 'refused', 'refused', 'refused', 'missing', 'muted', 'ok',
    ]);
  });
});
