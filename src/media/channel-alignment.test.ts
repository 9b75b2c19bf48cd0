import { describe, expect, it } from 'vitest';
import { ChannelAlignment } from './channel-alignment.ts';

describe('ChannelAlignment', () => {
  it('puts packets side by side whatever the jitter', () => {
    const line = new ChannelAlignment();
    const jitter = [0, 300, 120, 700, 40];
    const places = jitter.map((late, index) => line.place(1000 + index * 160 + late, 5000 + index * 160, 1));
    expect(places).toEqual([1000, 1160, 1320, 1480, 1640]);
  });

  it('leaves a gap where packets are missing, over the wrap of the timestamp', () => {
    const line = new ChannelAlignment();
    expect(line.place(0, 0xffff_ff60, 1)).toBe(0);
    expect(line.place(480, 320, 1)).toBe(480);
  });

  it('starts anew with another source or a jump of the timestamp', () => {
    const line = new ChannelAlignment();
    line.place(0, 0, 1);
    expect(line.place(800, 900_000, 2)).toBe(800);
    expect(line.place(1600, 4_000_000, 2)).toBe(1600);
  });

  it('follows a sender whose clock is slow or fast', () => {
    for (const drift of [-0.001, 0.001]) {
      const line = new ChannelAlignment();
      let worst = 0;
      for (let packet = 0; packet < 60_000; packet++) {
        const arrival = Math.round(packet * 160 * (1 + drift));
        worst = Math.max(worst, Math.abs(line.place(arrival, packet * 160, 1) - arrival));
      }
      expect(worst).toBeLessThan(900);
    }
  });
});
