import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useLingui } from '@lingui/react/macro';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { createCompany, listCompanies } from '../../../../shared/api/companies.ts';
import { call } from '../../lib/api.ts';
import { useSave } from '../../records/use-save.ts';

interface Props {
  value: string | null;
  /** Name of the stored company, so that it can be shown before any search. */
  name: string;
  onChange: (companyId: string | null) => void;
}

/** The option that adds what was typed; no id looks like it. */
const ADD = 'add';

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
  const typed = search.trim();
  const isNew = typed !== '' && typed === settled && companies.isSuccess && !options.some((option) => option.label === typed);

  return (
    <Select
      label={t`Company`}
      data={isNew ? [...options, { value: ADD, label: t`Add “${typed}” as a new company` }] : options}
      value={value}
      onChange={(chosen) => (chosen === ADD ? add.mutate(typed) : onChange(chosen))}
      searchable
      clearable
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options: all }) => all}
      nothingFoundMessage={t`No company matches`}
      disabled={add.isPending}
      maw={420}
    />
  );
}
