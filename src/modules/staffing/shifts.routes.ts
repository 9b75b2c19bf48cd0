import * as contracts from '../../../shared/api/shifts.ts';
import type { Clock } from '../../lib/clock.ts';
import { BinaryAnswer, bind, type BoundRoute } from '../support/binding.ts';
import { tableBytes, tableHeaders } from '../support/table-file.ts';
import { importShifts, shiftFile } from './shift-file.ts';
import { createTemplate, deleteTemplate, templateViews, updateTemplate } from './shift-templates.service.ts';
import { changeShifts, copyShifts, daysAsked, listShifts } from './shifts.service.ts';

const templateRoutes = (): BoundRoute[] => [
  bind(contracts.listShiftTemplates, (_input, context) => context.inTenant(async (tx) => ({ items: await templateViews(tx) }))),
  bind(contracts.createShiftTemplate, ({ body }, context) => context.inTenant((tx) => createTemplate(tx, body))),
  bind(contracts.updateShiftTemplate, ({ params, body }, context) => context.inTenant((tx) => updateTemplate(tx, params.id, body))),
  bind(contracts.deleteShiftTemplate, ({ params }, context) => context.inTenant((tx) => deleteTemplate(tx, params.id))),
];

/** The shift plan. */
export const shiftRoutes = ({ clock }: { clock: Clock }): BoundRoute[] => [
  ...templateRoutes(),
  bind(contracts.listShifts, ({ query }, context) => context.inTenant((tx) => listShifts(tx, clock, query, null))),
  bind(contracts.listMyShifts, ({ query }, context) => context.inTenant((tx) => listShifts(tx, clock, query, context.session.userId))),
  bind(contracts.changeShifts, ({ body }, context) => context.inTenant((tx) => changeShifts(tx, body, 'edit'))),
  bind(contracts.copyShifts, ({ body }, context) => context.inTenant((tx) => copyShifts(tx, body))),
  bind(contracts.importShifts, ({ body }, context) => context.inTenant((tx) => importShifts(tx, body))),
  bind(contracts.exportShifts, async ({ query }, context) => {
    const file = await context.inTenant(async (tx) => {
      const { fromDay, toDay } = daysAsked(clock, query);
      const table = await shiftFile(tx, fromDay, toDay, query.lang);
      await tx.audit({ code: 'report.exported', subject: { kind: 'report', id: 'shifts' }, detail: { ...query, fromDay, toDay, rows: table.rows.length } });
      return table;
    });
    return new BinaryAnswer(200, tableHeaders(file.name, query.format), await tableBytes(file, query.format));
  }),
];
