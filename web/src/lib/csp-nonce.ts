import { setNonce } from 'get-nonce';

/** The nonce the server put into this page; styles made at run time carry it. */
export const cspNonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

setNonce(cspNonce);
