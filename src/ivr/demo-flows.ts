import type { Flow, FlowNode, OpenHours } from './types.ts';

const MINUTE_MS = 60_000;

const everyDay = [{ fromMinute: 0, toMinute: 24 * 60 }];

/** The demo answers at any hour, in Japan's time like a real tenant. */
const ALWAYS_OPEN: OpenHours = {
  timeZone: 'Asia/Tokyo',
  days: { 0: everyDay, 1: everyDay, 2: everyDay, 3: everyDay, 4: everyDay, 5: everyDay, 6: everyDay },
};

const waitIn = (queue: string, overflow: string): FlowNode => ({
  verb: 'queue',
  queue,
  priority: 0,
  requiredSkills: {},
  announceEveryMs: 30_000,
  maxWaitMs: 30 * MINUTE_MS,
  overflow,
});

const leaveMessage: FlowNode = {
  verb: 'voicemail',
  prompts: ['ja/voicemail-greeting', 'ja/beep'],
  maxMs: 2 * MINUTE_MS,
  next: 'thanks',
};

const afterMessage: Record<string, FlowNode> = {
  voicemail: leaveMessage,
  thanks: { verb: 'play', prompts: ['ja/voicemail-thanks'], next: 'end' },
  end: { verb: 'hangup' },
};

/** The whole way: notice, open hours, menu, queues, voicemail. */
const main: Flow = {
  start: 'notice',
  nodes: {
    notice: { verb: 'play', prompts: ['ja/recording-notice'], notice: true, next: 'hours' },
    hours: { verb: 'hours', hours: ALWAYS_OPEN, open: 'menu', closed: 'closed' },
    closed: { verb: 'play', prompts: ['ja/closed'], next: 'voicemail' },
    menu: {
      verb: 'menu',
      prompts: ['ja/menu-main'],
      choices: { 1: 'support', 2: 'sales', 3: 'openHours', 0: 'voicemail' },
      timeoutMs: 7000,
      retries: 2,
      invalidPrompts: ['ja/menu-invalid'],
      timeoutPrompts: ['ja/menu-timeout'],
      otherwise: 'support',
    },
    support: waitIn('support', 'voicemail'),
    sales: waitIn('sales', 'voicemail'),
    openHours: { verb: 'play', prompts: ['ja/open-hours'], next: 'menu' },
    ...afterMessage,
  },
};

/** Straight to a queue: rings at once. */
const direct = (queue: string): Flow => ({
  start: 'queue',
  nodes: { queue: waitIn(queue, 'voicemail'), ...afterMessage },
});

const announcement: Flow = {
  start: 'announcement',
  nodes: {
    announcement: { verb: 'play', prompts: ['ja/announcement', 'ja/goodbye'], next: 'end' },
    end: { verb: 'hangup' },
  },
};

/** To a number outside; without a line there, to the voicemail. */
const forward: Flow = {
  start: 'dial',
  nodes: {
    dial: { verb: 'dial', number: '0312349006', callerId: null, ringMs: 30_000, record: false, answered: 'end', busy: 'voicemail', failed: 'voicemail', refused: 'voicemail' },
    ...afterMessage,
  },
};

const echo: Flow = { start: 'echo', nodes: { echo: { verb: 'echo' } } };

/** A demo flow with the number that leads to it. Queues are named by their code. */
export interface DemoFlow {
  code: string;
  /** Japanese, as on screen. */
  name: string;
  number: string;
  flow: Flow;
}

/** The flows of the demo tenant, one a number. */
export const DEMO_FLOWS: readonly DemoFlow[] = [
  { code: 'main', name: '代表番号', number: '0312340001', flow: main },
  { code: 'direct-support', name: 'サポート直通', number: '0312340002', flow: direct('support') },
  { code: 'announcement', name: 'お知らせ', number: '0312340003', flow: announcement },
  { code: 'echo', name: 'エコーテスト', number: '0312340004', flow: echo },
  { code: 'stations', name: '負荷試験', number: '0312340005', flow: direct('stations') },
  { code: 'forward', name: '外線転送', number: '0312340006', flow: forward },
];
