import { Select } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { peopleOptions, usePeople } from './people.ts';

interface Props {
  value: string | null;
  /** The record as stored: its owner stays eligible, also when the account was disabled meanwhile. */
  present: { ownerId: string | null; ownerName: string } | undefined;
  description?: string;
  onChange: (ownerId: string | null) => void;
}

/** Who looks after a case or a customer: any active user, or nobody. */
export function OwnerSelect({ value, present, description, onChange }: Props) {
  const { t } = useLingui();
  const data = peopleOptions(usePeople('active'));
  if (present?.ownerId && !data.some((option) => option.value === present.ownerId)) {
    data.unshift({ value: present.ownerId, label: present.ownerName });
  }
  return <Select label={t`Owner`} description={description} placeholder={t`Nobody`} searchable clearable data={data} value={value} onChange={onChange} />;
}
