import { Button, SimpleGrid } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

interface Props {
  onDigit: (digit: string) => void;
  disabled?: boolean;
}

/** The twelve keys of a telephone. */
export function Keypad({ onDigit, disabled = false }: Props) {
  const { t } = useLingui();
  return (
    <SimpleGrid cols={3} spacing="xs" verticalSpacing="xs" role="group" aria-label={t`Keypad`}>
      {KEYS.map((key) => (
        <Button key={key} variant="default" size="md" disabled={disabled} onClick={() => onDigit(key)}>
          {key}
        </Button>
      ))}
    </SimpleGrid>
  );
}
