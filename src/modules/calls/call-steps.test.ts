import { describe, expect, it } from 'vitest';
import { LoadedTenantVault } from '../../vault/tenant-vault.ts';
import { callEventPlace } from './call-content.ts';
import { openSteps, sealSteps, type HistoryStep } from './call-steps.ts';

const vault = new LoadedTenantVault('tenant', new Map([[1, Buffer.alloc(32, 7)]]));
const step = (seq: number, type: string): HistoryStep => ({ seq, atWall: 1000 + seq, type, detail: { seq } });

describe('steps of a call', () => {
  it('that were committed together come out of one row as they went in', () => {
    const steps = [step(3, 'call.answered'), step(4, 'recording.started'), step(5, 'digit')];
    const row = sealSteps(vault, 'call', steps);
    expect(row).toMatchObject({ seq: 3, atWall: 1003, type: 'steps' });
    expect(openSteps(vault, 'call', row)).toEqual(steps);
  });

  it('have their own row when they come alone, as every step had once', () => {
    const row = sealSteps(vault, 'call', [step(1, 'call.started')]);
    expect(row.type).toBe('call.started');
    expect(openSteps(vault, 'call', row)).toEqual([step(1, 'call.started')]);
    const older = { seq: 2, atWall: 1002, type: 'flow', sealed: vault.seal(callEventPlace('call', 2), { seq: 2 }) };
    expect(openSteps(vault, 'call', older)).toEqual([step(2, 'flow')]);
  });

  it('do not open as those of another call', () => {
    const row = sealSteps(vault, 'call', [step(1, 'call.started'), step(2, 'flow')]);
    expect(() => openSteps(vault, 'other', row)).toThrow();
  });
});
