import { Alert, Button, Group, Text } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconShieldCheck, IconShieldOff } from '@tabler/icons-react';
import { useState } from 'react';
import { getSecondFactor, renewRecoveryCodes, type SecondFactor, turnOffSecondFactor } from '../../../../shared/api/account.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { OneState } from '../../records/one-state.tsx';
import { Tag } from '../../records/tag.tsx';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';
import { PasswordDialog } from './password-dialog.tsx';
import { RecoveryCodesDialog } from './recovery-codes.tsx';
import { SetUpDialog } from './set-up-dialog.tsx';

/** So few recovery codes left are worth a warning. */
const FEW = 3;

/** Turns codes of an authenticator app on and off. */
export function SecondFactorSettings() {
  const query = useOne([getSecondFactor.id], (signal) => call(getSecondFactor, {}, signal));
  return (
    <OneState query={query}>
      {(factor) => (
        <>
          {factor.since === null ? <Off hasPasskey={factor.active} /> : <On factor={factor} since={factor.since} />}
          {factor.active && <Recovery left={factor.recoveryCodesLeft} />}
        </>
      )}
    </OneState>
  );
}

/** @param hasPasskey a passkey is the second factor already */
function Off({ hasPasskey }: { hasPasskey: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Group gap="sm">
        {hasPasskey ? (
          <Tag color="teal" icon={IconShieldCheck}>
            <Trans>On by a passkey</Trans>
          </Tag>
        ) : (
          <Tag icon={IconShieldOff}>
            <Trans>Not set up</Trans>
          </Tag>
        )}
        <Text size="sm" c="gray.7">
          {hasPasskey ? <Trans>An app on your telephone can be a second way, for where the passkey is not at hand.</Trans> : <Trans>With it, a login needs a code of an app on your telephone beside the password.</Trans>}
        </Text>
      </Group>
      <Group>
        <Button variant={hasPasskey ? 'default' : 'filled'} onClick={() => setOpen(true)}>
          <Trans>Set it up</Trans>
        </Button>
      </Group>
      {open && <SetUpDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function On({ factor, since }: { factor: SecondFactor; since: string }) {
  const { i18n, t } = useLingui();
  const [asked, setAsked] = useState(false);
  const off = useSave({
    run: (password: string) => call(turnOffSecondFactor, { body: { password } }),
    refresh: [getSecondFactor.id],
    done: t`Two-factor authentication is off`,
    onDone: () => setAsked(false),
  });
  const day = formatDateTime(since, i18n.locale);
  return (
    <>
      <Group gap="sm">
        <Tag color="teal" icon={IconShieldCheck}>
          <Trans>On since {day}</Trans>
        </Tag>
        {factor.required ? (
          <Text size="sm" c="gray.7">
            <Trans>Your profile demands it, so it cannot be turned off.</Trans>
          </Text>
        ) : (
          <Button variant="subtle" color="red" onClick={() => setAsked(true)}>
            <Trans>Turn off</Trans>
          </Button>
        )}
      </Group>
      {asked && (
        <PasswordDialog title={<Trans>Turn two-factor authentication off?</Trans>} hint={<Trans>Logins then need nothing but the password.</Trans>} busy={off.isPending} onGiven={off.mutate} onClose={() => setAsked(false)} />
      )}
    </>
  );
}

/** What lets in who has lost the app or the passkey. */
function Recovery({ left }: { left: number }) {
  const { t } = useLingui();
  const [asked, setAsked] = useState(false);
  const [codes, setCodes] = useState<string[] | null>(null);
  const renew = useSave({
    run: (password: string) => call(renewRecoveryCodes, { body: { password } }),
    refresh: [getSecondFactor.id],
    done: t`New recovery codes made`,
    onDone: (answer) => {
      setAsked(false);
      setCodes(answer.recoveryCodes);
    },
  });
  return (
    <>
      {left <= FEW && (
        <Alert color="yellow" role="status" icon={<IconAlertTriangle aria-hidden />}>
          <Trans>Make new recovery codes before you need them: without the app or passkey and without a code, only a supervisor can let you in again.</Trans>
        </Alert>
      )}
      <Group gap="sm">
        <Button variant="default" onClick={() => setAsked(true)}>
          <Trans>New recovery codes</Trans>
        </Button>
        <Text size="sm" c="gray.7">
          <Plural value={left} _0="No recovery code is left." one="# recovery code is left." other="# recovery codes are left." />
        </Text>
      </Group>
      {asked && (
        <PasswordDialog title={<Trans>New recovery codes</Trans>} hint={<Trans>The codes you have now are worth nothing afterwards.</Trans>} busy={renew.isPending} onGiven={renew.mutate} onClose={() => setAsked(false)} />
      )}
      {codes && <RecoveryCodesDialog codes={codes} onClose={() => setCodes(null)} />}
    </>
  );
}
