import * as contracts from '../../shared/api/operator-accounts.ts';
import {
  changeOperatorAccount,
  createOperatorAccount,
  operatorAccounts,
  operatorSessionList,
  reissuePassword,
  revokeOperatorSession,
} from '../modules/operator/operator-accounts.service.ts';
import { beginOperatorSetUp, confirmOperatorSetUp } from '../modules/operator/operator-factor.service.ts';
import type { OperatorDeps, OperatorSession } from '../modules/operator/operator-types.ts';
import type { AddRoute } from './operator-routing.ts';

/** Routes of operators' second factors, accounts and sessions. */
export function registerOperatorAccounts(add: AddRoute, deps: OperatorDeps): void {
  const byOf = ({ session, request }: { session: OperatorSession; request: { ip: string } }) => ({ session, ip: request.ip });
  add(contracts.beginOperatorFactor, ({ session }) => beginOperatorSetUp(deps, session), 'setUp');
  add(contracts.confirmOperatorFactor, async ({ input, session, request }) => ({ recoveryCodes: await confirmOperatorSetUp(deps, session, input.body.code, request.ip) }), 'setUp');
  add(contracts.listOperatorAccounts, async () => ({ items: await operatorAccounts(deps) }), 'admin');
  add(contracts.createOperatorAccount, (call) => createOperatorAccount(deps, byOf(call), call.input.body), 'admin');
  add(contracts.disableOperator, (call) => changeOperatorAccount(deps, byOf(call), call.input.params.id, { do: 'disable' }), 'admin');
  add(contracts.enableOperator, (call) => changeOperatorAccount(deps, byOf(call), call.input.params.id, { do: 'enable' }), 'admin');
  add(contracts.setOperatorRole, (call) => changeOperatorAccount(deps, byOf(call), call.input.params.id, { do: 'role', role: call.input.body.role }), 'admin');
  add(contracts.reissueOperatorPassword, (call) => reissuePassword(deps, byOf(call), call.input.params.id), 'admin');
  add(contracts.resetOperatorFactor, (call) => changeOperatorAccount(deps, byOf(call), call.input.params.id, { do: 'factor' }), 'admin');
  add(contracts.listOperatorSessions, async ({ session }) => ({ items: await operatorSessionList(deps, session) }));
  add(contracts.revokeOperatorSession, (call) => revokeOperatorSession(deps, byOf(call), call.input.params.id));
}
