import * as contracts from '../../shared/api/operator-access.ts';
import { changeAccess, operatorAccessList, requestAccess, type AccessChange } from '../modules/operator/operator-access.service.ts';
import type { OperatorDeps, OperatorSession } from '../modules/operator/operator-types.ts';
import { lookAtTenant } from '../modules/operator/operator-views.ts';
import type { AddRoute } from './operator-routing.ts';

/** Routes by which an operator comes to see a tenant. */
export function registerOperatorAccess(add: AddRoute, deps: OperatorDeps): void {
  const byOf = ({ session, request }: { session: OperatorSession; request: { ip: string } }) => ({ session, ip: request.ip });
  const change = (what: AccessChange) => (call: { input: { params: { id: string; accessId: string } }; session: OperatorSession; request: { ip: string } }) =>
    changeAccess(deps, byOf(call), call.input.params.id, call.input.params.accessId, what);
  add(contracts.requestAccess, (call) => requestAccess(deps, byOf(call), call.input.params.id, call.input.body));
  add(contracts.listAccesses, async (call) => ({ items: await operatorAccessList(deps, byOf(call)) }));
  add(contracts.approveAccess, change('approve'));
  add(contracts.declineAccess, change('decline'));
  add(contracts.endAccess, change('end'));
  add(contracts.lookAtTenant, (call) => {
    const { id, accessId, view } = call.input.params;
    return lookAtTenant(deps, byOf(call), { tenantId: id, accessId, view, ...call.input.query });
  });
}
