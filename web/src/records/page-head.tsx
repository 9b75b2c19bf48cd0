import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  title: ReactNode;
  /** One line under the title. */
  hint?: ReactNode;
  /** Back link above the title. */
  back?: ReactNode;
  /** Buttons at the right. */
  children?: ReactNode;
}

/** The head of every page: one first-level heading, what the page is for, its main actions. */
export function PageHead({ title, hint, back, children }: Props) {
  return (
    <Stack gap={4} mb="md">
      {back}
      <Group justify="space-between" align="flex-end" gap="sm">
        <Stack gap={2} miw={0}>
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {hint !== undefined && (
            <Text c="dimmed" size="sm">
              {hint}
            </Text>
          )}
        </Stack>
        {children && <Group gap="xs">{children}</Group>}
      </Group>
    </Stack>
  );
}
