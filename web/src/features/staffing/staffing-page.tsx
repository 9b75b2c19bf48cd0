import { Stack, Tabs } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconCalendarWeek, IconChartHistogram, IconFlask } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { PageHead } from '../../records/page-head.tsx';
import { ForecastPart } from './forecast-part.tsx';
import { ShiftsPart } from './shifts-part.tsx';
import { SimulationPart } from './simulation-part.tsx';

const PARTS = ['forecast', 'shifts', 'simulation'] as const;
type Part = (typeof PARTS)[number];

/** How many agents are needed, what would happen with others, and who works when. */
export default function StaffingPage() {
  const navigate = useNavigate();
  const { part } = useParams({ strict: false }) as { part: string };
  const shown: Part = PARTS.find((name) => name === part) ?? 'forecast';
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Staffing</Trans>} hint={<Trans>Calls to expect, agents to have, and what would happen with others.</Trans>} />
      <Tabs value={shown} onChange={(next) => void navigate({ to: '/staffing/$part', params: { part: next ?? 'forecast' } })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="forecast" leftSection={<IconChartHistogram size={18} aria-hidden />}>
            <Trans>Forecast</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="shifts" leftSection={<IconCalendarWeek size={18} aria-hidden />}>
            <Trans>Shift plan</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="simulation" leftSection={<IconFlask size={18} aria-hidden />}>
            <Trans>Simulation</Trans>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={shown}>
          {shown === 'forecast' && <ForecastPart />}
          {shown === 'shifts' && <ShiftsPart />}
          {shown === 'simulation' && <SimulationPart />}
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
