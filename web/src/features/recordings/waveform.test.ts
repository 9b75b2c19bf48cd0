import { describe, expect, it } from 'vitest';
import { bars, loudest, playTime, playerKey, talkShare } from './waveform.ts';

describe('bars', () => {
  it('keeps the loudest peak of a span, so that one word in silence stays visible', () => {
    const peaks = Array.from({ length: 100 }, (_, index) => (index === 37 ? 100 : 0));

    const drawn = bars(peaks, 10, 100);

    expect(drawn).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('stretches a recording that is shorter than the picture', () => {
    expect(bars([100, 25], 4, 100)).toEqual([1, 1, 0.5, 0.5]);
  });

  it('draws silence and nothing without dividing by zero', () => {
    expect(bars([0, 0], 2, 0)).toEqual([0, 0]);
    expect(bars([], 3, 10)).toEqual([0, 0, 0]);
    expect(bars([1], 0, 10)).toEqual([]);
  });
});

describe('talkShare', () => {
  it('counts both sides apart and silence where neither speaks', () => {
    const peaks = { left: [50, 50, 0, 0], right: [0, 40, 0, 3] };

    expect(talkShare(peaks)).toEqual({ customer: 50, agent: 25, silence: 50 });
    expect(loudest(peaks)).toBe(50);
  });

  it('has figures for an empty recording', () => {
    expect(talkShare({ left: [], right: [] })).toEqual({ customer: 0, agent: 0, silence: 0 });
  });
});

describe('playTime', () => {
  it('writes minutes, and hours only when there are any', () => {
    expect([0, 5.9, 754, 3723, Number.NaN].map(playTime)).toEqual(['0:00', '0:05', '12:34', '1:02:03', '0:00']);
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
