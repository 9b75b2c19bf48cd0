import { Alert, Button, Group, NavLink, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconSearch, IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { ErrorState } from '../../components/list-states.tsx';
import { useProblemText } from '../../lib/problem-text.ts';
import { useSession } from '../../lib/session.ts';
import { useCreateCustomer } from './api/use-create-customer.ts';
import { useCustomerSearch } from './api/use-customer-search.ts';

interface Props {
  /** Number of the caller; a new record gets it. */
  number: string;
  onChoose: (customerId: string) => void;
}

/** Finds the caller's record by name, kana or another number, or makes one. */
export function CustomerFinder({ number, onChoose }: Props) {
  const { t } = useLingui();
  const { can } = useSession();
  const [text, setText] = useState('');
  const [creating, setCreating] = useState(false);
  const [settled] = useDebouncedValue(text.trim(), 250);
  const search = useCustomerSearch(settled);
  const found = settled === '' ? [] : (search.data?.items ?? []);

  return (
    <Stack gap="sm">
      <TextInput
        type="search"
        label={t`Search customers`}
        placeholder={t`Name, kana, number, company`}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={text}
        maxLength={100}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {search.isError && <ErrorState error={search.error} onRetry={() => void search.refetch()} />}
      {settled !== '' && search.isSuccess && found.length === 0 && (
        <Text size="sm" c="gray.7" role="status">
          <Trans>No customer matches.</Trans>
        </Text>
      )}
      <div>
        {found.map((customer) => (
          <NavLink
            key={customer.id}
            component="button"
            type="button"
            label={`${customer.familyName} ${customer.givenName}`.trim()}
            description={[`${customer.familyNameKana} ${customer.givenNameKana}`.trim(), customer.companyName, customer.phones.join(' / ')]
              .filter((part) => part !== '')
              .join(' · ')}
            onClick={() => onChoose(customer.id)}
          />
        ))}
      </div>
      {can('customer.write') && !creating && (
        <Button variant="default" leftSection={<IconUserPlus size={18} aria-hidden />} onClick={() => setCreating(true)}>
          <Trans>New customer</Trans>
        </Button>
      )}
      {creating && <NewCustomer number={number} onMade={onChoose} onCancel={() => setCreating(false)} />}
    </Stack>
  );
}

interface NewProps {
  number: string;
  onMade: (customerId: string) => void;
  onCancel: () => void;
}

/** Only what is asked on the telephone; the rest belongs on the customer's page. */
function NewCustomer({ number, onMade, onCancel }: NewProps) {
  const { t } = useLingui();
  const problemText = useProblemText();
  const create = useCreateCustomer();
  const form = useForm({
    initialValues: { familyName: '', givenName: '', familyNameKana: '', givenNameKana: '', phone: number },
    validate: {
      familyName: (value, values) => (value.trim() === '' && values.givenName.trim() === '' ? t`Enter a name.` : null),
    },
  });
  const submit = form.onSubmit(async ({ phone, ...names }) => {
    try {
      const made = await create.mutateAsync({ ...names, phones: phone.trim() === '' ? [] : [phone] });
      onMade(made.id);
    } catch {
      // Shown below; the entries stay.
    }
  });
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Group gap="xs" grow align="flex-start">
          <TextInput label={t`Family name`} data-autofocus maxLength={100} {...form.getInputProps('familyName')} />
          <TextInput label={t`Given name`} maxLength={100} {...form.getInputProps('givenName')} />
        </Group>
        <Group gap="xs" grow>
          <TextInput label={t`Family name (kana)`} maxLength={100} {...form.getInputProps('familyNameKana')} />
          <TextInput label={t`Given name (kana)`} maxLength={100} {...form.getInputProps('givenNameKana')} />
        </Group>
        <TextInput label={t`Phone number`} type="tel" maxLength={40} {...form.getInputProps('phone')} />
        {create.isError && (
          <Alert role="alert" color="red">
            {problemText(create.error)}
          </Alert>
        )}
        <Group gap="xs">
          <Button type="submit" loading={create.isPending}>
            <Trans>Make the record</Trans>
          </Button>
          <Button variant="default" onClick={onCancel}>
            <Trans>Cancel</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
