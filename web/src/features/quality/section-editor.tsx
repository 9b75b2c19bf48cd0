import { Button, Card, Checkbox, Group, NumberInput, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { SheetDefinition, SheetQuestion, SheetSection } from '../../../../shared/score-sheet.ts';
import { OrderButtons } from '../../components/order-buttons.tsx';
import { changeQuestion, changeSection, moved, withoutSection, withQuestion } from './sheet-draft.ts';

interface Props {
  sheet: SheetDefinition;
  section: SheetSection;
  /** Of all questions of the sheet. */
  totalWeight: number;
  faults: readonly string[];
  onChange: (sheet: SheetDefinition) => void;
}

/** One section with its questions. */
export function SectionEditor({ sheet, section, totalWeight, faults, onChange }: Props) {
  const { t } = useLingui();
  const { questions } = section;
  const index = sheet.sections.indexOf(section);
  const set = (change: Partial<SheetSection>) => onChange(changeSection(sheet, section.id, change));
  return (
    <Card withBorder padding="md" component="section" aria-label={section.title}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={3} size="h5">
            {index + 1}. {section.title}
          </Title>
          <OrderButtons
            name={section.title}
            isFirst={index === 0}
            isLast={index === sheet.sections.length - 1}
            onMove={(by) => onChange({ ...sheet, sections: moved(sheet.sections, index, by) })}
            onRemove={sheet.sections.length > 1 ? () => onChange(withoutSection(sheet, section.id)) : null}
          />
        </Group>
        {faults.map((fault) => (
          <Text key={fault} size="sm" c="red.8" role="alert">
            {fault}
          </Text>
        ))}
        <TextInput label={t`Section`} value={section.title} onChange={(event) => set({ title: event.currentTarget.value })} maxLength={100} required maw={420} />
        {questions.map((question, at) => (
          <QuestionEditor
            key={question.key}
            question={question}
            share={totalWeight === 0 ? 0 : Math.round((question.weight / totalWeight) * 1000) / 10}
            onChange={(change) => set({ questions: questions.map((each) => (each === question ? changeQuestion(each, change) : each)) })}
            movers={
              <OrderButtons
                name={question.text}
                isFirst={at === 0}
                isLast={at === questions.length - 1}
                onMove={(by) => set({ questions: moved(questions, at, by) })}
                onRemove={() => set({ questions: questions.filter((each) => each !== question) })}
              />
            }
          />
        ))}
        <Button size="xs" variant="default" w="fit-content" leftSection={<IconPlus size={16} aria-hidden />} disabled={questions.length >= 30} onClick={() => onChange(withQuestion(sheet, section.id, t`New question`))}>
          <Trans>Add a question</Trans>
        </Button>
      </Stack>
    </Card>
  );
}

interface QuestionProps {
  question: SheetQuestion;
  /** Per cent of the whole. */
  share: number;
  movers: ReactNode;
  onChange: (change: Partial<SheetQuestion>) => void;
}

function QuestionEditor({ question, share, movers, onChange }: QuestionProps) {
  const { t } = useLingui();
  const kinds = [
    { value: 'scale', label: t`Points` },
    { value: 'yesNo', label: t`Yes or no` },
  ];
  return (
    <Card withBorder padding="sm" bg="gray.0">
      <Stack gap="xs">
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <TextInput flex={1} miw={0} label={t`Question`} value={question.text} onChange={(event) => onChange({ text: event.currentTarget.value })} maxLength={300} required />
          {movers}
        </Group>
        <Textarea label={t`What earns how many points`} value={question.guide} onChange={(event) => onChange({ guide: event.currentTarget.value })} autosize minRows={1} maxLength={2000} />
        <Group gap="sm" align="flex-end">
          <Select label={t`Kind of question`} data={kinds} value={question.kind} onChange={(kind) => kind !== null && onChange({ kind: kind as SheetQuestion['kind'] })} allowDeselect={false} w={150} />
          {question.kind === 'scale' && <NumberInput label={t`Points at most`} value={question.max} onChange={(value) => onChange({ max: Math.max(1, Number(value) || 1) })} min={1} max={100} allowDecimal={false} w={120} />}
          <NumberInput label={t`Weight`} description={t`${share}% of the whole`} value={question.weight} onChange={(value) => onChange({ weight: Number(value) || 0 })} min={0} max={100} allowDecimal={false} w={140} />
          <Checkbox label={t`N/A allowed`} checked={question.naAllowed} onChange={(event) => onChange({ naAllowed: event.currentTarget.checked })} mb={8} />
          <Checkbox label={t`Fatal item`} checked={question.fatal} onChange={(event) => onChange({ fatal: event.currentTarget.checked })} mb={8} />
        </Group>
      </Stack>
    </Card>
  );
}
