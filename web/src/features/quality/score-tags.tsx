import { Group } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconAlertOctagon, IconCheck, IconX } from '@tabler/icons-react';
import type { Evaluation } from '../../../../shared/api/evaluations.ts';
import { Tag } from '../../records/tag.tsx';
import { useStateWords } from './words.ts';

/** Per cent as people read it; a dash while there is none. */
export const percentText = (percent: number | null): string => (percent === null ? '–' : `${percent.toFixed(1)}%`);

/** Passed, failed, and whether a fatal item did it. */
export function ResultTags({ passed, fatal }: { passed: boolean | null; fatal: boolean }) {
  return (
    <Group gap={4} component="span">
      {passed === true && (
        <Tag color="teal" icon={IconCheck}>
          <Trans>Passed</Trans>
        </Tag>
      )}
      {passed === false && (
        <Tag color="orange" icon={IconX}>
          <Trans>Not passed</Trans>
        </Tag>
      )}
      {fatal && (
        <Tag color="red" icon={IconAlertOctagon}>
          <Trans>Fatal item failed</Trans>
        </Tag>
      )}
    </Group>
  );
}

const COLORS: Readonly<Record<Evaluation['state'], string>> = { draft: 'gray', published: 'blue', acknowledged: 'teal', appealed: 'orange', upheld: 'gray', revised: 'grape' };

export function StateTag({ state }: { state: Evaluation['state'] }) {
  const words = useStateWords();
  return <Tag color={COLORS[state]}>{words[state]}</Tag>;
}
