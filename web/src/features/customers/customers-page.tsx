import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type Customer, listCustomers } from '../../../../shared/api/customers.ts';
import { call } from '../../lib/api.ts';
import { CustomerLink } from '../../records/links.tsx';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { useSession } from '../../lib/session.ts';
import { formatDateTime } from '../../lib/format.ts';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useKept } from '../../records/kept.ts';
import { CustomerFormModal } from './customer-form.tsx';
import { kanaOf, nameOf } from './customer-name.ts';
import { Tag } from '../../records/tag.tsx';

/** Search and list of customers. */
export default function CustomersPage() {
  const { t } = useLingui();
  const { can } = useSession();
  const navigate = useNavigate();
  const [text, setText] = useKept<string>('search', '');
  const [creating, setCreating] = useState(false);
  const [settled] = useDebouncedValue(text.trim(), 250);
  const list = useList([listCustomers.id, settled], (cursor, signal) =>
    call(listCustomers, { query: { limit: 50, ...(cursor === undefined ? {} : { cursor }), ...(settled === '' ? {} : { q: settled }) } }, signal),
  );
  const add = can('customer.write') && (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setCreating(true)}>
      <Trans>New customer</Trans>
    </Button>
  );

  return (
    <Stack gap="md">
      <PageHead title={<Trans>Customers</Trans>}>{add}</PageHead>
      <TextInput
        type="search"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        label={t`Search customers`}
        description={t`Part of a name, kana, company, mail address or number in any form`}
        leftSection={<IconSearch size={18} aria-hidden />}
        maxLength={100}
        maw={520}
      />
      <ListState
        list={list}
        empty={
          settled === ''
            ? { title: t`No customers yet`, hint: t`Customers you add appear here.`, action: add }
            : { title: t`No customer matches “${settled}”`, hint: t`Try fewer characters, the kana, or the last digits of the number.` }
        }
      >
        {(customers) => <CustomerTable customers={customers} />}
      </ListState>
      {creating && (
        <CustomerFormModal
          onClose={() => setCreating(false)}
          onSaved={(customer) => void navigate({ to: '/customers/$id', params: { id: customer.id } })}
        />
      )}
    </Stack>
  );
}

function CustomerTable({ customers }: { customers: Customer[] }) {
  const { i18n } = useLingui();
  return (
    <TableFrame minWidth={640}>
      <Table highlightOnHover verticalSpacing="xs">
        <Columns>
          <Trans>Name</Trans>
          <Trans>Numbers</Trans>
          <Trans>Company</Trans>
          <Trans>Updated</Trans>
        </Columns>
        <Table.Tbody>
          {customers.map((customer) => (
            <Table.Tr key={customer.id}>
              <Table.Td>
                <Text size="xs" c="dimmed">
                  {kanaOf(customer)}
                </Text>
                <Group gap="xs">
                  <CustomerLink id={customer.id}>{nameOf(customer)}</CustomerLink>
                  {customer.labels.map((label) => (
                    <Tag key={label} color="navy">
                      {label}
                    </Tag>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td>
                {customer.phones.map((phone) => (
                  <Text key={phone} size="sm" style={{ whiteSpace: 'nowrap' }}>
                    {phone}
                  </Text>
                ))}
              </Table.Td>
              <Table.Td>
                <Text size="sm">{customer.companyName}</Text>
              </Table.Td>
              <Table.Td>
                <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
                  {formatDateTime(customer.updatedAt, i18n.locale)}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
