import type { CheckClass, CheckId, CheckUnit, Verdict, VerdictReason } from '../../../shared/api/monitoring.ts';

/** Words of the monitoring, for mails and the operator's page. */
export interface CheckTexts {
  classes: Readonly<Record<CheckClass, string>>;
  checks: Readonly<Record<CheckId, string>>;
  verdicts: Readonly<Record<Verdict, string>>;
  reasons: Readonly<Record<VerdictReason, string>>;
  /** After a number; an empty one for figures that are counts. */
  units: Readonly<Record<CheckUnit, string>>;
}

export const CHECK_TEXTS: Readonly<Record<'ja' | 'en', CheckTexts>> = {
  ja: {
    classes: { network: 'ネットワーク', servers: 'サーバー', storage: 'ストレージ', software: 'システムソフトウェア', services: 'サービス', processes: 'プロセス' },
    checks: {
      'network.traffic': '通信量',
      'network.errors': '通信エラー・破棄',
      'network.udp_overflow': 'UDP受信あふれ',
      'servers.cpu': 'CPU使用率',
      'servers.memory': 'メモリー使用率',
      'servers.open_files': '開いているファイル（上限比）',
      'storage.data': 'データ領域の使用率',
      'storage.objects': '録音領域の使用率',
      'storage.backup': 'バックアップの経過（間隔比、失敗は300%）',
      'storage.database': 'データベースの容量',
      'software.database': 'データベースの応答',
      'software.connections': 'データベース接続数（上限比）',
      'software.clock': '時計のずれ（10秒間）',
      'software.time': '時刻サーバーとの差',
      'software.certificate': 'TLS証明書の残り',
      'services.http': 'HTTPの応答',
      'services.sip': 'SIPの拒否・破棄',
      'services.call': '試験通話の応答',
      'services.journal': '書き込み待ちの通話記録',
      'services.contracts': '契約終了テナントの破棄の遅れ',
      'services.scanner': 'ウイルス検査の応答（未測定＝検査なし）',
      'services.master_key': 'マスター鍵の開封（次の起動に備えて）',
      'processes.loop': '本体の処理の遅れ (p95)',
      'processes.core_memory': '本体のメモリー',
      'processes.media': '応答しない音声プロセス',
      'processes.media_delay': '音声プロセスの遅れ (p99)',
    },
    verdicts: { ok: '正常', note: '注意', fault: '異常', unknown: '未測定' },
    reasons: { bound: 'しきい値超過', change: '急な変化', unreadable: '測定できません' },
    units: { bytesPerSecond: '/秒', perSecond: '件/秒', percent: '%', bytes: '', ms: 'ms', days: '日', count: '件' },
  },
  en: {
    classes: { network: 'Network', servers: 'Servers', storage: 'Storage', software: 'System software', services: 'Services', processes: 'Processes' },
    checks: {
      'network.traffic': 'Traffic',
      'network.errors': 'Errors and drops',
      'network.udp_overflow': 'UDP overflow',
      'servers.cpu': 'CPU in use',
      'servers.memory': 'Memory in use',
      'servers.open_files': 'Open files, of the limit',
      'storage.data': 'Data disk in use',
      'storage.objects': 'Recordings disk in use',
      'storage.backup': 'Age of the backup, of its interval (failed = 300 %)',
      'storage.database': 'Size of the database',
      'software.database': 'Answer of the database',
      'software.connections': 'Database connections, of the limit',
      'software.clock': 'Steps of the clock (10 s)',
      'software.time': 'Distance from the time server',
      'software.certificate': 'TLS certificate, time left',
      'services.http': 'Answer of HTTP',
      'services.sip': 'SIP refused or dropped',
      'services.call': 'Answer of the synthetic call',
      'services.journal': 'Call records waiting',
      'services.contracts': 'Delay of a destruction after a contract',
      'services.scanner': 'Answer of the malware scanner (not measured = none)',
      'services.master_key': 'Opening of the master key, for the next start',
      'processes.loop': 'Lateness of core (p95)',
      'processes.core_memory': 'Memory of core',
      'processes.media': 'Media processes that do not answer',
      'processes.media_delay': 'Lateness of media (p99)',
    },
    verdicts: { ok: 'OK', note: 'Note', fault: 'Fault', unknown: 'not measured' },
    reasons: { bound: 'beyond its bound', change: 'sudden change', unreadable: 'cannot be measured' },
    units: { bytesPerSecond: '/s', perSecond: '/s', percent: '%', bytes: '', ms: 'ms', days: 'days', count: '' },
  },
};

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

function byteText(bytes: number): string {
  let [value, at] = [bytes, 0];
  while (value >= 1024 && at < BYTE_UNITS.length - 1) [value, at] = [value / 1024, at + 1];
  return `${value.toFixed(value < 10 && at > 0 ? 1 : 0)} ${BYTE_UNITS[at] ?? ''}`;
}

/** A figure with its unit, for people. */
export function figureText({ units }: CheckTexts, unit: CheckUnit, value: number | null): string {
  if (value === null) return '–';
  if (unit === 'bytes') return byteText(value);
  if (unit === 'bytesPerSecond') return `${byteText(value)}${units[unit]}`;
  return `${value.toFixed(value < 10 && !Number.isInteger(value) ? 1 : 0)} ${units[unit]}`.trimEnd();
}
