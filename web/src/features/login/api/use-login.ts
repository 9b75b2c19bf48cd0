import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { loginWays } from '../../../../../shared/api/login-settings.ts';
import type { PasskeyAnswer } from '../../../../../shared/api/passkeys.ts';
import { beginPasskeyLogin, factorNeededSchema, type FactorNeeded, login, loginWithPasskey } from '../../../../../shared/api/session.ts';
import { beginSingleSignOn, loginWithSingleSignOn } from '../../../../../shared/api/single-sign-on.ts';
import { call } from '../../../lib/api.ts';
import { signWithPasskey } from '../../../lib/passkeys.ts';
import { ApiProblem } from '../../../lib/problem.ts';
import { loadSession } from '../../../lib/session.ts';
import { keepReturnPath } from '../return-path.ts';

export interface Credentials {
  tenant: string;
  loginId: string;
  password: string;
  /** Of the authenticator app, or a recovery code; empty when none was asked for. */
  code: string;
}

/** One way in, as the page tries it. */
export type Attempt =
  | { way: 'password'; credentials: Credentials }
  | { way: 'second_passkey'; credentials: Credentials; options: Record<string, unknown> }
  | { way: 'passkey'; tenant: string }
  | { way: 'single_sign_on'; query: string };

/** Logs in and loads what the session may do; nothing of an earlier user stays in the cache. */
export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (attempt: Attempt) => {
      await tryToEnter(attempt);
      client.clear();
      await loadSession();
    },
  });
}

async function tryToEnter(attempt: Attempt): Promise<void> {
  if (attempt.way === 'password') await withPassword(attempt.credentials);
  else if (attempt.way === 'second_passkey') await withPassword(attempt.credentials, await signWithPasskey(attempt.options));
  else if (attempt.way === 'single_sign_on') await call(loginWithSingleSignOn, { body: { query: attempt.query } });
  else {
    const { options } = await call(beginPasskeyLogin, { body: { tenant: attempt.tenant.trim() } });
    await call(loginWithPasskey, { body: { answer: await signWithPasskey(options) } });
  }
}

async function withPassword({ code, ...credentials }: Credentials, passkey?: PasskeyAnswer): Promise<void> {
  await call(login, { body: { ...credentials, ...(code !== '' && { code }), ...(passkey && { passkey }) } });
}

/** The ways that a login needs beside the right password; null when the error says something else. */
export function factorNeeded(error: unknown): FactorNeeded | null {
  if (!(error instanceof ApiProblem) || error.code !== 'second_factor_needed') return null;
  return factorNeededSchema.safeParse(error.members['ways']).data ?? { code: true, app: true, passkey: null };
}

/** Leaves for the provider of the tenant. */
export function useLeaveForProvider() {
  return useMutation({
    mutationFn: async (tenant: string) => {
      const { url } = await call(beginSingleSignOn, { body: { tenant } });
      keepReturnPath(location.search);
      location.assign(url);
    },
  });
}

/** What the tenant offers beside the password; nothing while its code is not typed. */
export function useLoginWays(tenant: string) {
  return useQuery({
    queryKey: [loginWays.id, tenant],
    queryFn: ({ signal }) => call(loginWays, { params: { tenant } }, signal),
    enabled: tenant !== '',
    retry: false,
    staleTime: 60_000,
  });
}
