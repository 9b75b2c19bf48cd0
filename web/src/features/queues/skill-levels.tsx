import { ActionIcon, Button, Group, Input, NumberInput, Stack, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';

type Skills = Record<string, number>;

/** Skills with their levels 1 to 5. */
export function SkillLevels({ label, skills, onChange }: { label: string; skills: Skills; onChange: (skills: Skills) => void }) {
  const { t } = useLingui();
  const [name, setName] = useState('');
  const wanted = name.trim().toLowerCase();
  const isName = /^[a-z0-9][a-z0-9_-]{0,49}$/.test(wanted);
  const add = (): void => {
    if (!isName) return;
    onChange({ ...skills, [wanted]: skills[wanted] ?? 3 });
    setName('');
  };
  return (
    <Input.Wrapper label={label} labelElement="div">
      <Stack gap="xs" mt={4}>
        {Object.entries(skills).map(([skill, level]) => (
          <Group key={skill} gap="xs" wrap="nowrap">
            <TextInput value={skill} readOnly aria-label={t`Skill`} w={200} />
            <NumberInput value={level} onChange={(next) => onChange({ ...skills, [skill]: Math.min(5, Math.max(1, Number(next) || 1)) })} min={1} max={5} allowDecimal={false} aria-label={t`Level of ${skill}`} w={90} />
            <ActionIcon variant="subtle" color="gray" aria-label={t`Remove ${skill}`} onClick={() => onChange(Object.fromEntries(Object.entries(skills).filter(([other]) => other !== skill)))}>
              <IconX size={18} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Group gap="xs" align="flex-start">
          <TextInput
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
              event.preventDefault();
              add();
            }}
            placeholder={t`Name of a skill`}
            aria-label={t`Name of a new skill`}
            error={wanted !== '' && !isName ? t`Small letters, digits, - and _ only` : undefined}
            maxLength={50}
            w={200}
          />
          <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} disabled={!isName} onClick={add}>
            <Trans>Add</Trans>
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
