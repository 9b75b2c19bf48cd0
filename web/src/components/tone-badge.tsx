import type { ReactNode } from 'react';
import classes from './tone-badge.module.css';

interface Props {
  tone: 'ok' | 'warn' | 'bad' | 'info' | 'neutral';
  /** Solid: for the one state that must be seen from afar. */
  strong?: boolean;
  icon?: ReactNode;
  role?: 'status';
  children: ReactNode;
}

/** A short state in a coloured pill; the words carry the meaning, the colour only repeats it. All pairs pass 4.5 : 1. */
export function ToneBadge({ tone, strong = false, icon, role, children }: Props) {
  return (
    <span className={classes.badge} data-tone={tone} data-strong={strong || undefined} role={role}>
      {icon}
      {children}
    </span>
  );
}
