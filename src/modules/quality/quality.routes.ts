import * as calibrations from '../../../shared/api/calibrations.ts';
import type { EvaluationDetail } from '../../../shared/api/evaluations.ts';
import * as evaluations from '../../../shared/api/evaluations.ts';
import * as averages from '../../../shared/api/quality-averages.ts';
import * as sheets from '../../../shared/api/score-sheets.ts';
import type { Clock } from '../../lib/clock.ts';
import type { TenantTx } from '../../db/types.ts';
import { bind, type BoundRoute, type RequestContext } from '../support/binding.ts';
import type { DomainEmitter, DomainEvents } from '../support/domain-events.ts';
import { tableAnswer } from '../support/table-answer.ts';
import { acknowledgeEvaluation, appealEvaluation, reviseEvaluation, upholdEvaluation } from './appeals.service.ts';
import { averagesFile } from './averages-file.ts';
import { qualityAverages } from './averages.service.ts';
import { calibrationDetail, cancelCalibration, closeCalibration, createCalibration, listCalibrations, submitCalibration } from './calibrations.service.ts';
import { createEvaluation, evaluationDetail, listEvaluations, publishEvaluation, removeEvaluation, retractEvaluation, sampleCalls, saveEvaluation, seeEvaluation } from './evaluations.service.ts';
import { unreadOf } from './evaluations.queries.ts';
import { scoreSheets } from './score-sheets.service.ts';

const sheetRoutes = (): BoundRoute[] => [
  bind(sheets.listScoreSheets, ({ query }, context) => context.inTenant((tx) => scoreSheets.list(tx, query))),
  bind(sheets.getScoreSheet, ({ params }, context) => context.inTenant((tx) => scoreSheets.detail(tx, params.id))),
  bind(sheets.createScoreSheet, ({ body }, context) => context.inTenant((tx) => scoreSheets.create(tx, body))),
  bind(sheets.updateScoreSheet, ({ params, body }, context) => context.inTenant((tx) => scoreSheets.update(tx, params.id, body))),
  bind(sheets.publishScoreSheet, ({ params, body }, context) => context.inTenant((tx) => scoreSheets.publish(tx, params.id, body.comment))),
];

/** Does the change, then tells the agent whose call it is. */
const telling =
  (events: DomainEmitter, what: DomainEvents['evaluationTold']['what']) =>
  async (context: RequestContext, work: (tx: TenantTx) => Promise<EvaluationDetail>): Promise<EvaluationDetail> => {
    const detail = await context.inTenant(work);
    events.emit('evaluationTold', { tenantId: context.session.tenantId, userId: detail.agentId, what });
    return detail;
  };

const appealRoutes = (answering: ReturnType<typeof telling>): BoundRoute[] => [
  bind(evaluations.acknowledgeEvaluation, ({ params }, context) => context.inTenant((tx) => acknowledgeEvaluation(tx, context.session, params.id))),
  bind(evaluations.appealEvaluation, ({ params, body }, context) => context.inTenant((tx) => appealEvaluation(tx, context.session, params.id, body.reason))),
  bind(evaluations.upholdEvaluation, ({ params, body }, context) => answering(context, (tx) => upholdEvaluation(tx, context.session, params.id, body.answer))),
  bind(evaluations.reviseEvaluation, ({ params, body }, context) => answering(context, (tx) => reviseEvaluation(tx, context.session, params.id, body))),
];

const calibrationRoutes = (): BoundRoute[] => [
  bind(calibrations.listCalibrations, ({ query }, context) => context.inTenant((tx) => listCalibrations(tx, query))),
  bind(calibrations.getCalibration, ({ params }, context) => context.inTenant((tx) => calibrationDetail(tx, context.session, params.id))),
  bind(calibrations.createCalibration, ({ body }, context) => context.inTenant((tx) => createCalibration(tx, context.session, body))),
  bind(calibrations.submitCalibration, ({ params, body }, context) => context.inTenant((tx) => submitCalibration(tx, context.session, params.id, body))),
  bind(calibrations.closeCalibration, ({ params }, context) => context.inTenant((tx) => closeCalibration(tx, context.session, params.id))),
  bind(calibrations.cancelCalibration, ({ params }, context) => context.inTenant((tx) => cancelCalibration(tx, context.session, params.id))),
];

const averageRoutes = (clock: Clock): BoundRoute[] => [
  bind(averages.getQualityAverages, ({ query }, context) => context.inTenant((tx) => qualityAverages(tx, clock, query))),
  bind(averages.exportQualityAverages, async ({ query }, context) => {
    const report = await context.inTenant((tx) => qualityAverages(tx, clock, query));
    return tableAnswer(context, 'quality', query, averagesFile(report, query, query.lang));
  }),
];

export const qualityRoutes = ({ clock, events }: { clock: Clock; events: DomainEmitter }): BoundRoute[] => [
  ...sheetRoutes(),
  bind(evaluations.listEvaluations, ({ query }, context) => context.inTenant((tx) => listEvaluations(tx, context.session, query))),
  bind(evaluations.getEvaluation, ({ params }, context) => context.inTenant((tx) => evaluationDetail(tx, context.session, params.id))),
  bind(evaluations.createEvaluation, ({ body }, context) => context.inTenant((tx) => createEvaluation(tx, context.session, body))),
  bind(evaluations.saveEvaluation, ({ params, body }, context) => context.inTenant((tx) => saveEvaluation(tx, context.session, params.id, body))),
  bind(evaluations.removeEvaluation, ({ params }, context) => context.inTenant((tx) => removeEvaluation(tx, context.session, params.id))),
  bind(evaluations.publishEvaluation, ({ params }, context) => telling(events, 'published')(context, (tx) => publishEvaluation(tx, context.session, params.id))),
  bind(evaluations.retractEvaluation, ({ params }, context) => context.inTenant((tx) => retractEvaluation(tx, context.session, params.id))),
  bind(evaluations.countUnreadEvaluations, (_input, context) => context.inTenant(async (tx) => ({ count: await unreadOf(tx, context.session.userId) }))),
  bind(evaluations.seeEvaluation, ({ params }, context) => context.inTenant((tx) => seeEvaluation(tx, context.session, params.id))),
  ...appealRoutes(telling(events, 'answered')),
  bind(evaluations.sampleCalls, ({ query }, context) => context.inTenant((tx) => sampleCalls(tx, context.session, query, clock.wall()))),
  ...calibrationRoutes(),
  ...averageRoutes(clock),
];
