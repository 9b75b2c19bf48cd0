import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, daysBetween } from '../support/japan-days.ts';
import { contractStep, daysOf, daysOverdue, NEW_CONTRACT, remindersOf, timelineOf, type Contract, type ContractEffect, type ContractEvent } from './contract-machine.ts';

const START = '2027-04-01';
const END = '2027-06-01';
const day = (after: number): string => addDays(END, after);

const approval = (operatorId: string) => ({ type: 'approve', approval: { operatorId, loginId: operatorId, reason: 'day 210', at: '2027-12-28T00:00:00Z' } }) as const;
const hold = { type: 'hold', by: 'kato', reason: 'court order' } as const;

/** Runs events, each on its day after the end; the days between are looked at too. */
function live(events: readonly (readonly [after: number, event: ContractEvent])[], until: number): { contract: Contract; effects: [number, ContractEffect][] } {
  let contract = contractStep(NEW_CONTRACT, { type: 'end', on: END }, START).contract;
  const effects: [number, ContractEffect][] = [];
  for (let after = daysBetween(END, START); after <= until; after++) {
    for (const event of [{ type: 'day' } as const, ...events.filter(([at]) => at === after).map(([, each]) => each)]) {
      const step = contractStep(contract, event, day(after));
      contract = step.contract;
      effects.push(...step.effects.map((effect): [number, ContractEffect] => [after, effect]));
    }
  }
  return { contract, effects };
}

describe('the contract', () => {
  it('ends, is kept for 180 days, deleted on day 180, destroyed from day 210 on by two people, and gone from backups 90 days later', () => {
    const { contract, effects } = live([[210, approval('a')], [210, approval('b')], [210, { type: 'destroyed' }]], 211);
    expect(effects).toEqual([[0, 'stopService'], [180, 'hideTenant'], [210, 'destroy']]);
    expect(contract).toMatchObject({ state: 'destroyed', deletedOn: day(180), destroyedOn: day(210) });
    expect(timelineOf(contract, day(299)).map(({ milestone, day: on, done }) => [milestone, on, done])).toEqual([
      ['end', '2027-06-01', true],
      ['returnUntil', '2027-07-01', true],
      ['deletion', '2027-11-28', true],
      ['destruction', '2027-12-28', true],
      ['backupsGone', '2028-03-27', false],
    ]);
    expect(timelineOf(contract, day(300)).at(-1)?.done).toBe(true);
  });

  it('has no days while no end is agreed, and never ends by itself', () => {
    expect(timelineOf(NEW_CONTRACT, START)).toEqual([]);
    expect(contractStep(NEW_CONTRACT, { type: 'day' }, '2099-01-01')).toEqual({ contract: NEW_CONTRACT, effects: [] });
  });

  it('is destroyed by no timer and by no single person; what is late is seen', () => {
    const { contract, effects } = live([], 400);
    expect(effects.map(([, effect]) => effect)).toEqual(['stopService', 'hideTenant']);
    expect([daysOverdue(contract, day(210)), daysOverdue(contract, day(215))]).toEqual([0, 5]);
    const once = contractStep(contract, approval('a'), day(400)).contract;
    expect(() => contractStep(once, approval('a'), day(400))).toThrow(expect.objectContaining({ code: 'second_person_needed' }));
    expect(() => contractStep(once, { type: 'destroyed' }, day(400))).toThrow(expect.objectContaining({ code: 'contract_not_possible' }));
    expect(contractStep(once, approval('b'), day(400)).effects).toEqual(['destroy']);
  });

  it('refuses what comes too early, too late, or twice', () => {
    const at = (after: number, event: ContractEvent, before: readonly (readonly [number, ContractEvent])[] = []) => () => contractStep(live(before, after).contract, event, day(after));
    expect(at(209, approval('a'))).toThrow(expect.objectContaining({ code: 'destruction_too_early' }));
    expect(at(179, approval('a'))).toThrow(expect.objectContaining({ code: 'contract_not_possible' }));
    expect(at(200, { type: 'renew' })).toThrow(expect.objectContaining({ code: 'contract_not_possible' }));
    expect(at(100, { type: 'undoDeletion' })).toThrow(expect.objectContaining({ code: 'contract_not_possible' }));
    expect(at(100, { type: 'end', on: day(200) })).toThrow(expect.objectContaining({ code: 'contract_not_possible' }));
    expect(at(-10, { type: 'end', on: day(-11) })).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect(at(10, { type: 'release' })).toThrow(expect.objectContaining({ code: 'contract_not_possible' }));
    const approved = [[210, approval('a')], [210, approval('b')]] as const;
    for (const event of [hold, { type: 'undoDeletion' }, approval('c')] as const) expect(at(210, event, approved)).toThrow(expect.objectContaining({ code: 'contract_not_possible' }));
  });

  it('is renewed before the deletion, and after one that was undone', () => {
    expect(live([[179, { type: 'renew' }]], 300)).toMatchObject({ contract: NEW_CONTRACT, effects: [[0, 'stopService'], [179, 'resumeService']] });
    const undone = live([[209, { type: 'undoDeletion' }], [210, { type: 'renew' }]], 300);
    expect(undone).toMatchObject({ contract: { state: 'active', endOn: null }, effects: [[0, 'stopService'], [180, 'hideTenant'], [209, 'showTenant'], [210, 'resumeService']] });
    // Nobody renewed it: it goes the same way again, 30 days later.
    expect(live([[209, { type: 'undoDeletion' }]], 300)).toMatchObject({ contract: { deletedOn: day(239) }, effects: [[0, 'stopService'], [180, 'hideTenant'], [209, 'showTenant'], [239, 'hideTenant']] });
  });

  it('waits for a legal hold, whose days show what would be', () => {
    const held = live([[100, hold]], 250).contract;
    expect(held.state).toBe('ended');
    expect(daysOf(held, day(250))).toMatchObject({ deletion: day(250), destruction: day(280), backupsGone: day(370) });
    expect(timelineOf(held, day(250)).map(({ held: isHeld }) => isHeld)).toEqual([false, false, true, true, true]);
    expect(remindersOf(held, day(250), new Set())).toEqual([]);
    expect(live([[100, hold], [250, { type: 'release' }]], 260).contract).toMatchObject({ state: 'logically_deleted', deletedOn: day(251) });
    // One that is over before anything is due moves nothing.
    expect(daysOf(live([[100, hold], [150, { type: 'release' }]], 160).contract, day(160))).toMatchObject({ deletion: day(180), destruction: day(210) });
    // One that comes after the deletion takes the approvals back.
    const late = live([[210, approval('a')], [210, hold]], 211).contract;
    expect(late.approvals).toEqual([]);
    expect(() => contractStep(late, approval('b'), day(211))).toThrow(expect.objectContaining({ code: 'legal_hold' }));
  });

  it('reminds 30, 7 and 1 days before, once each, makes up for days nobody looked, and says every week what is late', () => {
    const said = new Set<string>();
    const told: [number, string, number][] = [];
    const look = (after: number, contract: Contract): void => {
      for (const { key, milestone, daysLeft } of remindersOf(contract, day(after), said)) {
        told.push([after, milestone, daysLeft]);
        said.add(key);
      }
    };
    for (let after = -40; after <= 225; after++) look(after, live([], after).contract);
    expect(told.filter(([, milestone]) => milestone === 'deletion')).toEqual([[150, 'deletion', 30], [173, 'deletion', 7], [179, 'deletion', 1]]);
    expect(told.filter(([, milestone]) => milestone === 'destruction')).toEqual([[180, 'destruction', 30], [203, 'destruction', 7], [209, 'destruction', 1], [211, 'destruction', -1], [218, 'destruction', -8], [225, 'destruction', -15]]);
    expect(told.filter(([, milestone]) => milestone === 'end')).toEqual([[-30, 'end', 30], [-7, 'end', 7], [-1, 'end', 1]]);
    said.clear();
    told.length = 0;
    look(176, live([], 176).contract);
    expect(told).toEqual([[176, 'deletion', 4]]);
  });
});

const event: fc.Arbitrary<ContractEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<ContractEvent>({ type: 'day' }) },
  fc.constantFrom<ContractEvent>({ type: 'renew' }, hold, { type: 'release' }, { type: 'undoDeletion' }, { type: 'destroyed' }, approval('a'), approval('b')),
  fc.integer({ min: -5, max: 60 }).map((days): ContractEvent => ({ type: 'end', on: addDays(START, days) })),
);

/** Random lives: each event some days after the one before. What is refused changes nothing. */
const life = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), event), { maxLength: 40 });

function* steps(events: readonly (readonly [number, ContractEvent])[]): Generator<{ before: Contract; after: Contract; effects: ContractEffect[]; event: ContractEvent; today: string }> {
  let contract = NEW_CONTRACT;
  let today = START;
  for (const [days, each] of events) {
    today = addDays(today, days);
    try {
      const step = contractStep(contract, each, today);
      yield { before: contract, after: step.contract, effects: step.effects, event: each, today };
      contract = step.contract;
    } catch (error) {
      expect((error as { code?: string }).code).toMatch(/^(contract_not_possible|invalid|legal_hold|destruction_too_early|second_person_needed)$/);
    }
  }
}

const runs = { numRuns: Number(process.env['SCC_PROPERTY_RUNS'] ?? 2_000) };

describe('in every life', () => {
  it('nothing is deleted before day 180 or destroyed before day 210, within 30 days of the deletion, under a hold, or by fewer than two', () => {
    fc.assert(
      fc.property(life, (events) => {
        for (const { before, after, effects, today } of steps(events)) {
          if (effects.includes('hideTenant')) {
            expect(daysBetween(after.endOn ?? '', today)).toBeGreaterThanOrEqual(180);
            expect(before.hold).toBeNull();
          }
          if (effects.includes('destroy')) {
            expect(daysBetween(before.endOn ?? '', today)).toBeGreaterThanOrEqual(210);
            expect(daysBetween(before.deletedOn ?? '', today)).toBeGreaterThanOrEqual(30);
            expect(before.hold).toBeNull();
            expect(new Set(after.approvals.map(({ operatorId }) => operatorId)).size).toBe(2);
          }
        }
      }),
      runs,
    );
  });

  it('what is destroyed stays so, and a destruction that has begun only ends', () => {
    fc.assert(
      fc.property(life, (events) => {
        for (const { before, after, event: each } of steps(events)) {
          if (before.state === 'destroying') expect(['destroying', each.type === 'destroyed' ? 'destroyed' : '']).toContain(after.state);
          if (before.state === 'destroyed') expect(after).toEqual(before);
        }
      }),
      runs,
    );
  });

  it('the days are in order, and a look at the same day again changes nothing', () => {
    fc.assert(
      fc.property(life, (events) => {
        for (const { after, today } of steps(events)) {
          const looked = contractStep(after, { type: 'day' }, today).contract;
          expect(contractStep(looked, { type: 'day' }, today)).toEqual({ contract: looked, effects: [] });
          const days = timelineOf(looked, today).map(({ day: on }) => on);
          expect(days).toEqual(days.toSorted());
        }
      }),
      runs,
    );
  });
});
