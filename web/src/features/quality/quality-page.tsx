import { Stack, Tabs } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconChartBar, IconClipboardCheck, IconListCheck, IconScale } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useSession } from '../../lib/session.ts';
import { PageHead } from '../../records/page-head.tsx';
import { AveragesPart } from './averages-part.tsx';
import { CalibrationsPart } from './calibrations-part.tsx';
import { EvaluationsPart } from './evaluations-part.tsx';
import { SheetsPart } from './sheets-part.tsx';

/** Evaluations of calls, and the score sheets they are made with; agents see the evaluations of their own calls. */
export default function QualityPage() {
  const { t } = useLingui();
  const { can } = useSession();
  const navigate = useNavigate();
  const { part } = useParams({ strict: false }) as { part: string };
  const parts = [
    { name: 'evaluations', label: t`Evaluations`, icon: IconClipboardCheck, view: <EvaluationsPart />, shown: true },
    { name: 'averages', label: t`Averages`, icon: IconChartBar, view: <AveragesPart />, shown: can('quality.evaluate') },
    { name: 'calibrations', label: t`Calibration`, icon: IconScale, view: <CalibrationsPart />, shown: can('quality.evaluate') },
    { name: 'sheets', label: t`Score sheets`, icon: IconListCheck, view: <SheetsPart />, shown: can('quality.evaluate') },
  ].filter(({ shown }) => shown);
  const open = parts.find(({ name }) => name === part) ?? parts[0];
  return (
    <Stack gap="md">
      <PageHead
        title={<Trans>Quality</Trans>}
        hint={can('quality.evaluate') ? <Trans>Calls are scored with a sheet; the agent acknowledges the result or appeals.</Trans> : <Trans>Evaluations of your calls. Acknowledge them, or appeal with a reason.</Trans>}
      />
      <Tabs value={open?.name ?? null} onChange={(next) => void navigate({ to: '/quality/$part', params: { part: next ?? 'evaluations' } })} keepMounted={false}>
        {parts.length > 1 && (
          <Tabs.List mb="md">
            {parts.map(({ name, label, icon: Icon }) => (
              <Tabs.Tab key={name} value={name} leftSection={<Icon size={18} aria-hidden />}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        )}
        {parts.length > 1 ? <Tabs.Panel value={open?.name ?? ''}>{open?.view}</Tabs.Panel> : open?.view}
      </Tabs>
    </Stack>
  );
}
