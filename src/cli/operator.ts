import { systemClock } from '../lib/clock.ts';
import { randomPassword } from '../lib/random-password.ts';
import { resetOperatorFactor } from '../modules/operator/operator-factor.service.ts';
import { setOperatorPassword } from '../modules/operator/operator-password.service.ts';
import { demandGoodPassword } from '../modules/users/passwords.ts';
import { askSecret, doneAsking } from './ask.ts';
import { print } from './output.ts';
import { withDatabase } from './with-database.ts';

/** `scc operator reset-password LOGIN`: a new random password for one of the provider's people, who is made when not there yet. */
export async function resetOperatorPasswordCommand(loginId: string): Promise<void> {
  const password = randomPassword();
  await withDatabase((database) => setOperatorPassword({ database, clock: systemClock }, loginId, password));
  print(`${loginId}  ${password}`);
}

/** `scc operator set-password LOGIN`: the same with a password that is typed. @throws AppError `invalid` when it is easily guessed */
export async function setOperatorPasswordCommand(loginId: string): Promise<void> {
  const password = await askSecret(`New password of ${loginId}`);
  const again = await askSecret('Again');
  doneAsking();
  if (again !== password) throw new Error('The two are not the same.');
  demandGoodPassword(password, [loginId]);
  await withDatabase((database) => setOperatorPassword({ database, clock: systemClock }, loginId, password));
  print(`${loginId}: new password set`);
}

/** `scc operator reset-second-factor LOGIN`: for an operator who lost telephone and recovery codes. @throws AppError `not_found` */
export async function resetOperatorFactorCommand(loginId: string): Promise<void> {
  await withDatabase((database) => resetOperatorFactor({ database, clock: systemClock }, loginId));
  print(`${loginId}: no second factor any more; the next login sets a new one up`);
}
