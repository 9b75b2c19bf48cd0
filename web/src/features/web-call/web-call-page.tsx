import type { ReactNode } from 'react';

export function WebCallPage({ corner }: { tenant: string; corner: ReactNode }) {
  return <main>{corner}</main>;
}
