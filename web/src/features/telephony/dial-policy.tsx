import { Alert, Card, Fieldset, NumberInput, SimpleGrid, Stack, Switch, Text, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { FormEvent } from 'react';
import { type DialPolicy, getDialPolicy, updateDialPolicy } from '../../../../shared/api/dial-policy.ts';
import { call } from '../../lib/api.ts';
import { LeaveGuard } from '../../records/leave-guard.tsx';
import { OneState } from '../../records/one-state.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { SaveRow } from '../../records/save-row.tsx';
import { useOne } from '../../records/use-one.ts';
import { useDraft } from '../../records/use-draft.ts';
import { useSave } from '../../records/use-save.ts';
import { CallRates } from './call-rates.tsx';
import { areRatesSound } from './rate-rules.ts';

const PREFIX = /^\+[1-9]\d{0,11}$/;

/** What may be called, and how much: the guard against bills that nobody wants. */
export function DialPolicyPart() {
  const policy = useOne([getDialPolicy.id], (signal) => call(getDialPolicy, {}, signal));
  return <OneState query={policy} rows={4}>{(stored) => <PolicyForm stored={stored} />}</OneState>;
}

const prefixesOf = (text: string): string[] => [...new Set(text.normalize('NFKC').split(/[\s,、]+/u).filter((part) => part !== ''))];

/** The limits as they are typed: countries one a line. */
type PolicyDraft = DialPolicy & { abroad: string };
const RULES = {
  draftOf: (stored: DialPolicy): PolicyDraft => ({ ...stored, abroad: stored.internationalPrefixes.join('\n') }),
  sent: ({ abroad, ...draft }: PolicyDraft): DialPolicy => ({ ...draft, internationalPrefixes: prefixesOf(abroad) }),
};

function PolicyForm({ stored }: { stored: DialPolicy }) {
  const { t } = useLingui();
  const { draft, setDraft, dirty, overtaken, undo, saved } = useDraft(stored, RULES);
  const body = RULES.sent(draft);
  const wrong = body.internationalPrefixes.filter((prefix) => !PREFIX.test(prefix)).slice(0, 3);
  const isSound = wrong.length === 0 && areRatesSound(draft.rates);
  const save = useSave({ run: (sent: DialPolicy) => call(updateDialPolicy, { body: sent }), refresh: [getDialPolicy.id], done: t`Outbound limits saved`, onDone: (_stored, sent) => saved(sent) });
  const set = (part: Partial<PolicyDraft>) => setDraft({ ...draft, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (dirty && isSound) save.mutate(body);
  };
  return (
    <form onSubmit={submit}>
      <Card withBorder padding="md" maw={820}>
        <Stack gap="md">
          <LeaveGuard dirty={dirty} />
          {overtaken && <OvertakenNote onFollow={undo} />}
          <Text size="sm" c="gray.7">
            <Trans>These limits hold for every call out, whoever or whatever makes it: agents, transfers, forwards and flows. They are checked before anything is sent.</Trans>
          </Text>
          <LimitInputs draft={draft} set={set} />
          <Switch label={t`Premium numbers (0990, 0570, 0180)`} checked={draft.premiumAllowed} onChange={(event) => set({ premiumAllowed: event.currentTarget.checked })} />
          <Switch label={t`Emergency numbers (110, 118, 119)`} checked={draft.emergencyAllowed} onChange={(event) => set({ emergencyAllowed: event.currentTarget.checked })} />
          {draft.emergencyAllowed && (
            <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} p="xs">
              <Trans>Make sure that your carrier connects these numbers and knows the place from which you call.</Trans>
            </Alert>
          )}
          <Textarea
            label={t`Countries that may be called, one beginning per line`}
            description={t`For example +1212. Empty: no calls abroad`}
            value={draft.abroad}
            onChange={(event) => set({ abroad: event.currentTarget.value })}
            error={wrong.length > 0 ? t`Not a beginning of a number: ${wrong.join(', ')}` : undefined}
            autosize
            minRows={2}
          />
          <CallRates rates={draft.rates} onChange={(rates) => set({ rates })} />
          <SaveRow dirty={dirty} sound={isSound} saving={save.isPending} onUndo={undo} />
        </Stack>
      </Card>
    </form>
  );
}

type Limit = { [Key in keyof DialPolicy]: DialPolicy[Key] extends number ? Key : never }[keyof DialPolicy];

function LimitInputs({ draft, set }: { draft: DialPolicy; set: (part: Partial<DialPolicy>) => void }) {
  const { t } = useLingui();
  const groups: { title: string; limits: { key: Limit; label: string; min?: number; max: number; hint?: string }[] }[] = [
    {
      title: t`Whole centre`,
      limits: [
        { key: 'maxConcurrent', label: t`Calls at the same time`, max: 10_000 },
        { key: 'maxPerMinute', label: t`New calls per minute`, max: 10_000 },
        { key: 'maxDailyCalls', label: t`Calls per day`, max: 1_000_000 },
        { key: 'maxDailyMinutes', label: t`Minutes per day`, max: 1_000_000 },
        { key: 'maxDailyCost', label: t`Cost per day (yen, estimate)`, max: 100_000_000 },
        { key: 'maxCallMinutes', label: t`Minutes per call`, min: 1, max: 1440 },
      ],
    },
    {
      title: t`Each agent and each telephone`,
      limits: [
        { key: 'callerMaxConcurrent', label: t`Calls at the same time`, max: 10_000 },
        { key: 'callerMaxDailyCalls', label: t`Calls per day`, max: 1_000_000 },
        { key: 'callerMaxDailyCost', label: t`Cost per day (yen, estimate)`, max: 100_000_000 },
      ],
    },
    {
      title: t`Automatic stop`,
      limits: [
        { key: 'stopCallsPerHour', label: t`More calls within an hour than`, hint: t`Stops all outbound calls. 0 = never`, max: 1_000_000 },
        { key: 'stopRefusals', label: t`Forbidden numbers within 10 minutes`, hint: t`Stops whoever dials them. 0 = never`, max: 10_000 },
      ],
    },
  ];
  return groups.map(({ title, limits }) => (
    <Fieldset key={title} legend={title}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
        {limits.map(({ key, label, hint, min = 0, max }) => (
          <NumberInput key={key} label={label} description={hint} value={draft[key]} onChange={(value) => set({ [key]: Math.max(min, Number(value) || 0) })} min={min} max={max} allowDecimal={false} />
        ))}
      </SimpleGrid>
    </Fieldset>
  ));
}
