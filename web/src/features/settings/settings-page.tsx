import { Stack, Tabs } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconKey, IconClockHour4, IconCoffee, IconListCheck, IconNetwork, IconPackageExport, IconSpeakerphone, IconVolume, IconWorld } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { PageHead } from '../../records/page-head.tsx';
import { openPart, SETTING_PARTS } from '../../records/page-parts.ts';
import { useSession } from '../../lib/session.ts';
import { AfterCallWork } from './after-call-work.tsx';
import { ApiKeys } from './api-keys.tsx';
import { DataExports } from './data-exports.tsx';
import { LoginRules } from './login-rules.tsx';
import { Prompts } from './prompts.tsx';
import { SpeechSettings } from './speech-settings.tsx';
import { StatusReasons } from './status-reasons.tsx';
import { WebCallSettings } from './web-call-settings.tsx';
import { WrapUpCodes } from './wrap-up-codes.tsx';

/** What a supervisor sets for the whole tenant, one tab per matter. */
export default function SettingsPage() {
  const { can } = useSession();
  const mayChange = can('settings.manage');
  const navigate = useNavigate();
  const { part } = useSearch({ from: '/inside/settings' });
  const has = (one: (typeof SETTING_PARTS)[number]) => {
    if (one === 'dataExport') return can('export.create');
    return mayChange && (one !== 'ipRanges' || can('user.read'));
  };
  const open = openPart(SETTING_PARTS, has, part);
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Settings</Trans>} />
      <Tabs value={open} onChange={(next) => void navigate({ to: '/settings', search: { part: openPart(SETTING_PARTS, has, next ?? undefined) ?? undefined } })} keepMounted={false}>
        <Tabs.List mb="md">
          {mayChange && <SettingTabs />}
          {has('dataExport') && (
            <Tabs.Tab value="dataExport" leftSection={<IconPackageExport size={18} aria-hidden />}>
              <Trans>Data export</Trans>
            </Tabs.Tab>
          )}
        </Tabs.List>
        {mayChange && <SettingPanels />}
        <Tabs.Panel value="dataExport">
          <DataExports />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function SettingTabs() {
  const { can } = useSession();
  return (
    <>
      <Tabs.Tab value="webCall" leftSection={<IconWorld size={18} aria-hidden />}>
        <Trans>Web call</Trans>
      </Tabs.Tab>
      {can('user.read') && (
        <Tabs.Tab value="ipRanges" leftSection={<IconNetwork size={18} aria-hidden />}>
          <Trans>Login rules</Trans>
        </Tabs.Tab>
      )}
      <Tabs.Tab value="wrapUpCodes" leftSection={<IconListCheck size={18} aria-hidden />}>
        <Trans>Wrap-up codes</Trans>
      </Tabs.Tab>
      <Tabs.Tab value="afterCallWork" leftSection={<IconClockHour4 size={18} aria-hidden />}>
        <Trans>After-call work</Trans>
      </Tabs.Tab>
      <Tabs.Tab value="statusReasons" leftSection={<IconCoffee size={18} aria-hidden />}>
        <Trans>Status reasons</Trans>
      </Tabs.Tab>
      <Tabs.Tab value="prompts" leftSection={<IconSpeakerphone size={18} aria-hidden />}>
        <Trans>Voice prompts</Trans>
      </Tabs.Tab>
      <Tabs.Tab value="speech" leftSection={<IconVolume size={18} aria-hidden />}>
        <Trans>Text to speech</Trans>
      </Tabs.Tab>
      <Tabs.Tab value="apiKeys" leftSection={<IconKey size={18} aria-hidden />}>
        <Trans>API keys</Trans>
      </Tabs.Tab>
    </>
  );
}

function SettingPanels() {
  return (
    <>
      <Tabs.Panel value="webCall">
        <WebCallSettings />
      </Tabs.Panel>
      <Tabs.Panel value="ipRanges">
        <LoginRules />
      </Tabs.Panel>
      <Tabs.Panel value="wrapUpCodes">
        <WrapUpCodes />
      </Tabs.Panel>
      <Tabs.Panel value="afterCallWork">
        <AfterCallWork />
      </Tabs.Panel>
      <Tabs.Panel value="statusReasons">
        <StatusReasons />
      </Tabs.Panel>
      <Tabs.Panel value="prompts">
        <Prompts />
      </Tabs.Panel>
      <Tabs.Panel value="speech">
        <SpeechSettings />
      </Tabs.Panel>
      <Tabs.Panel value="apiKeys">
        <ApiKeys />
      </Tabs.Panel>
    </>
  );
}
