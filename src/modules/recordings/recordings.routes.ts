import * as contracts from '../../../shared/api/recordings.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { listRecordings, playRecording, playTail, recordingDetail, type RecordingDeps } from './recordings.service.ts';

export const recordingRoutes = (deps: RecordingDeps): BoundRoute[] => [
  bind(contracts.listRecordings, ({ query }, context) => context.inTenant((tx) => listRecordings(tx, context.session, query))),
  bind(contracts.getRecording, ({ params }, context) => context.inTenant((tx) => recordingDetail(tx, context.session, params.id))),
  bind(contracts.callTail, ({ params, query }, context) => playTail(deps, context, params.id, query.seconds)),
  bind(contracts.recordingAudio, ({ params }, context) => playRecording(deps, context, params.id)),
];
