import { Button, Card, DataList, Grid, Group, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPencil } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { type Customer, getCustomer } from '../../../../shared/api/customers.ts';
import { call } from '../../lib/api.ts';
import { BackLink } from '../../records/links.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { RecordMeta } from '../../records/record-meta.tsx';
import { useSession } from '../../lib/session.ts';
import { RecordPage } from '../../records/record-page.tsx';
import { useOne } from '../../records/use-one.ts';
import { CustomerCautions } from './customer-cautions.tsx';
import { CustomerFormModal } from './customer-form.tsx';
import { kanaOf, nameOf } from './customer-name.ts';
import { CustomerTimeline } from './customer-timeline.tsx';
import { CallNumber } from '../../softphone/call-number.tsx';
import { Tag } from '../../records/tag.tsx';

interface Props {
  /** The cases of a customer; another feature's, put here by the route. */
  cases: (customerId: string) => ReactNode;
}

/** One customer: who they are, what is open, what happened. */
export function CustomerPage({ cases }: Props) {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useSession();
  const [editing, setEditing] = useState(false);
  const customer = useOne([getCustomer.id, id], (signal) => call(getCustomer, { params: { id } }, signal));
  const back = (
    <BackLink to="/customers">
      <Trans>Customers</Trans>
    </BackLink>
  );
  return (
    <RecordPage query={customer} title={<Trans>Customer</Trans>} back={back}>
      {(item) => (
        <Stack gap="md">
          <PageHead title={nameOf(item)} hint={kanaOf(item)} back={back}>
            {can('customer.write') && (
              <Button variant="default" leftSection={<IconPencil size={18} aria-hidden />} onClick={() => setEditing(true)}>
                <Trans>Edit</Trans>
              </Button>
            )}
          </PageHead>
          <Grid gap="md">
            <Grid.Col span={{ base: 12, md: 5 }}>
              <Stack gap="md">
                <CustomerFacts customer={item} />
                <CustomerCautions customerId={id} />
                {can('case.read') && cases(id)}
              </Stack>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 7 }}>
              <CustomerTimeline customerId={id} />
            </Grid.Col>
          </Grid>
          <RecordMeta record={item} />
          {editing && <CustomerFormModal customer={item} onClose={() => setEditing(false)} onSaved={() => void customer.refetch()} />}
        </Stack>
      )}
    </RecordPage>
  );
}

function CustomerFacts({ customer }: { customer: Customer }) {
  const { t } = useLingui();
  const rows: { label: string; value: string; phones?: readonly string[] }[] = [
    { label: t`Phone numbers`, value: customer.phones.join('\n'), phones: customer.phones },
    { label: t`Mail addresses`, value: customer.emails.join('\n') },
    { label: t`Company`, value: customer.companyName },
    { label: t`Owner`, value: customer.ownerName },
    { label: t`Note`, value: customer.note },
    ...Object.entries(customer.custom).map(([label, value]) => ({ label, value })),
  ];
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        {customer.labels.length > 0 && (
          <Group gap="xs">
            {customer.labels.map((label) => (
              <Tag key={label} color="navy">
                {label}
              </Tag>
            ))}
          </Group>
        )}
        <DataList labelWidth={130}>
          {rows.map((row) => (
            <DataList.Item key={row.label}>
              <DataList.ItemLabel>{row.label}</DataList.ItemLabel>
              <DataList.ItemValue>
                {row.value === '' ? (
                  <Text size="sm" c="dimmed">
                    <Trans>None</Trans>
                  </Text>
                ) : row.phones ? (
                  <Group gap={6}>
                    {row.phones.map((phone) => (
                      <CallNumber key={phone} number={phone} />
                    ))}
                  </Group>
                ) : (
                  <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                    {row.value}
                  </Text>
                )}
              </DataList.ItemValue>
            </DataList.Item>
          ))}
        </DataList>
      </Stack>
    </Card>
  );
}
