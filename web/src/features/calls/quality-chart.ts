import type { LegQuality } from '../../../../shared/api/calls.ts';

type Sample = LegQuality['samples'][number];

/** Points of a line in a box of 100 by 100 units, y downwards. */
export interface QualityLines {
  /** MOS 1 at the bottom, 4.5 at the top. */
  mos: string;
  /** Loss bars: left edge, width and height; full height is `lossTop` percent. */
  loss: { x: number; width: number; height: number }[];
  lossTop: number;
}

const MOS_LOW = 1;
const MOS_HIGH = 4.5;

/** The course of one leg. Bars are scaled to the worst interval, but to 5 % at least: a line with hardly any loss looks like one. */
export function linesOf(samples: readonly Sample[]): QualityLines {
  const lossTop = Math.max(5, ...samples.map(({ lossPercent }) => lossPercent));
  const width = 100 / Math.max(samples.length, 1);
  const mosY = (mos: number): number => 100 - ((Math.min(Math.max(mos, MOS_LOW), MOS_HIGH) - MOS_LOW) / (MOS_HIGH - MOS_LOW)) * 100;
  return {
    mos: samples.map(({ mos }, index) => `${round((index + 0.5) * width)},${round(mosY(mos))}`).join(' '),
    loss: samples.map(({ lossPercent }, index) => ({ x: round(index * width), width: round(width), height: round((lossPercent / lossTop) * 100) })),
    lossTop,
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** How a MOS is called: 4 and more is good, below 3.1 most listeners are not satisfied (ITU-T G.107 annex B). */
export function mosGrade(mos: number): 'good' | 'fair' | 'poor' {
  if (mos >= 4) return 'good';
  return mos >= 3.1 ? 'fair' : 'poor';
}

/** The worst interval, for the words beside the drawing. */
export const worstOf = (samples: readonly Sample[]): { mos: number; lossPercent: number } | null =>
  samples.length === 0
    ? null
    : { mos: Math.min(...samples.map(({ mos }) => mos)), lossPercent: Math.max(...samples.map(({ lossPercent }) => lossPercent)) };
