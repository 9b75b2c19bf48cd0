import * as contracts from '../../shared/api/operator-contracts.ts';
import { certificateOf, operatorContracts, wishOfOperator, type OperatorWish } from '../modules/contracts/contract-views.service.ts';
import type { OperatorDeps, OperatorSession } from '../modules/operator/operator-types.ts';
import { tellRevoked } from '../modules/users/sessions.service.ts';
import type { AddRoute } from './operator-routing.ts';

interface FromOperator {
  session: OperatorSession;
  request: { ip: string };
}

/** Routes of the tenants' contracts. What deletes or destroys is for admins. */
export function registerOperatorContracts(add: AddRoute, deps: OperatorDeps): void {
  const { database, live, events } = deps;
  const wish = async (tenantId: string, given: OperatorWish, { session, request }: FromOperator): Promise<void> => {
    const change = await wishOfOperator(deps, tenantId, given, { id: session.operatorId, loginId: session.loginId, ip: request.ip });
    tellRevoked(events, tenantId, change.endedSessions);
    if (change.effects.length > 0) await live.reloadTenant(tenantId);
  };
  add(contracts.listContracts, async () => ({ items: await operatorContracts(deps) }));
  add(contracts.endContract, (call) => wish(call.input.params.id, { type: 'end', ...call.input.body }, call));
  add(contracts.renewContract, (call) => wish(call.input.params.id, { type: 'renew', ...call.input.body }, call));
  add(contracts.holdContract, (call) => wish(call.input.params.id, { type: 'hold', ...call.input.body }, call));
  add(contracts.releaseContract, (call) => wish(call.input.params.id, { type: 'release', ...call.input.body }, call), 'admin');
  add(contracts.undoDeletion, (call) => wish(call.input.params.id, { type: 'undoDeletion', ...call.input.body }, call));
  add(contracts.approveDestruction, (call) => wish(call.input.params.id, { type: 'approve', ...call.input.body }, call), 'admin');
  add(contracts.getCertificate, async ({ input }) => {
    const { slug, text } = await database.withDirectory((db) => certificateOf(db, { tenant: input.params.id }));
    return { slug, text };
  });
}
