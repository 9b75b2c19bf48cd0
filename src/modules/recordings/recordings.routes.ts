import * as keeping from '../../../shared/api/recording-keeping.ts';
import * as notices from '../../../shared/api/recording-notices.ts';
import * as contracts from '../../../shared/api/recordings.ts';
import type { TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute, type RequestContext } from '../support/binding.ts';
import { addComment, removeComment } from './recording-comments.service.ts';
import { holdRecording } from './recording-hold.service.ts';
import { createLabel, labelRecording, listLabels, updateLabel } from './recording-labels.service.ts';
import type { NewsWays } from './recording-news.ts';
import { createNotice, deleteNotice, listNotices, updateNotice } from './recording-notices.service.ts';
import { previewRetention, setDefaultRetention, storedRules } from './recording-retention.ts';
import { createShare, playShare, revokeShare, shareInfo, sharesOf } from './recording-shares.service.ts';
import { downloadRecording, listRecordings, ownRecording, playRecording, playTail, recordingDetail, type RecordingDeps } from './recordings.service.ts';

type Deps = RecordingDeps & { clock: Clock; withTenant: WithTenant } & NewsWays;

/** Runs `work` on a recording that the session may hear. @throws AppError `not_found` */
const onRecording = <T>(context: RequestContext, id: string, work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  context.inTenant(async (tx) => {
    await ownRecording(tx, context.session, id);
    return work(tx);
  });

const labelRoutes = (deps: Deps): BoundRoute[] => [
  bind(keeping.listRecordingLabels, (_input, context) => context.inTenant((tx) => listLabels(tx))),
  bind(keeping.createRecordingLabel, ({ body }, context) => context.inTenant((tx) => createLabel(tx, body))),
  bind(keeping.updateRecordingLabel, ({ params, body }, context) => context.inTenant((tx) => updateLabel(tx, params.id, body))),
  bind(keeping.labelRecording, ({ params, body }, context) => context.inTenant((tx) => labelRecording(tx, context.session, params.id, body.labelIds, deps))),
];

const noticeRoutes = ({ clock, canSendMail }: Deps): BoundRoute[] => [
  bind(notices.listRecordingNotices, (_input, context) => context.inTenant(async (tx) => ({ items: await listNotices(tx), canSendMail }))),
  bind(notices.createRecordingNotice, ({ body }, context) => context.inTenant((tx) => createNotice(tx, body, new Date(clock.wall())))),
  bind(notices.updateRecordingNotice, ({ params, body }, context) => context.inTenant((tx) => updateNotice(tx, params.id, body, new Date(clock.wall())))),
  bind(notices.deleteRecordingNotice, ({ params }, context) => context.inTenant((tx) => deleteNotice(tx, params.id))),
];

const commentRoutes = (): BoundRoute[] => [
  bind(keeping.commentRecording, ({ params, body }, context) => onRecording(context, params.id, (tx) => addComment(tx, params.id, body))),
  bind(keeping.removeRecordingComment, ({ params }, context) => {
    const { kind, userId, permissions } = context.session;
    return context.inTenant((tx) => removeComment(tx, params.id, permissions.has('recording.manage') ? null : `${kind}:${userId}`));
  }),
];

const shareRoutes = (deps: Deps): BoundRoute[] => [
  bind(keeping.listRecordingShares, ({ params }, context) => onRecording(context, params.id, (tx) => sharesOf(tx, params.id))),
  bind(keeping.shareRecording, ({ params, body }, context) => onRecording(context, params.id, (tx) => createShare(tx, deps.clock, params.id, body))),
  bind(keeping.revokeRecordingShare, ({ params }, context) => context.inTenant((tx) => revokeShare(tx, deps.clock, params.id))),
  bind(keeping.sharedRecording, ({ params }, context) => shareInfo(deps, params.token, context.ip)),
  bind(keeping.sharedRecordingAudio, ({ params }, context) => playShare(deps, params.token, context.ip, context.range)),
];

const retentionRoutes = ({ clock }: Deps): BoundRoute[] => {
  const now = (): Date => new Date(clock.wall());
  const view = async (tx: TenantTx) => {
    const rules = await storedRules(tx);
    return { defaultDays: rules.defaultDays, due: await previewRetention(tx, rules, now()) };
  };
  return [
    bind(keeping.getRetention, (_input, context) => context.inTenant(view)),
    bind(keeping.previewRetention, ({ body }, context) =>
      context.inTenant(async (tx) => {
        const labelDays = new Map((await storedRules(tx)).labelDays);
        for (const { id, days } of body.labels) {
          if (days === null) labelDays.delete(id);
          else labelDays.set(id, days);
        }
        return previewRetention(tx, { defaultDays: body.defaultDays, labelDays }, now());
      }),
    ),
    bind(keeping.setRetention, ({ body }, context) =>
      context.inTenant(async (tx) => {
        await setDefaultRetention(tx, body.defaultDays);
        return view(tx);
      }),
    ),
  ];
};

export const recordingRoutes = (deps: Deps): BoundRoute[] => [
  bind(contracts.listRecordings, ({ query }, context) => context.inTenant((tx) => listRecordings(tx, context.session, query))),
  bind(contracts.getRecording, ({ params }, context) => context.inTenant((tx) => recordingDetail(tx, context.session, params.id))),
  bind(contracts.callTail, ({ params, query }, context) => playTail(deps, context, params.id, query.seconds)),
  bind(contracts.recordingAudio, ({ params, query }, context) => playRecording(deps, context, params.id, query.reason)),
  bind(keeping.downloadRecording, ({ params, body }, context) => downloadRecording(deps, context, params.id, body.reason)),
  bind(keeping.holdRecording, ({ params, body }, context) => onRecording(context, params.id, (tx) => holdRecording(tx, params.id, body.reason, new Date(deps.clock.wall())))),
  ...labelRoutes(deps),
  ...noticeRoutes(deps),
  ...commentRoutes(),
  ...shareRoutes(deps),
  ...retentionRoutes(deps),
];
