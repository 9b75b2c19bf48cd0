import { Select } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { Case } from '../../../../shared/api/cases.ts';
import { peopleOptions, usePeople } from '../../records/people.ts';

interface Props {
  value: string | null;
  /** The case as stored: its owner stays eligible, also when the account was disabled meanwhile. */
  present: Pick<Case, 'ownerId' | 'ownerName'> | undefined;
  onChange: (ownerId: string | null) => void;
}

/** Who looks after a case: any active user, or nobody. */
export function OwnerSelect({ value, present, onChange }: Props) {
  const { t } = useLingui();
  const data = peopleOptions(usePeople('active'));
  if (present?.ownerId && !data.some((option) => option.value === present.ownerId)) {
    data.unshift({ value: present.ownerId, label: present.ownerName });
  }
  return <Select label={t`Owner`} placeholder={t`Nobody`} searchable clearable data={data} value={value} onChange={onChange} />;
}
