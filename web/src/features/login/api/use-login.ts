import { useMutation, useQueryClient } from '@tanstack/react-query';
import { login } from '../../../../../shared/api/session.ts';
import { call } from '../../../lib/api.ts';
import { loadSession } from '../../../lib/session.ts';

export interface Credentials {
  tenant: string;
  loginId: string;
  password: string;
  /** Of the authenticator app, or a recovery code; empty when none was asked for. */
  code: string;
}

/** Logs in and loads what the session may do; nothing of an earlier user stays in the cache. */
export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ code, ...credentials }: Credentials) => {
      await call(login, { body: code === '' ? credentials : { ...credentials, code } });
      client.clear();
      await loadSession();
    },
  });
}
