import { Badge, Code, Table, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { diffFlows, type NodeChange } from '../../../../shared/flow/diff.ts';
import type { Flow } from '../../../../shared/flow/nodes.ts';
import { TableFrame } from '../../records/table-frame.tsx';
import { useNodeName } from './node-name.ts';

const shown = (value: unknown): string => (value === null ? '—' : typeof value === 'string' ? value : JSON.stringify(value, null, 1));

const COLORS = { added: 'teal', removed: 'red', changed: 'orange', moved: 'gray' } as const;

function KindName({ kind }: { kind: NodeChange['kind'] }) {
  switch (kind) {
    case 'added':
      return <Trans>Step added</Trans>;
    case 'removed':
      return <Trans>Step removed</Trans>;
    case 'changed':
      return <Trans>Step changed</Trans>;
    case 'moved':
      return <Trans>Moved or renamed</Trans>;
  }
}

/** Two versions of a flow side by side: every step that differs, field by field. */
export function DiffView({ before, after, beforeName }: { before: Flow; after: Flow; beforeName: ReactNode }) {
  const { start, changes } = diffFlows(before, after);
  const oldName = useNodeName(before);
  const newName = useNodeName(after);
  if (start === null && changes.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        <Trans>There is no difference.</Trans>
      </Text>
    );
  }
  return (
    <TableFrame minWidth={560}>
      <Table verticalSpacing="xs" layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="28%">
              <Trans>Step</Trans>
            </Table.Th>
            <Table.Th>{beforeName}</Table.Th>
            <Table.Th>
              <Trans>Editor</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {start && (
            <Table.Tr>
              <Table.Td>
                <Trans>First step</Trans>
              </Table.Td>
              <Table.Td>{oldName(start.before)}</Table.Td>
              <Table.Td>{newName(start.after)}</Table.Td>
            </Table.Tr>
          )}
          {changes.map((change) => (
            <Change key={change.node} change={change} name={change.kind === 'removed' ? oldName(change.node) : newName(change.node)} />
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function Change({ change, name }: { change: NodeChange; name: string }) {
  const head = (
    <>
      <Badge size="sm" color={COLORS[change.kind]}>
        <KindName kind={change.kind} />
      </Badge>{' '}
      {name}
    </>
  );
  if (change.fields.length === 0) {
    return (
      <Table.Tr>
        <Table.Td colSpan={3}>{head}</Table.Td>
      </Table.Tr>
    );
  }
  return change.fields.map(({ field, before, after }, index) => (
    <Table.Tr key={field}>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        {index === 0 && head} <Code>{field}</Code>
      </Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }} bg="red.0">
        {shown(before)}
      </Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }} bg="teal.0">
        {shown(after)}
      </Table.Td>
    </Table.Tr>
  ));
}
