import * as contracts from '../../../shared/api/reports.ts';
import { conflict } from '../../lib/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { tableAnswer } from '../support/table-answer.ts';
import { adherenceFile } from './adherence-file.ts';
import { adherenceReport } from './adherence.service.ts';
import { agentReport, partsBehindFigure } from './agent-report.service.ts';
import { callReport, callsBehindFigure } from './call-report.service.ts';
import { pastBoard } from './past-board.service.ts';
import { createSchedule, deleteSchedule, listSchedules, sendScheduleNow, updateSchedule } from './report-schedules.service.ts';
import { agentReportFile, callReportFile } from './report-files.ts';

/** @param deps.canSendMail whether a mail host is configured */
export const reportRoutes = ({ clock, canSendMail }: { clock: Clock; canSendMail: boolean }): BoundRoute[] => [
  bind(contracts.listReportSchedules, ({ query }, context) => context.inTenant(async (tx) => ({ ...(await listSchedules(tx, query)), canSend: canSendMail }))),
  bind(contracts.createReportSchedule, ({ body }, context) => context.inTenant((tx) => createSchedule(tx, clock, body))),
  bind(contracts.updateReportSchedule, ({ params, body }, context) => context.inTenant((tx) => updateSchedule(tx, clock, params.id, body))),
  bind(contracts.deleteReportSchedule, ({ params }, context) => context.inTenant((tx) => deleteSchedule(tx, params.id))),
  bind(contracts.sendReportSchedule, ({ params }, context) => {
    if (!canSendMail) throw conflict('no_mail_host', 'No mail host is configured.');
    return context.inTenant((tx) => sendScheduleNow(tx, clock, params.id));
  }),
  bind(contracts.getCallReport, ({ query }, context) => context.inTenant((tx) => callReport(tx, clock, query))),
  bind(contracts.listReportCalls, ({ query }, context) => context.inTenant((tx) => callsBehindFigure(tx, query))),
  bind(contracts.exportCallReport, async ({ query }, context) => {
    const report = await context.inTenant((tx) => callReport(tx, clock, query));
    return tableAnswer(context, 'calls', query, callReportFile(report, query, query.lang));
  }),
  bind(contracts.getAgentReport, ({ query }, context) => context.inTenant((tx) => agentReport(tx, clock, query))),
  bind(contracts.listAgentReportParts, ({ query }, context) => context.inTenant((tx) => partsBehindFigure(tx, clock, query))),
  bind(contracts.exportAgentReport, async ({ query }, context) => {
    const report = await context.inTenant((tx) => agentReport(tx, clock, query));
    return tableAnswer(context, 'agents', query, agentReportFile(report, query, query.lang));
  }),
  bind(contracts.getAdherence, ({ query }, context) => context.inTenant((tx) => adherenceReport(tx, clock, query))),
  bind(contracts.exportAdherence, async ({ query }, context) => {
    const report = await context.inTenant((tx) => adherenceReport(tx, clock, query));
    return tableAnswer(context, 'adherence', query, adherenceFile(report, query.lang));
  }),
  bind(contracts.getPastBoard, ({ query }, context) => context.inTenant((tx) => pastBoard(tx, clock, query.at))),
];
