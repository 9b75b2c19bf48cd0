import { Box, Alert, Button, Card, Group, MultiSelect, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import type { FormEvent } from 'react';
import { getOutboundRoutes, type OutboundRoute, setOutboundRoutes } from '../../../../shared/api/trunks.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { OrderButtons } from '../../components/order-buttons.tsx';
import { call } from '../../lib/api.ts';
import { LeaveGuard } from '../../records/leave-guard.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { SaveRow } from '../../records/save-row.tsx';
import { isLost, useOne } from '../../records/use-one.ts';
import { useDraft } from '../../records/use-draft.ts';
import { useSave } from '../../records/use-save.ts';
import { addRoute, areSound, draftsOf, moved, type RouteDraft, routesBody, wrongPrefix } from './route-drafts.ts';
import { useTrunkOptions } from './trunk-options.ts';

/** Which trunk carries which calls to the outside. */
export function OutboundRoutes() {
  const routes = useOne([getOutboundRoutes.id], (signal) => call(getOutboundRoutes, {}, signal));
  const trunks = useTrunkOptions();
  if (routes.isPending || trunks.isPending) return <LoadingRows rows={4} />;
  const error = routes.error ?? trunks.error;
  const retry = () => {
    void routes.refetch();
    trunks.retry();
  };
  if (isLost(routes) || (trunks.error && trunks.options.length === 0)) return <ErrorState error={error} onRetry={retry} />;
  return <RoutesForm stored={routes.data.routes} trunks={trunks.options} />;
}

const RULES = { draftOf: draftsOf, sent: routesBody };

function RoutesForm({ stored, trunks }: { stored: OutboundRoute[]; trunks: { value: string; label: string }[] }) {
  const { t } = useLingui();
  const { draft: drafts, setDraft: setDrafts, dirty, overtaken, undo, saved } = useDraft(stored, RULES);
  const save = useSave({
    run: (body: ReturnType<typeof routesBody>) => call(setOutboundRoutes, { body: { routes: body } }),
    refresh: [getOutboundRoutes.id],
    done: t`Outbound routes saved`,
    onDone: (_stored, body) => saved(body),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (dirty && areSound(drafts)) save.mutate(routesBody(drafts));
  };
  const change = (key: number, part: Partial<RouteDraft>) => setDrafts(drafts.map((draft) => (draft.key === key ? { ...draft, ...part } : draft)));
  return (
    <form onSubmit={submit}>
      <Stack gap="md" maw={900}>
        <LeaveGuard dirty={dirty} />
        {overtaken && <OvertakenNote onFollow={undo} />}
        <Text size="sm" c="gray.7">
          <Trans>The first route whose beginning fits the dialled number is taken; its trunks are tried in their order. A number that no route fits is not called.</Trans>
        </Text>
        {trunks.length === 0 && (
          <Alert color="yellow">
            <Trans>There is no trunk yet. Create one first.</Trans>
          </Alert>
        )}
        {drafts.length === 0 && <EmptyState title={<Trans>No outbound routes yet</Trans>} hint={<Trans>Without one nobody can be called outside.</Trans>} />}
        {drafts.map((draft, index) => (
          <RouteCard
            key={draft.key}
            draft={draft}
            place={{ index, count: drafts.length }}
            trunks={trunks}
            onChange={(part) => change(draft.key, part)}
            onMove={(by) => setDrafts(moved(drafts, index, by))}
            onRemove={() => setDrafts(drafts.filter(({ key }) => key !== draft.key))}
          />
        ))}
        <Button w="fit-content" variant="default" leftSection={<IconPlus size={18} aria-hidden />} disabled={trunks.length === 0} onClick={() => setDrafts(addRoute(drafts))}>
          <Trans>Add a route</Trans>
        </Button>
        <SaveRow dirty={dirty} sound={areSound(drafts)} saving={save.isPending} onUndo={undo} />
      </Stack>
    </form>
  );
}

interface CardProps {
  draft: RouteDraft;
  place: { index: number; count: number };
  trunks: { value: string; label: string }[];
  onChange: (part: Partial<RouteDraft>) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

function RouteCard({ draft, place, trunks, onChange, onMove, onRemove }: CardProps) {
  const { t } = useLingui();
  const position = place.index + 1;
  const name = t`Route ${position}`;
  return (
    <Card withBorder padding="sm" role="group" aria-label={name}>
      <Group align="flex-start" gap="sm">
        <TextInput label={t`Name`} value={draft.name} onChange={(event) => onChange({ name: event.currentTarget.value })} required maxLength={60} w={{ base: '100%', xs: 160 }} />
        <TextInput
          label={t`Beginning of the number`}
          placeholder={t`Every number`}
          description={t`+8150, +1 or 117`}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={draft.prefix}
          onChange={(event) => onChange({ prefix: event.currentTarget.value.normalize('NFKC').trim() })}
          error={wrongPrefix(draft.prefix) ? t`Digits only, + in front if wanted` : undefined}
          maxLength={16}
          w={{ base: '100%', xs: 180 }}
        />
        <MultiSelect
          label={t`Trunks, first choice first`}
          data={trunks}
          value={draft.trunkIds}
          onChange={(trunkIds) => onChange({ trunkIds })}
          required
          maxValues={10}
          flex={1}
          miw={200}
        />
        <Box mt={{ base: 0, xs: 25 }}>
          <OrderButtons name={name} isFirst={place.index === 0} isLast={position === place.count} onMove={onMove} onRemove={onRemove} />
        </Box>
      </Group>
    </Card>
  );
}
