// The set-up of the second factor: nothing else is shown before it is done.

import { byId, make, openPage, say, send, texts } from './operator-lib.js';

/** A QR code from its rows, dark on white whatever the colours of the page. */
function qrCode(rows) {
  const part = (tag, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const size = rows.length;
  const path = rows.flatMap((row, y) => [...row].flatMap((dark, x) => (dark === '1' ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  const code = part('svg', { class: 'qr', viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': texts.qrLabel, 'shape-rendering': 'crispEdges' });
  code.append(part('rect', { width: size, height: size, fill: '#fff' }), part('path', { d: path, fill: '#000' }));
  return code;
}

function showCodes(codes) {
  byId('set-up').hidden = true;
  byId('recovery').hidden = false;
  byId('recovery-codes').replaceChildren(...codes.map((code) => make('li', {}, code)));
  byId('recovery-title').focus();
  byId('recovery-copy').addEventListener('click', async () => {
    const told = byId('recovery-copied');
    try {
      await navigator.clipboard.writeText(codes.join('\n'));
      told.textContent = texts.copied;
    } catch {
      told.textContent = texts.notCopied;
    }
  });
  byId('recovery-done').addEventListener('click', () => openPage(false));
}

async function begin() {
  const notice = byId('notice');
  try {
    const { secret, qr } = await send('POST', '/second-factor');
    byId('qr').replaceChildren(qrCode(qr));
    byId('secret').textContent = secret.match(/.{1,4}/g).join(' ');
    byId('set-up-form').hidden = false;
    say(notice, '', false);
    byId('set-up-code').focus();
  } catch (error) {
    if (error.status === 401) return openPage(true);
    // It was set up in another window meanwhile.
    if (error.status === 409) return openPage(false);
    say(notice, error.message, true);
  }
}

async function confirmCode(event) {
  event.preventDefault();
  const [input, button] = [byId('set-up-code'), byId('set-up-do')];
  button.disabled = true;
  try {
    showCodes((await send('POST', '/second-factor/confirm', { code: input.value.trim() })).recoveryCodes);
  } catch (error) {
    if (error.status === 401) return openPage(true);
    say(byId('notice'), error.message, true);
    input.value = '';
    input.focus();
  } finally {
    button.disabled = false;
  }
}

export function startSetUp() {
  say(byId('notice'), texts.loading, false);
  byId('set-up-form').addEventListener('submit', confirmCode);
  void begin();
}
