import { describe, expect, it } from 'vitest';
import { drawnPeaks, playerKey, talkShare } from './waveform.ts';

describe('drawnPeaks', () => {
  it('draws both sides on one scale and lifts quiet speech', () => {
    expect(drawnPeaks({ left: [100, 25], right: [1, 0] })).toEqual([[1, 0.5], [0.1, 0]]);
  });

  it('draws silence as a flat line', () => {
    expect(drawnPeaks({ left: [0], right: [] })).toEqual([[0], []]);
  });
});

describe('talkShare', () => {
  it('counts both sides apart and silence where neither speaks', () => {
    const peaks = { left: [50, 50, 0, 0], right: [0, 40, 0, 3] };

    expect(talkShare(peaks)).toEqual({ customer: 50, agent: 25, silence: 50 });
  });

  it('has figures for an empty recording', () => {
    expect(talkShare({ left: [], right: [] })).toEqual({ customer: 0, agent: 0, silence: 0 });
  });
});

describe('playerKey', () => {
  const player = { position: 8, duration: 20, speed: 1 };
  const press = (key: string, shiftKey = false, from = player) => playerKey({ key, shiftKey }, from);

  it('plays, seeks within the sound and changes speed', () => {
    expect(press(' ')).toEqual({ type: 'toggle' });
    expect(press('ArrowRight')).toEqual({ type: 'seekTo', seconds: 13 });
    expect(press('ArrowRight', true)).toEqual({ type: 'seekTo', seconds: 20 });
    expect(press('ArrowLeft', true)).toEqual({ type: 'seekTo', seconds: 0 });
    expect(press(']')).toEqual({ type: 'speed', speed: 1.25 });
    expect(press('[', false, { ...player, speed: 0.5 })).toEqual({ type: 'speed', speed: 0.5 });
    expect(press(']', false, { ...player, speed: 2 })).toEqual({ type: 'speed', speed: 2 });
  });

  it('leaves other keys to the page', () => {
    expect(press('Tab')).toEqual({ type: 'none' });
  });
});
