import { Stack, Tabs } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconArrowsSplit, IconDeviceLandlinePhone, IconHash, IconPlugConnected, IconShieldLock } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { PageHead } from '../../records/page-head.tsx';
import { Devices } from './devices.tsx';
import { DialPolicyPart } from './dial-policy.tsx';
import { DialUsagePart } from './dial-usage.tsx';
import { Numbers } from './numbers.tsx';
import { OutboundRoutes } from './outbound-routes.tsx';
import { isTelephonyPart, TELEPHONY_PARTS, type TelephonyPart } from './telephony-parts.ts';
import { Trunks } from './trunks.tsx';

const ICONS = { trunks: IconPlugConnected, routes: IconArrowsSplit, limits: IconShieldLock, numbers: IconHash, devices: IconDeviceLandlinePhone };

/** Lines to carriers, ways out, limits, numbers and telephones; each has an address of its own. */
export default function TelephonyPage() {
  const navigate = useNavigate();
  const { part } = useParams({ strict: false }) as { part: string };
  const shown = isTelephonyPart(part) ? part : 'trunks';
  const show = (next: string | null) => void navigate({ to: '/telephony/$part', params: { part: next ?? 'trunks' } });
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Telephony</Trans>} />
      <Tabs value={shown} onChange={show} keepMounted={false}>
        <Tabs.List mb="md">
          {TELEPHONY_PARTS.map((name) => {
            const Icon = ICONS[name];
            return (
              <Tabs.Tab key={name} value={name} leftSection={<Icon size={18} aria-hidden />}>
                <PartName part={name} />
              </Tabs.Tab>
            );
          })}
        </Tabs.List>
        <Tabs.Panel value={shown}>
          <Part part={shown} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function PartName({ part }: { part: TelephonyPart }) {
  switch (part) {
    case 'trunks':
      return <Trans>Trunks</Trans>;
    case 'routes':
      return <Trans>Outbound routes</Trans>;
    case 'limits':
      return <Trans>Outbound limits</Trans>;
    case 'numbers':
      return <Trans>Numbers</Trans>;
    case 'devices':
      return <Trans>Telephones</Trans>;
  }
}

function Part({ part }: { part: TelephonyPart }) {
  switch (part) {
    case 'trunks':
      return <Trunks />;
    case 'routes':
      return <OutboundRoutes />;
    case 'limits':
      return (
        <Stack gap="md">
          <DialUsagePart />
          <DialPolicyPart />
        </Stack>
      );
    case 'numbers':
      return <Numbers />;
    case 'devices':
      return <Devices />;
  }
}
