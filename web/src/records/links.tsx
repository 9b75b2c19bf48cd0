import { Anchor, Group } from '@mantine/core';
import { IconChevronLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface Props {
  id: string;
  children: ReactNode;
}

/** Link to a customer's page. */
export function CustomerLink({ id, children }: Props) {
  return (
    <Anchor inherit renderRoot={(props) => <Link {...props} to="/customers/$id" params={{ id }} />}>
      {children}
    </Anchor>
  );
}

/** Link to the page of a call; `inText`: among other words, where colour alone would not tell it. */
export function CallLink({ id, children, inText = false }: Props & { inText?: boolean }) {
  return (
    <Anchor inherit underline={inText ? 'always' : 'hover'} renderRoot={(props) => <Link {...props} to="/calls/$id" params={{ id }} />}>
      {children}
    </Anchor>
  );
}

/** The way back to a list, above a page's title. */
export function BackLink({ to, children }: { to: '/audit' | '/board' | '/customers' | '/calls' | '/flows' | '/incidents' | '/quality' | '/users'; children: ReactNode }) {
  return (
    <Anchor size="sm" w="fit-content" renderRoot={(props) => <Link {...props} to={to} />}>
      <Group gap={4} component="span">
        <IconChevronLeft size={16} aria-hidden />
        {children}
      </Group>
    </Anchor>
  );
}
