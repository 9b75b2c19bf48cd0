import { Button, Code, Group, Select, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconChevronDown, IconChevronRight, IconEye } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import { AUDIT_CODES, type AuditCode } from '../../../../shared/audit-codes.ts';
import { type AuditEntryView, listAudit } from '../../../../shared/api/audit.ts';
import { call } from '../../lib/api.ts';
import { wordsIn } from '../../lib/both-languages.ts';
import { rangeQuery } from '../../records/day-range.ts';
import { useActorName } from '../../records/actor-name.ts';
import { usePeople } from '../../records/people.ts';
import { CallLink, CustomerLink } from '../../records/links.tsx';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { exactTimeText } from '../../records/times.ts';
import { TableFrame } from '../../records/table-frame.tsx';
import { PeriodInputs } from '../../records/filter-inputs.tsx';
import { useList } from '../../records/use-list.ts';
import { useKept } from '../../records/kept.ts';
import { AuditActions } from './audit-actions.tsx';
import { AUDIT_SUBJECTS, auditSentence, isWarning } from './audit-texts.ts';

const noFilter = { fromDay: '', toDay: '', code: null as AuditCode | null, actor: null as string | null };
type Filter = typeof noFilter;

/** Everything that was done, by whom, from where; with proof that nothing was changed afterwards. */
export default function AuditPage() {
  const { t } = useLingui();
  const [filter, setFilter] = useKept('filter', noFilter);
  const range = rangeQuery(filter.fromDay, filter.toDay);
  const list = useList([listAudit.id, filter], (cursor, signal) =>
    call(
      listAudit,
      {
        query: {
          limit: 100,
          ...range,
          ...(filter.code === null ? {} : { code: filter.code }),
          ...(filter.actor === null ? {} : { actor: filter.actor }),
          ...(cursor === undefined ? {} : { cursor }),
        },
      },
      signal,
    ),
  );
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Audit log</Trans>} hint={<Trans>Entries are only ever added; each one seals the one before it.</Trans>}>
        <Button component={Link} to="/audit/provider-access" variant="default" leftSection={<IconEye size={18} aria-hidden />}>
          <Trans>Access by the provider</Trans>
        </Button>
      </PageHead>
      <AuditActions range={range} />
      <Filters value={filter} onChange={setFilter} />
      <ListState list={list} empty={{ title: t`No entry matches`, hint: t`Try a longer period or fewer conditions.` }}>
        {(entries) => <AuditTable entries={entries} />}
      </ListState>
    </Stack>
  );
}

function Filters({ value, onChange }: { value: Filter; onChange: (filter: Filter) => void }) {
  const { i18n, t } = useLingui();
  const people = usePeople();
  const set = (part: Partial<Filter>) => onChange({ ...value, ...part });
  const groups = Object.entries(AUDIT_SUBJECTS).map(([subject, words]) => ({
    group: wordsIn(i18n.locale, words),
    items: AUDIT_CODES.filter((code) => code.startsWith(`${subject}.`)).map((code) => ({ value: code, label: auditSentence(code, i18n.locale) })),
  }));
  return (
    <Group gap="sm" align="flex-end">
      <PeriodInputs value={value} onChange={set} />
      <Select
        label={t`What happened`}
        placeholder={t`All`}
        searchable
        clearable
        w={320}
        data={groups}
        value={value.code}
        onChange={(code) => set({ code: code as AuditCode | null })}
      />
      <Select
        label={t`Who`}
        placeholder={t`All`}
        searchable
        clearable
        w={200}
        data={people.map((person) => ({ value: `user:${person.id}`, label: person.name }))}
        value={value.actor}
        onChange={(actor) => set({ actor })}
      />
    </Group>
  );
}

function AuditTable({ entries }: { entries: AuditEntryView[] }) {
  const [open, setOpen] = useState<number | null>(null);
  return (
    <TableFrame minWidth={760}>
      <Table verticalSpacing={6} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={90}>
              <Trans>No.</Trans>
            </Table.Th>
            <Table.Th w={170}>
              <Trans>Time (JST)</Trans>
            </Table.Th>
            <Table.Th w={150}>
              <Trans>Who</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>What happened</Trans>
            </Table.Th>
            <Table.Th w={140}>
              <Trans>From (IP)</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Fragment key={entry.seq}>
              <AuditRow entry={entry} open={open === entry.seq} onToggle={() => setOpen(open === entry.seq ? null : entry.seq)} />
              {open === entry.seq && (
                <Table.Tr>
                  <Table.Td colSpan={5}>
                    <Raw entry={entry} />
                  </Table.Td>
                </Table.Tr>
              )}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function AuditRow({ entry, open, onToggle }: { entry: AuditEntryView; open: boolean; onToggle: () => void }) {
  const { i18n, t } = useLingui();
  const actorName = useActorName();
  const who = entry.actorName || actorName(entry.actor);
  return (
    <Table.Tr>
      <Table.Td>
        <UnstyledButton aria-expanded={open} aria-label={t`Details of entry ${entry.seq}`} onClick={onToggle}>
          <Group gap={4} wrap="nowrap" fz="sm">
            {open ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
            {entry.seq}
          </Group>
        </UnstyledButton>
      </Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>{exactTimeText(entry.at, i18n.locale)}</Table.Td>
      <Table.Td>{who}</Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          {isWarning(entry.code) && <IconAlertTriangle size={16} color="var(--mantine-color-orange-7)" role="img" aria-label={t`Warning`} />}
          <Text size="sm">{auditSentence(entry.code, i18n.locale)}</Text>
          <SubjectLink entry={entry} />
        </Group>
      </Table.Td>
      <Table.Td>{entry.ip}</Table.Td>
    </Table.Tr>
  );
}

function SubjectLink({ entry }: { entry: AuditEntryView }) {
  if (entry.subjectKind === 'customer') {
    return (
      <CustomerLink id={entry.subjectId}>
        <Trans>Customer</Trans>
      </CustomerLink>
    );
  }
  if (entry.subjectKind === 'call') {
    return (
      <CallLink id={entry.subjectId}>
        <Trans>Call</Trans>
      </CallLink>
    );
  }
  return null;
}

function Raw({ entry }: { entry: AuditEntryView }) {
  return (
    <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {JSON.stringify(entry, null, 2)}
    </Code>
  );
}
