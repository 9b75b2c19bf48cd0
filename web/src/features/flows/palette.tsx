import { Menu, Button, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import type { FlowVerb } from '../../../../shared/flow/nodes.ts';
import { DRAG_TYPE } from './flow-canvas.tsx';
import classes from './palette.module.css';
import { GROUPS, VERBS, verbsOf } from './verbs.ts';

interface Props {
  onAdd: (verb: FlowVerb) => void;
}

/** Every kind of step, to be clicked or dragged into the drawing. */
export function Palette({ onAdd }: Props) {
  const { i18n, t } = useLingui();
  return (
    <Stack gap="xs" p="xs" role="group" aria-label={t`Steps to add`}>
      {GROUPS.map(({ group, label }) => (
        <Stack key={group} gap={2}>
          <Text size="xs" c="dimmed" fw={600} px={6}>
            {i18n._(label)}
          </Text>
          {verbsOf(group).map((verb) => {
            const { icon: Icon, color, label: name, hint } = VERBS[verb];
            return (
              <Tooltip key={verb} label={i18n._(hint)} position="right" openDelay={500}>
                <UnstyledButton className={classes.item ?? ''} draggable onDragStart={(event) => event.dataTransfer.setData(DRAG_TYPE, verb)} onClick={() => onAdd(verb)}>
                  <Icon size={16} color={`var(--mantine-color-${color}-7)`} aria-hidden />
                  {i18n._(name)}
                </UnstyledButton>
              </Tooltip>
            );
          })}
        </Stack>
      ))}
    </Stack>
  );
}

/** The same as a menu, where there is no room for the list. */
export function AddMenu({ onAdd }: Props) {
  const { i18n } = useLingui();
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <Button size="compact-md" variant="default" leftSection={<IconPlus size={16} aria-hidden />}>
          <Trans>Add a step</Trans>
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        {GROUPS.map(({ group, label }) => (
          <div key={group}>
            <Menu.Label>{i18n._(label)}</Menu.Label>
            {verbsOf(group).map((verb) => {
              const { icon: Icon, color, label: name } = VERBS[verb];
              return (
                <Menu.Item key={verb} leftSection={<Icon size={16} color={`var(--mantine-color-${color}-7)`} aria-hidden />} onClick={() => onAdd(verb)}>
                  {i18n._(name)}
                </Menu.Item>
              );
            })}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
