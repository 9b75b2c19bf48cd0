import { Card, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './card-page.module.css';

interface Props {
  /** At the top on the right, for example the choice of language. */
  corner: ReactNode;
  children: ReactNode;
}

/** A page for people who are not logged in: one card in the middle. */
export function CardPage({ corner, children }: Props) {
  return (
    <div className={classes.page}>
      <Group component="header" justify="flex-end" p="sm">
        {corner}
      </Group>
      <main className={classes.centre}>
        <Card withBorder padding="lg" className={classes.card}>
          {children}
        </Card>
      </main>
    </div>
  );
}
