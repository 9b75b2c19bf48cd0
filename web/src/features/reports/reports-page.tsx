import { Stack, Tabs } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconActivity, IconCalendarCheck, IconHistory, IconMail, IconPhone, IconUsers } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { PageHead } from '../../records/page-head.tsx';
import { AdherencePart } from './adherence-report.tsx';
import { AgentReportPart } from './agent-report.tsx';
import { CallReportPart } from './call-report.tsx';
import { ReportSchedules } from './report-schedules.tsx';
import { ServicePart } from './service-report.tsx';
import { PastBoardPart } from './past-board.tsx';

const PARTS = ['calls', 'agents', 'adherence', 'board', 'service', 'schedules'] as const;
type Part = (typeof PARTS)[number];

/** Figures of calls and agents with where they come from, and the board of past moments. */
export default function ReportsPage() {
  const navigate = useNavigate();
  const { part } = useParams({ strict: false }) as { part: string };
  const shown: Part = PARTS.find((name) => name === part) ?? 'calls';
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Reports</Trans>} hint={<Trans>Every figure has its formula and the list of its calls.</Trans>} />
      <Tabs value={shown} onChange={(next) => void navigate({ to: '/reports/$part', params: { part: next ?? 'calls' } })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="calls" leftSection={<IconPhone size={18} aria-hidden />}>
            <Trans>Calls</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="agents" leftSection={<IconUsers size={18} aria-hidden />}>
            <Trans>Agents</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="adherence" leftSection={<IconCalendarCheck size={18} aria-hidden />}>
            <Trans>Adherence</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="board" leftSection={<IconHistory size={18} aria-hidden />}>
            <Trans>Past board</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="service" leftSection={<IconActivity size={18} aria-hidden />}>
            <Trans>Service</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="schedules" leftSection={<IconMail size={18} aria-hidden />}>
            <Trans>By mail</Trans>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={shown}>
          {shown === 'calls' && <CallReportPart />}
          {shown === 'agents' && <AgentReportPart />}
          {shown === 'adherence' && <AdherencePart />}
          {shown === 'board' && <PastBoardPart />}
          {shown === 'service' && <ServicePart />}
          {shown === 'schedules' && <ReportSchedules />}
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
