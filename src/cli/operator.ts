import { systemClock } from '../lib/clock.ts';
import { randomPassword } from '../lib/random-password.ts';
import { setOperatorPassword } from '../modules/operator/operator-password.service.ts';
import { print } from './output.ts';
import { withDatabase } from './with-database.ts';

/** `scc operator reset-password LOGIN`: a new random password for one of the provider's people, who is made when not there yet. */
export async function resetOperatorPasswordCommand(loginId: string): Promise<void> {
  const password = randomPassword();
  await withDatabase((database) => setOperatorPassword({ database, clock: systemClock }, loginId, password));
  print(`${loginId}  ${password}`);
}
