import { beginConfirm, confirmByProvider } from '../../../shared/api/single-sign-on.ts';
import { call } from './api.ts';
import { loadSession } from './session.ts';

/** The state of the question that is under way in this browser: the window that the provider leads back to tells it from a login by it. */
const STATE_KEY = 'scc.confirming';
const CHANNEL = 'scc-confirm';

/**
 * Opens the provider in a window of its own, where the user logs in anew: this page stays, and with it a call and what was typed.
 * @returns false when the browser lets no window open
 * @throws ApiProblem when the provider cannot be asked
 */
export async function openProvider(): Promise<boolean> {
  // At once, in the click: a window that opens later is taken for an advertisement.
  const opened = window.open('about:blank', '_blank', 'popup,width=520,height=700');
  if (!opened) return false;
  try {
    const { url } = await call(beginConfirm, {});
    localStorage.setItem(STATE_KEY, new URL(url).searchParams.get('state') ?? '');
    opened.location.replace(url);
    return true;
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Hears that the provider has confirmed. @returns how to stop listening */
export function onConfirmed(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', listener);
  return () => channel.close();
}

/** Whether what the provider sent back answers a question of `openProvider`, and not a login. */
export function isConfirmation(query: string): boolean {
  const state = new URLSearchParams(query).get('state');
  return state !== null && state !== '' && localStorage.getItem(STATE_KEY) === state;
}

/** Hands the answer of the provider to the server, tells the page that waits for it, and closes this window. @throws ApiProblem */
export async function endConfirmation(query: string): Promise<void> {
  localStorage.removeItem(STATE_KEY);
  await loadSession();
  await call(confirmByProvider, { body: { query } });
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('confirmed');
  channel.close();
  window.close();
}
