import type { OperatorTexts } from './operator-texts.ts';

/** A text of the page, as it may stand in an element or a quoted attribute. */
export type Text = (key: keyof OperatorTexts) => string;

export const loginHtml = (t: Text, hasEnded: boolean): string => `<main class="login">
<form id="login" method="post" action="/api/v1/login">
<h2>${t('loginTitle')}</h2>
<p class="hint">${t('loginHint')}</p>
<p id="login-notice" class="notice" role="alert"${hasEnded ? '' : ' hidden'}>${hasEnded ? t('sessionEnded') : ''}</p>
<label for="login-id">${t('loginId')}</label>
<input id="login-id" name="loginId" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="100" required autofocus>
<label for="password">${t('password')}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required>
<label for="code">${t('loginCode')}</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" maxlength="100" aria-describedby="code-hint">
<p id="code-hint" class="hint">${t('loginCodeHint')}</p>
<button type="submit">${t('logIn')}</button>
</form>
</main>`;

/** All there is for an operator without a second factor. */
export const setUpHtml = (t: Text): string => `<main class="login">
<section id="set-up" aria-labelledby="set-up-title">
<h2 id="set-up-title">${t('setUpTitle')}</h2>
<p class="hint">${t('setUpHint')}</p>
<p id="notice" class="notice" role="alert" hidden></p>
<form id="set-up-form" hidden>
<p>${t('setUpScan')}</p>
<div id="qr"></div>
<p class="hint">${t('setUpSecret')}</p>
<p><code id="secret"></code></p>
<label for="set-up-code">${t('setUpCode')}</label>
<input id="set-up-code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="20" required>
<button type="submit" id="set-up-do">${t('setUpDo')}</button>
</form>
</section>
<section id="recovery" aria-labelledby="recovery-title" hidden>
<h2 id="recovery-title" tabindex="-1">${t('recoveryTitle')}</h2>
<p>${t('recoveryHint')}</p>
<ul id="recovery-codes" class="codes"></ul>
<p id="recovery-copied" class="hint" role="status"></p>
<button type="button" id="recovery-copy" class="quiet">${t('copy')}</button>
<button type="button" id="recovery-done">${t('recoveryDone')}</button>
</section>
</main>`;

/** Accounts (shown to admins) and live sessions. */
export const accountsHtml = (t: Text): string => `<section id="accounts-section" aria-labelledby="accounts-title" hidden>
<h2 id="accounts-title">${t('accountsTitle')}</h2>
<p class="hint">${t('accountsHint')}</p>
<div id="accounts" class="wide"></div>
<form id="account-form" class="inline">
<h3>${t('accountNew')}</h3>
<p id="account-notice" class="notice bad" role="alert" hidden></p>
<label for="account-login">${t('loginId')}</label>
<input id="account-login" name="loginId" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="50" required>
<label for="account-role">${t('role')}</label>
<select id="account-role" name="role"><option value="staff">${t('role_staff')}</option><option value="admin">${t('role_admin')}</option></select>
<button type="submit" id="account-create">${t('accountCreate')}</button>
</form>
</section>
<section aria-labelledby="sessions-title"><h2 id="sessions-title">${t('sessionsTitle')}</h2><div id="sessions" class="wide"></div></section>`;

/** Dialogs of accounts. */
export const accountDialogsHtml = (t: Text): string => `<dialog id="confirm" aria-labelledby="confirm-title"><form id="confirm-form">
<h2 id="confirm-title"></h2>
<p id="confirm-hint"></p>
<p id="confirm-notice" class="notice bad" role="alert" hidden></p>
<div class="buttons"><button type="button" id="confirm-cancel" class="quiet">${t('cancel')}</button><button type="submit" id="confirm-do"></button></div>
</form></dialog>
<dialog id="issued" aria-labelledby="issued-title">
<h2 id="issued-title"></h2>
<p><code id="issued-password"></code></p>
<p class="hint">${t('issuedHint')}</p>
<div class="buttons"><button type="button" id="issued-close">${t('close')}</button></div>
</dialog>`;
