import type { Settings } from '../../../shared/api/settings.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid } from '../../lib/errors.ts';
import { toE164 } from '../../vault/phone.ts';
import { changesOf } from '../support/records.ts';
import { findSettings, lockSettings, numberIsOurs, writeSettings } from './settings.queries.ts';

/** The tenant's settings; as at the beginning when nobody has set any. */
export async function settingsView(tx: TenantTx): Promise<Settings> {
  const row = await findSettings(tx);
  return {
    webCallEnabled: row?.web_call_enabled ?? false,
    webCallNumber: row?.web_call_number ?? null,
    careBreakMinutes: row?.care_break_minutes ?? 10,
    holdAlarmSeconds: row?.hold_alarm_seconds ?? 120,
    holdAutoReturn: row?.hold_auto_return ?? false,
    superviseTone: row?.supervise_tone ?? false,
    updatedAt: (row?.updated_at ?? new Date(0)).toISOString(),
    updatedBy: row?.updated_by ?? '',
  };
}

interface Change {
  webCallEnabled?: boolean | undefined;
  /** In any written form. */
  webCallNumber?: string | null | undefined;
  careBreakMinutes?: number | undefined;
  holdAlarmSeconds?: number | undefined;
  holdAutoReturn?: boolean | undefined;
  superviseTone?: boolean | undefined;
}

const refuse = (message: string) => invalid(message, { errors: [{ path: 'body.webCallNumber', message }] });

/** Changes the given settings. @throws AppError `invalid` when the web call page would have no number that answers */
export async function updateSettings(tx: TenantTx, patch: Change): Promise<Settings> {
  const row = await lockSettings(tx);
  const before = { webCallEnabled: row.web_call_enabled, webCallNumber: row.web_call_number, careBreakMinutes: row.care_break_minutes, holdAlarmSeconds: row.hold_alarm_seconds, holdAutoReturn: row.hold_auto_return, superviseTone: row.supervise_tone };
  const webCallNumber = patch.webCallNumber ? await ownNumber(tx, patch.webCallNumber) : patch.webCallNumber === undefined ? before.webCallNumber : null;
  const after = { webCallEnabled: patch.webCallEnabled ?? before.webCallEnabled, webCallNumber, careBreakMinutes: patch.careBreakMinutes ?? before.careBreakMinutes, holdAlarmSeconds: patch.holdAlarmSeconds ?? before.holdAlarmSeconds, holdAutoReturn: patch.holdAutoReturn ?? before.holdAutoReturn, superviseTone: patch.superviseTone ?? before.superviseTone };
  if (after.webCallEnabled && after.webCallNumber === null) throw refuse('The web call page needs a service number.');
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length > 0) {
    await writeSettings(tx, after);
    await tx.audit({ code: 'tenant.settings_changed', subject: { kind: 'tenant', id: tx.tenantId }, detail: changes });
  }
  return settingsView(tx);
}

async function ownNumber(tx: TenantTx, text: string): Promise<string> {
  const number = toE164(text, 'JP');
  if (number === null || !(await numberIsOurs(tx, number))) throw refuse('This is not a service number of yours.');
  return number;
}
