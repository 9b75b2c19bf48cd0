import type { AuditCode } from '../../../../shared/audit-codes.ts';

export interface BilingualText {
  ja: string;
  en: string;
}

/**
 * What each audit code says to people. Data, not interface texts: the two sentences of a code belong together, and the type
 * makes it impossible to add a code without both.
 */
export const AUDIT_TEXTS: Readonly<Record<AuditCode, BilingualText>> = {
  'tenant.created': { ja: 'テナントを作成しました', en: 'Created the tenant' },
  'tenant.settings_changed': { ja: 'テナントの設定を変更しました', en: 'Changed the tenant settings' },
  'tenant.key_created': { ja: 'テナントの暗号鍵を作成しました', en: 'Created an encryption key of the tenant' },
  'session.login': { ja: 'ログインしました', en: 'Logged in' },
  'session.login_refused': { ja: 'ログインを拒否しました', en: 'Login was refused' },
  'session.logout': { ja: 'ログアウトしました', en: 'Logged out' },
  'session.expired': { ja: 'セッションの有効期限が切れました', en: 'The session expired' },
  'session.revoked': { ja: 'セッションを無効にしました', en: 'Revoked a session' },
  'access.refused': { ja: '権限のない操作を拒否しました', en: 'Refused an action that is not permitted' },
  'user.created': { ja: 'ユーザーを登録しました', en: 'Created a user' },
  'user.updated': { ja: 'ユーザーを変更しました', en: 'Changed a user' },
  'user.disabled': { ja: 'ユーザーを無効にしました', en: 'Disabled a user' },
  'user.locked': { ja: 'ログイン失敗が続いたためユーザーをロックしました', en: 'Locked a user after repeated failed logins' },
  'user.unlocked': { ja: 'ユーザーのロックを解除しました', en: 'Unlocked a user' },
  'user.password_changed': { ja: 'パスワードを変更しました', en: 'Changed a password' },
  'profile.created': { ja: 'プロファイルを作成しました', en: 'Created a profile' },
  'profile.updated': { ja: 'プロファイルを変更しました', en: 'Changed a profile' },
  'api_key.created': { ja: 'APIキーを発行しました', en: 'Issued an API key' },
  'api_key.revoked': { ja: 'APIキーを無効にしました', en: 'Revoked an API key' },
  'customer.created': { ja: '顧客を登録しました', en: 'Created a customer' },
  'customer.updated': { ja: '顧客を変更しました', en: 'Changed a customer' },
  'company.created': { ja: '会社を登録しました', en: 'Created a company' },
  'company.updated': { ja: '会社を変更しました', en: 'Changed a company' },
  'case.created': { ja: '案件を登録しました', en: 'Created a case' },
  'case.updated': { ja: '案件を変更しました', en: 'Changed a case' },
  'activity.created': { ja: '対応履歴にメモを追加しました', en: 'Added a note to the timeline' },
  'knowledge.created': { ja: 'FAQ記事を作成しました', en: 'Created an FAQ article' },
  'queue.created': { ja: 'キューを作成しました', en: 'Created a queue' },
  'queue.updated': { ja: 'キューを変更しました', en: 'Changed a queue' },
  'flow.created': { ja: '着信フローを作成しました', en: 'Created a call flow' },
  'number.created': { ja: '電話番号を登録しました', en: 'Added a telephone number' },
  'number.updated': { ja: '電話番号の設定を変更しました', en: 'Changed a telephone number' },
  'number.removed': { ja: '電話番号を削除しました', en: 'Removed a telephone number' },
  'trunk.test_called': { ja: '外線の試験発信をしました', en: 'Made a test call over a trunk' },
  'device.test_called': { ja: 'SIP電話機へ試験発信をしました', en: 'Made a test call to a SIP telephone' },
  'trunk.created': { ja: '外線を追加しました', en: 'Added a trunk' },
  'trunk.updated': { ja: '外線の設定を変更しました', en: 'Changed a trunk' },
  'trunk.removed': { ja: '外線を削除しました', en: 'Removed a trunk' },
  'trunk.state_changed': { ja: '外線の状態が変わりました', en: 'The state of a trunk changed' },
  'outbound_routes.updated': { ja: '発信経路を変更しました', en: 'Changed the outbound routes' },
  'dial_policy.updated': { ja: '発信の制限を変更しました', en: 'Changed the limits on calls out' },
  'dial.refused': { ja: '発信を拒否しました', en: 'Refused a call out' },
  'prompt.replaced': { ja: 'ガイダンス音声を差し替えました', en: 'Replaced a voice prompt' },
  'prompt.removed': { ja: 'ガイダンス音声を標準に戻しました', en: 'Restored a standard voice prompt' },
  'wrap_up_code.created': { ja: '応対結果コードを追加しました', en: 'Added a wrap-up code' },
  'status_reason.created': { ja: '離席理由を追加しました', en: 'Added a status reason' },
  'status_reason.updated': { ja: '離席理由を変更しました', en: 'Changed a status reason' },
  'call.wrap_up_undone': { ja: '応対結果の保存を取り消しました', en: 'Took back a saved wrap-up' },
  'wrap_up_code.updated': { ja: '応対結果コードを変更しました', en: 'Changed a wrap-up code' },
  'device.created': { ja: 'SIP電話機を登録しました', en: 'Added a SIP telephone' },
  'device.updated': { ja: 'SIP電話機の設定を変更しました', en: 'Changed a SIP telephone' },
  'device.password_reset': { ja: 'SIP電話機のパスワードを再発行しました', en: 'Gave a SIP telephone a new password' },
  'device.registered': { ja: 'SIP電話機が接続しました', en: 'A SIP telephone registered' },
  'device.unregistered': { ja: 'SIP電話機の接続が終わりました', en: 'A SIP telephone is no longer registered' },
  'device.register_refused': { ja: 'SIP電話機の接続を拒否しました', en: 'Refused the registration of a SIP telephone' },
  'call.started': { ja: '通話を開始しました', en: 'A call began' },
  'call.refused': { ja: '着信を拒否しました', en: 'Refused a call' },
  'call.notice_played': { ja: '録音の案内を最後まで再生しました', en: 'Played the recording notice to its end' },
  'call.queued': { ja: '通話が待ち呼に入りました', en: 'A call began to wait in a queue' },
  'call.offered': { ja: 'オペレーターを呼び出しました', en: 'Rang an agent' },
  'call.offer_ended': { ja: 'オペレーターの呼出しが終わりました', en: 'Stopped ringing an agent' },
  'call.answered': { ja: 'オペレーターが応答しました', en: 'An agent answered a call' },
  'call.transferred': { ja: '通話を転送しました', en: 'Transferred a call' },
  'call.conference': { ja: '通話を会議にしました', en: 'Made a call a conference' },
  'call.parked': { ja: '通話を保留番号に預けました', en: 'Parked a call' },
  'call.picked_up': { ja: '預けられた通話を取りました', en: 'Picked up a parked call' },
  'call.supervised': { ja: '他の担当者の通話に加わりました（モニター・ささやき・割り込み・交代）', en: 'Listened to, joined or took over a call of somebody else' },
  'call.supervise_ended': { ja: '他の担当者の通話から離れました', en: 'Left a call of somebody else' },
  'call.held': { ja: '通話を保留しました', en: 'Put a call on hold' },
  'call.resumed': { ja: '保留を解除しました', en: 'Resumed a held call' },
  'call.ended': { ja: '通話を終了しました', en: 'A call ended' },
  'call.abandoned': { ja: '応答前に発信者が切断しました(放棄呼)', en: 'The caller hung up before an answer (abandoned)' },
  'call.wrapped_up': { ja: '応対結果を記録しました', en: 'Recorded the wrap-up of a call' },
  'call.interrupted': { ja: '障害により通話が中断しました', en: 'A call was interrupted by a fault' },
  'agent.presence_changed': { ja: 'オペレーターの状態を変更しました', en: 'Changed the presence of an agent' },
  'agent.health_changed': { ja: 'オペレーターの接続状態が変わりました', en: 'The health of an agent’s desk changed' },
  'recording.started': { ja: '通話録音を開始しました', en: 'Started recording a call' },
  'recording.paused': { ja: '録音を一時停止しました', en: 'Paused a recording' },
  'recording.resumed': { ja: '録音を再開しました', en: 'Went on with a recording' },
  'recording.completed': { ja: '通話録音を保存しました', en: 'Stored a recording' },
  'recording.interrupted': { ja: '通話録音が途中で終わりました', en: 'A recording ended early' },
  'recording.played': { ja: '通話録音を再生しました', en: 'Played a recording' },
  'report.exported': { ja: 'レポートをファイルに書き出しました', en: 'Exported a report as a file' },
  'audit.exported': { ja: '監査ログを書き出しました', en: 'Exported the audit log' },
};

/** The sentence of a code in the language of the screen; a code of a newer server is shown as it is. */
export function auditSentence(code: string, locale: string): string {
  const texts: Readonly<Record<string, BilingualText | undefined>> = AUDIT_TEXTS;
  const text = texts[code];
  if (text === undefined) return code;
  return locale.startsWith('ja') ? text.ja : text.en;
}

/** Codes that a supervisor should notice while scrolling. */
const WARNINGS: ReadonlySet<string> = new Set<AuditCode>([
  'session.login_refused',
  'access.refused',
  'user.locked',
  'device.register_refused',
  'call.refused',
  'dial.refused',
  'call.interrupted',
  'recording.interrupted',
]);

export const isWarning = (code: string): boolean => WARNINGS.has(code);

/** The groups of the filter: the part of the code before the dot, with the word people use. */
export const AUDIT_SUBJECTS: Readonly<Record<string, BilingualText>> = {
  tenant: { ja: 'テナント', en: 'Tenant' },
  session: { ja: 'ログイン', en: 'Login' },
  access: { ja: 'アクセス拒否', en: 'Refused access' },
  user: { ja: 'ユーザー', en: 'Users' },
  profile: { ja: 'プロファイル', en: 'Profiles' },
  api_key: { ja: 'APIキー', en: 'API keys' },
  customer: { ja: '顧客', en: 'Customers' },
  company: { ja: '会社', en: 'Companies' },
  case: { ja: '案件', en: 'Cases' },
  activity: { ja: '対応履歴のメモ', en: 'Timeline notes' },
  knowledge: { ja: 'FAQ', en: 'FAQ' },
  queue: { ja: 'キュー', en: 'Queues' },
  flow: { ja: '着信フロー', en: 'Call flows' },
  number: { ja: '電話番号', en: 'Numbers' },
  trunk: { ja: '外線', en: 'Trunks' },
  outbound_routes: { ja: '発信経路', en: 'Outbound routes' },
  dial_policy: { ja: '発信の制限', en: 'Limits on calls out' },
  dial: { ja: '発信', en: 'Calls out' },
  prompt: { ja: 'ガイダンス', en: 'Prompts' },
  wrap_up_code: { ja: '応対結果', en: 'Wrap-up codes' },
  status_reason: { ja: '離席理由', en: 'Status reasons' },
  device: { ja: 'SIP電話機', en: 'SIP telephones' },
  call: { ja: '通話', en: 'Calls' },
  agent: { ja: 'オペレーター', en: 'Agents' },
  recording: { ja: '通話録音', en: 'Recordings' },
  report: { ja: 'レポート', en: 'Reports' },
  audit: { ja: '監査ログ', en: 'Audit log' },
};
