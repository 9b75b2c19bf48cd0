import type { CompanyContent } from '../modules/companies/company-content.ts';
import type { CustomerContent } from '../modules/customers/customer-content.ts';

/** A customer of the demo; all are invented. `company` is an index into DEMO_COMPANIES. */
export interface DemoCustomer extends CustomerContent {
  company: number | null;
}

const company = (name: string, nameKana: string, phone: string, address: string): CompanyContent => ({ name, nameKana, phones: [phone], address, note: '' });

/** Invented companies. */
export const DEMO_COMPANIES: readonly CompanyContent[] = [
  company('株式会社あおば商事', 'アオバショウジ', '03-0000-1001', '東京都千代田区大手町0-0-1'),
  company('みなと物流株式会社', 'ミナトブツリュウ', '045-000-1002', '神奈川県横浜市中区港町0-2'),
  company('有限会社髙木製作所', 'タカギセイサクショ', '06-0000-1003', '大阪府東大阪市高井田0-3'),
  company('北斗ソフトウェア株式会社', 'ホクトソフトウェア', '011-000-1004', '北海道札幌市北区北七条西0-4'),
  company('株式会社さくら食品', 'サクラショクヒン', '052-000-1005', '愛知県名古屋市中村区名駅0-5'),
  company('渡邊建設株式会社', 'ワタナベケンセツ', '092-000-1006', '福岡県福岡市博多区博多駅前0-6'),
  company('ひかりクリニック', 'ヒカリクリニック', '022-000-1007', '宮城県仙台市青葉区中央0-7'),
  company('株式会社ミライデザイン', 'ミライデザイン', '075-000-1008', '京都府京都市下京区四条通0-8'),
];

/** Family name, given name, both in kana, telephone as somebody typed it, company, labels. */
const ROWS: readonly (readonly [string, string, string, string, string, number | null, ...string[]])[] = [
  ['佐藤', '健一', 'サトウ', 'ケンイチ', '090-0000-0101', 0, 'VIP'],
  ['鈴木', '美咲', 'スズキ', 'ミサキ', '09000000102', 0],
  ['髙橋', '大輔', 'タカハシ', 'ダイスケ', '０９０－００００－０１０３', 2, '法人'],
  ['田中', '陽子', 'タナカ', 'ヨウコ', '+81 90-0000-0104', 1],
  ['渡邉', '翔太', 'ワタナベ', 'ショウタ', '080-0000-0105', 5, '法人'],
  ['伊藤', 'さくら', 'イトウ', 'サクラ', '080 0000 0106', null],
  ['山本', '和也', 'ヤマモト', 'カズヤ', '(03)0000-0107', null, '要注意'],
  ['中村', '恵子', 'ナカムラ', 'ケイコ', '090-0000-0108', 4],
  ['小林', '拓海', 'コバヤシ', 'タクミ', '070-0000-0109', 3],
  ['加藤', '由美', 'カトウ', 'ユミ', '090-0000-0110', null],
  ['吉田', '誠', 'ヨシダ', 'マコト', '090-0000-0111', 1],
  ['山﨑', '直樹', 'ヤマサキ', 'ナオキ', '080-0000-0112', null, 'VIP'],
  ['佐々木', '愛', 'ササキ', 'アイ', '090-0000-0113', 6],
  ['松本', '隆', 'マツモト', 'タカシ', '06-0000-0114', 2],
  ['井上', '真由美', 'イノウエ', 'マユミ', '090-0000-0115', null],
  ['木村', '亮', 'キムラ', 'リョウ', '090-0000-0116', 7],
  ['林', '優子', 'ハヤシ', 'ユウコ', '080-0000-0117', null],
  ['斎藤', '雄介', 'サイトウ', 'ユウスケ', '090-0000-0118', 5],
  ['齋藤', '千尋', 'サイトウ', 'チヒロ', '090-0000-0119', null],
  ['清水', '浩', 'シミズ', 'ヒロシ', '045-000-0120', 1],
  ['山口', '彩', 'ヤマグチ', 'アヤ', '090-0000-0121', 4],
  ['森', '大樹', 'モリ', 'ダイキ', '080-0000-0122', null],
  ['池田', '沙織', 'イケダ', 'サオリ', '090-0000-0123', 3],
  ['橋本', '光', 'ハシモト', 'ヒカル', '070-0000-0124', null],
  ['阿部', '桃子', 'アベ', 'モモコ', '090-0000-0125', 6],
  ['石川', '剛', 'イシカワ', 'ツヨシ', '090-0000-0126', null, '要注意'],
  ['前田', '奈々', 'マエダ', 'ナナ', '080-0000-0127', 7],
  ['藤田', '慎一郎', 'フジタ', 'シンイチロウ', '090-0000-0128', 0],
  ['後藤', '麻衣', 'ゴトウ', 'マイ', '090-0000-0129', null],
  ['岡田', '悠斗', 'オカダ', 'ユウト', '080-0000-0130', null],
  ['長谷川', '梓', 'ハセガワ', 'アズサ', '090-0000-0131', 3],
  ['村上', '春樹', 'ムラカミ', 'ハルキ', '090-0000-0132', null],
  ['近藤', '瞳', 'コンドウ', 'ヒトミ', '092-000-0133', 5],
  ['石井', '創', 'イシイ', 'ハジメ', '090-0000-0134', null],
  ['坂本', '結衣', 'サカモト', 'ユイ', '080-0000-0135', 4],
  ['遠藤', '駿', 'エンドウ', 'シュン', '090-0000-0136', null],
  ['青木', '美穂', 'アオキ', 'ミホ', '090-0000-0137', 2],
  ['西村', '豊', 'ニシムラ', 'ユタカ', '075-000-0138', 7],
  ['福田', '理恵', 'フクダ', 'リエ', '090-0000-0139', null],
  ['ジョンソン', 'マリー', 'ジョンソン', 'マリー', '+1 202-555-0140', null, '英語'],
];

/** About forty invented customers; some names are written with old kanji forms, some numbers in unusual ways. */
export const DEMO_CUSTOMERS: readonly DemoCustomer[] = ROWS.map(([familyName, givenName, familyNameKana, givenNameKana, phone, companyIndex, ...labels], index) => ({
  familyName,
  givenName,
  familyNameKana,
  givenNameKana,
  phones: [phone],
  emails: [`customer${String(index + 1).padStart(2, '0')}@example.jp`],
  note: index % 5 === 0 ? '折り返しは平日の午後を希望。' : '',
  labels,
  custom: {},
  company: companyIndex,
}));

export interface DemoCase {
  /** Index into DEMO_CUSTOMERS. */
  customer: number;
  subject: string;
  description: string;
  status: 'open' | 'pending' | 'closed';
  priority: 'low' | 'normal' | 'high';
}

/** Cases of the demo's customers. */
export const DEMO_CASES: readonly DemoCase[] = [
  { customer: 0, subject: '請求書の宛名を変更したい', description: '部署名の変更に伴い、次回から新しい宛名で送付を希望。', status: 'open', priority: 'normal' },
  { customer: 0, subject: 'ログインできない', description: 'パスワード再設定で解決。', status: 'closed', priority: 'normal' },
  { customer: 2, subject: '納品された部品の数が足りない', description: '注文100個に対して98個。写真を受領済み。', status: 'open', priority: 'high' },
  { customer: 3, subject: '配送日の変更', description: '来週火曜の午前に変更を希望。', status: 'pending', priority: 'normal' },
  { customer: 4, subject: '見積もりの依頼', description: '50席での年間契約。', status: 'open', priority: 'normal' },
  { customer: 6, subject: '対応が遅いという苦情', description: '責任者からの連絡を希望。', status: 'open', priority: 'high' },
  { customer: 8, subject: 'データの取り込みでエラー', description: 'CSVの文字コードを案内し、結果待ち。', status: 'pending', priority: 'normal' },
  { customer: 11, subject: '契約内容の確認', description: 'オプションの料金について説明済み。', status: 'closed', priority: 'low' },
  { customer: 12, subject: '予約の取り消し', description: '取り消し手続きが完了。', status: 'closed', priority: 'normal' },
  { customer: 17, subject: '領収書の再発行', description: '紛失のため再発行を希望。', status: 'open', priority: 'low' },
  { customer: 22, subject: 'APIの利用方法', description: '技術担当に確認中。', status: 'pending', priority: 'normal' },
  { customer: 25, subject: '返品の希望', description: '開封済みのため条件を確認中。', status: 'open', priority: 'high' },
  { customer: 32, subject: '現地調査の日程', description: '候補日を三つ受領。', status: 'open', priority: 'normal' },
  { customer: 39, subject: 'Invoice in English', description: '英語の請求書を希望。', status: 'open', priority: 'normal' },
];
