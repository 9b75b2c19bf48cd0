import { Button, Group, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { createCompany, listCompanies } from '../../../../shared/api/companies.ts';
import { call } from '../../lib/api.ts';
import { useSave } from '../records/use-save.ts';

interface Props {
  value: string | null;
  /** Name of the stored company, so that it can be shown before any search. */
  name: string;
  onChange: (companyId: string | null) => void;
}

/** Chooses a company by part of its name; one that is not there yet is added in place. */
export function CompanySelect({ value, name, onChange }: Props) {
  const { t } = useLingui();
  const [stored] = useState({ id: value, name });
  const [added, setAdded] = useState<{ id: string; name: string } | null>(null);
  const [search, setSearch] = useState(name);
  const [settled] = useDebouncedValue(search.trim(), 250);
  const companies = useQuery({
    queryKey: [listCompanies.id, settled],
    queryFn: ({ signal }) => call(listCompanies, { query: settled === '' ? { limit: 20 } : { limit: 20, q: settled } }, signal),
    placeholderData: keepPreviousData,
  });
  const add = useSave({
    run: (text: string) => call(createCompany, { body: { name: text } }),
    refresh: [listCompanies.id],
    done: t`Company added`,
    onDone: (company) => {
      setAdded(company);
      setSearch(company.name);
      onChange(company.id);
    },
  });
  const found = companies.data?.items ?? [];
  const known = [added, stored.id === null ? null : { id: stored.id, name: stored.name }, ...found].filter((item) => item !== null);
  const options = [...new Map(known.map((item) => [item.id, { value: item.id, label: item.name }])).values()];
  const isNew = search.trim() !== '' && !options.some((option) => option.label === search.trim());

  return (
    <Group align="flex-end" gap="xs">
      <Select
        label={t`Company`}
        data={options}
        value={value}
        onChange={onChange}
        searchable
        clearable
        searchValue={search}
        onSearchChange={setSearch}
        filter={({ options: all }) => all}
        nothingFoundMessage={t`No company matches`}
        maw={420}
        flex={1}
      />
      {isNew && settled === search.trim() && companies.isSuccess && (
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} loading={add.isPending} onClick={() => add.mutate(search.trim())}>
          <Trans>Add as a new company</Trans>
        </Button>
      )}
    </Group>
  );
}
