import type { Text } from './operator-page-parts.ts';

/** Requests for access to tenants, and the place where a tenant is looked at. */
export const accessHtml = (t: Text): string => `<section id="viewer" aria-labelledby="viewer-title" class="viewer" hidden>
<h2 id="viewer-title" tabindex="-1"></h2>
<p class="hint">${t('viewerHint')}</p>
<p id="viewer-notice" class="notice bad" role="alert" hidden></p>
<div id="viewer-sides" class="actions"></div>
<div id="viewer-content" class="wide"></div>
<button type="button" id="viewer-close" class="quiet">${t('viewerClose')}</button>
</section>
<section aria-labelledby="access-title">
<h2 id="access-title">${t('accessTitle')}</h2>
<p class="hint">${t('accessHint')}</p>
<div id="accesses" class="wide"></div>
<details>
<summary>${t('accessNew')}</summary>
<form id="access-form" class="inline">
<p id="access-notice" class="notice bad" role="alert" hidden></p>
<label for="access-tenant">${t('accessTenant')}</label>
<select id="access-tenant" name="tenant" required></select>
<label for="access-scope">${t('accessScope')}</label>
<select id="access-scope" name="scope"><option value="settings">${t('scope_settings')}</option><option value="content">${t('scope_content')}</option></select>
<label for="access-reason">${t('accessReason')}</label>
<textarea id="access-reason" name="reason" rows="2" minlength="10" maxlength="500" required></textarea>
<label for="access-ticket">${t('accessTicket')}</label>
<input id="access-ticket" name="ticket" autocomplete="off" maxlength="60">
<label for="access-minutes">${t('accessMinutes')}</label>
<select id="access-minutes" name="minutes">${[15, 30, 60].map((minutes) => `<option value="${minutes}">${t('minutesOf').replace('{minutes}', String(minutes))}</option>`).join('')}</select>
<label class="check"><input type="checkbox" id="access-urgent" name="urgent">${t('accessUrgent')}</label>
<div id="access-urgent-part" hidden>
<label for="access-urgent-reason">${t('accessUrgentReason')}</label>
<textarea id="access-urgent-reason" name="urgentReason" rows="2" minlength="10" maxlength="500"></textarea>
</div>
<button type="submit" id="access-ask">${t('accessAsk')}</button>
</form>
</details>
</section>`;
