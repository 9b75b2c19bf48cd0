import type { Text } from './operator-page-parts.ts';

/** The contracts of the tenants, and the dialog of what is done with one. */
export const contractsHtml = (t: Text): string => `<section aria-labelledby="contracts-title"><h2 id="contracts-title">${t('contractsTitle')}</h2>
<p class="hint">${t('contractsHint')}</p>
<div id="contracts" class="wide"></div>
</section>`;

export const contractDialogHtml = (t: Text): string => `<dialog id="contract" aria-labelledby="contract-title"><form id="contract-form">
<h2 id="contract-title"></h2>
<p id="contract-hint"></p>
<p id="contract-notice" class="notice bad" role="alert" hidden></p>
<div id="contract-on-field"><label for="contract-on">${t('contractOn')}</label><input id="contract-on" name="on" type="date"></div>
<div id="contract-code-field"><label for="contract-code">${t('contractCode')}</label><input id="contract-code" name="code" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="63"></div>
<label for="contract-reason">${t('reason')}</label>
<textarea id="contract-reason" name="reason" rows="3" maxlength="500" required></textarea>
<div class="buttons"><button type="button" id="contract-cancel" class="quiet">${t('cancel')}</button><button type="submit" id="contract-do"></button></div>
</form></dialog>`;
