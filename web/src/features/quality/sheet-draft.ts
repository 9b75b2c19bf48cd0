import type { SheetDefinition, SheetQuestion, SheetSection } from '../../../../shared/score-sheet.ts';
import { freshKey } from '../../records/fresh-key.ts';

/** Changes of a score sheet that is being edited, pure. */

const keysOf = ({ sections }: SheetDefinition): string[] => sections.flatMap(({ questions }) => questions.map(({ key }) => key));

const emptyQuestion = (key: string, text: string): SheetQuestion => ({ key, text, guide: '', kind: 'scale', max: 5, weight: 10, naAllowed: false, fatal: false });

/** What a new sheet begins with. */
export const emptySheet = (title: string, text: string): SheetDefinition => ({
  sections: [{ id: 'section1', title, questions: [emptyQuestion('question1', text)] }],
  passMark: 80,
  fatalRule: 'zero',
  fatalCap: 50,
});

export function withSection(sheet: SheetDefinition, title: string): SheetDefinition {
  const id = freshKey('section', sheet.sections.map((section) => section.id));
  return { ...sheet, sections: [...sheet.sections, { id, title, questions: [] }] };
}

export const changeSection = (sheet: SheetDefinition, id: string, change: Partial<SheetSection>): SheetDefinition => ({
  ...sheet,
  sections: sheet.sections.map((section) => (section.id === id ? { ...section, ...change } : section)),
});

export const withoutSection = (sheet: SheetDefinition, id: string): SheetDefinition => ({ ...sheet, sections: sheet.sections.filter((section) => section.id !== id) });

export function withQuestion(sheet: SheetDefinition, sectionId: string, text: string): SheetDefinition {
  const added = emptyQuestion(freshKey('question', keysOf(sheet)), text);
  return { ...sheet, sections: sheet.sections.map((section) => (section.id === sectionId ? { ...section, questions: [...section.questions, added] } : section)) };
}

/** A yes or no earns one point; a scale that was one gets five. */
export function changeQuestion(question: SheetQuestion, change: Partial<SheetQuestion>): SheetQuestion {
  const changed = { ...question, ...change };
  if (changed.kind === question.kind) return changed;
  return { ...changed, max: changed.kind === 'yesNo' ? 1 : 5 };
}

/** The list with one entry a place earlier (-1) or later (1); as it is where there is no such place. */
export function moved<Item>(list: readonly Item[], from: number, by: -1 | 1): Item[] {
  const [a, b] = [list[from], list[from + by]];
  if (a === undefined || b === undefined) return [...list];
  return list.map((item, index) => (index === from ? b : index === from + by ? a : item));
}
