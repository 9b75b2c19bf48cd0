import { Code, Group, TagsInput, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { CopyValue } from './copy-value.tsx';
import { isWebhook, type Receivers, wrongAddresses } from './receivers.ts';

interface MailProps {
  value: readonly string[];
  description: string;
  onChange: (recipients: string[]) => void;
}

/** Mail addresses; what is none is said before it is sent. */
export function MailInput({ value, description, onChange }: MailProps) {
  const { t } = useLingui();
  const wrong = wrongAddresses(value).join(', ');
  return <TagsInput label={t`Mail to`} description={description} value={[...value]} onChange={onChange} error={wrong === '' ? undefined : t`Not a mail address: ${wrong}`} maxTags={20} splitChars={[',', ' ', ';']} acceptValueOnBlur />;
}

interface Props {
  value: Receivers;
  /** As it is stored; null = new. The secret belongs to the stored address. */
  stored: (Receivers & { webhookSecret: string }) | null;
  mailHint: string;
  onChange: (part: Partial<Receivers>) => void;
}

/** Who is told by mail, and which server by webhook, with the secret of its signature. */
export function ReceiverInputs({ value, stored, mailHint, onChange }: Props) {
  const { t } = useLingui();
  return (
    <>
      <MailInput value={value.recipients} description={mailHint} onChange={(recipients) => onChange({ recipients })} />
      <TextInput label={t`Webhook`} description={t`Called with POST and an HMAC-SHA-256 signature; only servers of the public internet`} placeholder="https://" value={value.webhookUrl} onChange={(event) => onChange({ webhookUrl: event.currentTarget.value })} error={isWebhook(value.webhookUrl.trim()) ? undefined : t`Not a web address`} maxLength={1000} />
      {stored && stored.webhookSecret !== '' && value.webhookUrl === stored.webhookUrl && (
        <Group gap="xs">
          <Text size="sm">
            <Trans>Secret of the signature:</Trans>
          </Text>
          <Code style={{ overflowWrap: 'anywhere' }}>{stored.webhookSecret}</Code>
          <CopyValue value={stored.webhookSecret} label={t`Copy the secret`} />
        </Group>
      )}
    </>
  );
}
