import { Alert, Button, Center, Group, List, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconEqual, IconPencil, IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { USER_HEADINGS, type ImportFault, type ImportLine, type UserImportAnswer } from '../../../../shared/api/user-imports.ts';
import classes from '../../components/stacked-table.module.css';
import { languageOf } from '../../lib/both-languages.ts';
import { Columns, StackedFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';

/** Rows that are drawn at once. */
const PART = 100;

const LOOK = {
  create: { color: 'teal', icon: IconUserPlus },
  change: { color: 'blue', icon: IconPencil },
  unchanged: { color: 'gray', icon: IconEqual },
  fault: { color: 'red', icon: IconAlertTriangle },
} as const;

type Shown = 'all' | ImportLine['action'];

/** What a file would do, or has done, line by line. */
export function ImportResult({ answer }: { answer: UserImportAnswer }) {
  const { t } = useLingui();
  const [shown, setShown] = useState<Shown>(answer.faulty > 0 ? 'fault' : 'all');
  const [most, setMost] = useState(PART);
  const faultText = useFaultText();
  const lines = answer.lines.filter(({ action }) => shown === 'all' || action === shown);
  const choices: [Shown, string, number][] = [
    ['all', t`All`, answer.lines.length],
    ['create', t`Newly created`, answer.creates],
    ['change', t`Changed`, answer.changes],
    ['unchanged', t`Unchanged`, answer.unchanged],
    ['fault', t`Faults`, answer.faulty],
  ];
  return (
    <Stack gap="sm">
      {(answer.faulty > 0 || answer.faults.length > 0) && (
        <Alert color="red" role="alert" icon={<IconAlertTriangle aria-hidden />} title={<Trans>The file has faults; nothing is changed</Trans>}>
          {answer.faults.length > 0 && (
            <List size="sm">
              {answer.faults.map((fault) => (
                <List.Item key={`${fault.fault} ${fault.text}`}>{faultText(fault)}</List.Item>
              ))}
            </List>
          )}
        </Alert>
      )}
      {answer.lines.length > 0 && (
        <>
          <SegmentedControl
            aria-label={t`Lines`}
            style={{ overflowX: 'auto' }}
            value={shown}
            onChange={(next) => (setShown(next as Shown), setMost(PART))}
            data={choices.filter(([value, , count]) => value === 'all' || count > 0).map(([value, label, count]) => ({ value, label: `${label} ${count}` }))}
          />
          <Lines lines={lines.slice(0, most)} />
          {lines.length > most && (
            <Center>
              <Button variant="default" onClick={() => setMost(most + PART)}>
                <Trans>Show more</Trans>
              </Button>
            </Center>
          )}
        </>
      )}
    </Stack>
  );
}

function Lines({ lines }: { lines: ImportLine[] }) {
  const { t } = useLingui();
  const words: Readonly<Record<ImportLine['action'], string>> = { create: t`Newly created`, change: t`Changed`, unchanged: t`Unchanged`, fault: t`Fault` };
  return (
    <StackedFrame>
      <Table verticalSpacing="xs" className={classes.table ?? ''}>
        <Columns>
          <Trans>Login ID</Trans>
          <Trans>Line</Trans>
          <Trans>Name</Trans>
          <Trans>Effect</Trans>
          <Trans>Details</Trans>
        </Columns>
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={line.line}>
              <Table.Td ff="monospace">{line.loginId || '–'}</Table.Td>
              <Table.Td data-label={t`Line`}>{line.line}</Table.Td>
              <Table.Td data-label={t`Name`}>{line.name || '–'}</Table.Td>
              <Table.Td miw={150} data-label={t`Effect`}>
                <Tag {...LOOK[line.action]}>{words[line.action]}</Tag>
              </Table.Td>
              <Table.Td className={classes.wide ?? ''}>
                <Details line={line} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </StackedFrame>
  );
}

function Details({ line }: { line: ImportLine }) {
  const { i18n } = useLingui();
  const faultText = useFaultText();
  const headings = USER_HEADINGS[languageOf(i18n.locale)];
  return (
    <Stack gap={2}>
      {line.faults.map((fault) => (
        <Text key={`${fault.column} ${fault.fault}`} size="sm" c="red" style={{ overflowWrap: 'anywhere' }}>
          {faultText(fault)}
        </Text>
      ))}
      {line.action === 'change' &&
        line.changes.map(({ column, before, after }) => (
          <Group key={column} gap={6} wrap="wrap">
            <Text size="sm" c="dimmed">
              {headings[column]}
            </Text>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {before || '–'} → {after || '–'}
            </Text>
          </Group>
        ))}
    </Stack>
  );
}

/** A fault in words, with the column and what stands there. */
function useFaultText(): (fault: ImportFault) => string {
  const { i18n, t } = useLingui();
  const headings = USER_HEADINGS[languageOf(i18n.locale)];
  return ({ column, fault, text }) => {
    const head = column === null ? '' : headings[column];
    const texts: Readonly<Record<ImportFault['fault'], string>> = {
      encoding: t`The file is neither in UTF-8 nor in Shift_JIS.`,
      empty: t`The file has no lines below its head.`,
      tooMany: t`The file has ${text} lines; at most 2,000 are taken.`,
      unknownColumn: t`There is no column “${text}”. See the template.`,
      missingColumn: t`The column “${head}” is missing.`,
      twiceColumn: t`The column “${head}” stands there twice.`,
      cells: t`The line has more cells than the head.`,
      required: t`${head}: needed`,
      invalid: t`${head}: “${text}” is not allowed.`,
      twice: t`${head}: stands in line ${text} already.`,
      profile: t`${head}: there is no profile “${text}”.`,
      status: t`${head}: “${text}” is neither active nor disabled.`,
      aboveYou: t`This reaches further than your own permissions.`,
      ownAccount: t`You cannot disable yourself or change your own profile.`,
      lastAdministrator: t`No active administrator (SV) would be left.`,
    };
    return texts[fault];
  };
}
