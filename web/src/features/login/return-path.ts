const KEY = 'scc.next';

/** A page of this product and nothing else: `//host` would be another one. */
const isOwnPath = (path: string): boolean => path.startsWith('/') && !path.startsWith('//') && !path.startsWith('/\\') && !path.startsWith('/login');

/** Keeps where the user wanted to be while they are away at the provider. @param search the query of the login page */
export function keepReturnPath(search: string): void {
  sessionStorage.setItem(KEY, new URLSearchParams(search).get('next') ?? '/');
}

/** Where the user wanted to be, once. */
export function takeReturnPath(): string {
  const kept = sessionStorage.getItem(KEY) ?? '/';
  sessionStorage.removeItem(KEY);
  return isOwnPath(kept) ? kept : '/';
}
