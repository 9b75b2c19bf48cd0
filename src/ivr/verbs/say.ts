import { spellOut, type Spoken } from '../speak/speak.ts';
import { filled } from '../values.ts';
import type { NodeOf, Run, Verb } from './verb.ts';

type Part = NodeOf<'say'>['parts'][number];
type Value = Exclude<Part, { kind: 'sound' } | { kind: 'text' }>;

const whole = (text: string): number => (/^\d{1,12}$/.test(text.trim()) ? Number(text) : Number.NaN);

function spoken(kind: Value['kind'], text: string): Spoken {
  switch (kind) {
    case 'number':
    case 'yen':
    case 'minutes':
      return { kind, value: whole(text.replaceAll(',', '')) };
    case 'digits':
      // A national number is read as it is dialled here.
      return { kind, value: text.replace(/^\+81/, '0') };
    case 'date': {
      const [year, month, day] = text.split('-').map(whole);
      const at = new Date(`${text}T00:00:00Z`);
      return { kind, year: year ?? Number.NaN, month: month ?? Number.NaN, day: day ?? Number.NaN, weekday: at.getUTCDay() };
    }
    case 'time': {
      const [hour, minute] = text.split(':').map(whole);
      return { kind, hour: hour ?? Number.NaN, minute: minute ?? Number.NaN };
    }
  }
}

/** The sounds of one part; nothing for a value that has no reading, because saying something wrong would be worse. */
function soundsOf(run: Run, language: 'ja' | 'en', part: Part): string[] {
  if (part.kind === 'sound') return [part.name];
  if (part.kind === 'text') return part.sound === undefined ? [] : [part.sound];
  try {
    return spellOut(language, spoken(part.kind, filled(run, part.value)));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    run.trace('say', `no reading as ${part.kind}`);
    return [];
  }
}

/** Reads out sounds, numbers, dates, amounts and text, one after the other without a gap. */
export const say: Verb<'say'> = {
  enter(run, node) {
    const sounds = node.parts.flatMap((part) => soundsOf(run, node.language, part));
    if (sounds.length === 0) return node.next;
    run.play(sounds);
    return null;
  },
  on(_run, node, event) {
    return event.type === 'playFinished' ? node.next : null;
  },
};
