import { Card, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** One matter of the account page. */
export function Part({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <Card withBorder padding="md" component="section">
      <Stack gap="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        {children}
      </Stack>
    </Card>
  );
}
