import { Badge } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface Props {
  /** Tint of the ground; the word and the icon carry the meaning. */
  color?: string;
  icon?: TablerIcon;
  size?: 'md' | 'lg';
  children: ReactNode;
}

/** A state or label in a word: dark on a light tint, readable whatever colours somebody can see. */
export function Tag({ color = 'gray', icon: Icon, size = 'md', children }: Props) {
  return (
    <Badge variant="light" size={size} color={color} c="gray.9" tt="none" fw={600} {...(Icon ? { leftSection: <Icon size={14} aria-hidden /> } : {})}>
      {children}
    </Badge>
  );
}
