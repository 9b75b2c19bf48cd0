import * as contracts from '../../../shared/api/alerts.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { createRule, deleteRule, listAlerts, listRules, seeAlert, updateRule } from './alerts.service.ts';

/** @param deps.canSendMail whether a mail host is configured */
export const alertRoutes = ({ clock, canSendMail }: { clock: Clock; canSendMail: boolean }): BoundRoute[] => [
  bind(contracts.listAlertRules, (_input, context) => context.inTenant(async (tx) => ({ items: await listRules(tx), canSendMail }))),
  bind(contracts.createAlertRule, ({ body }, context) => context.inTenant((tx) => createRule(tx, body))),
  bind(contracts.updateAlertRule, ({ params, body }, context) => context.inTenant((tx) => updateRule(tx, params.id, body))),
  bind(contracts.deleteAlertRule, ({ params }, context) => context.inTenant((tx) => deleteRule(tx, params.id))),
  bind(contracts.listAlerts, ({ query }, context) => context.inTenant((tx) => listAlerts(tx, query))),
  bind(contracts.seeAlert, ({ params }, context) => context.inTenant((tx) => seeAlert(tx, clock, context.session, params.id))),
];
