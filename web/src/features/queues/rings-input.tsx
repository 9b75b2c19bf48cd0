import { ActionIcon, Button, Card, Group, MultiSelect, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { Queue } from '../../../../shared/api/queues.ts';
import { Amount, Seconds } from './amounts.tsx';
import { ExpressionInput } from './expression-input.tsx';

type Ring = Queue['rings'][number];

const NEW_RING: Ring = { waitMs: 15_000, skillExpression: '', levelsDown: 0, queueIds: [] };
const MOST_RINGS = 20;

interface Props {
  rings: readonly Ring[];
  /** Others, whose agents a ring can add. */
  queues: readonly Queue[];
  onChange: (rings: Ring[]) => void;
}

/** Wider and wider circles of agents, each some time after the one before. */
export function RingsInput({ rings, queues, onChange }: Props) {
  const { t } = useLingui();
  const change = (index: number, part: Partial<Ring>): void => onChange(rings.map((ring, at) => (at === index ? { ...ring, ...part } : ring)));
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        <Trans>The queue’s own agents with its own demands are asked first. Each ring then asks for less, or asks more people.</Trans>
      </Text>
      {rings.map((ring, index) => {
        const number = index + 1;
        return (
          // Rings have no names: their place is what they are.
          <Card key={number} withBorder padding="sm">
            <Group justify="space-between" mb="xs">
              <Text fw={600} size="sm">
                <Trans>Ring {number}</Trans>
              </Text>
              <ActionIcon variant="subtle" color="gray" aria-label={t`Remove ring ${number}`} onClick={() => onChange(rings.filter((_, at) => at !== index))}>
                <IconX size={18} aria-hidden />
              </ActionIcon>
            </Group>
            <Group gap="sm" align="flex-end">
              <Seconds label={t`After another`} ms={ring.waitMs} least={1} onChange={(waitMs) => change(index, { waitMs })} />
              <Amount label={t`Lower levels by`} value={ring.levelsDown} most={4} onChange={(levelsDown) => change(index, { levelsDown })} />
              <MultiSelect
                label={t`Also agents of`}
                data={queues.map(({ id, name }) => ({ value: id, label: name }))}
                value={ring.queueIds}
                onChange={(queueIds) => change(index, { queueIds })}
                clearable
                w={300}
              />
            </Group>
            <ExpressionInput label={t`Instead of the queue’s skill expression`} value={ring.skillExpression} onChange={(skillExpression) => change(index, { skillExpression })} />
          </Card>
        );
      })}
      <Button variant="default" w="fit-content" leftSection={<IconPlus size={16} aria-hidden />} disabled={rings.length >= MOST_RINGS} onClick={() => onChange([...rings, NEW_RING])}>
        <Trans>Add a ring</Trans>
      </Button>
    </Stack>
  );
}
