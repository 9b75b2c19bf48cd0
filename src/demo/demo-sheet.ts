import type { SheetDefinition, SheetQuestion } from '../../shared/score-sheet.ts';

const question = (key: string, text: string, guide: string, part: Partial<SheetQuestion> = {}): SheetQuestion => ({ key, text, guide, kind: 'scale', max: 5, weight: 10, naAllowed: false, fatal: false, ...part });
const yesNo = { kind: 'yesNo', max: 1 } as const;

/** The score sheet of the demo: what a Japanese support line usually judges. */
export const DEMO_SHEET: { name: string; draft: SheetDefinition } = {
  name: '応対品質シート（標準）',
  draft: {
    sections: [
      {
        id: 'opening',
        title: 'オープニング',
        questions: [
          question('greeting', '名乗りと第一声', '5: 明るく聞き取りやすい / 3: 名乗りはあるが早口 / 0: 名乗りがない'),
          question('hearing', '用件の聞き取りと復唱', '5: 要点を復唱し確認した / 3: 復唱が一部 / 0: 聞き返しが多い', { weight: 15 }),
        ],
      },
      {
        id: 'handling',
        title: '応対',
        questions: [
          question('identity', '本人確認の手順を守った', '氏名と登録電話番号の2点を確認する。確認前に契約内容を話さない', { ...yesNo, weight: 10, naAllowed: true, fatal: true }),
          question('wording', '敬語と言葉づかい', '二重敬語、若者言葉、専門用語の多用は減点'),
          question('solution', '回答の正確さ', '5: 正確で過不足がない / 3: 補足が必要 / 0: 誤りがある', { weight: 25 }),
          question('hold', '保留の断りと長さ', '保留の理由と目安の時間を伝え、60秒以内に戻る', { naAllowed: true }),
        ],
      },
      {
        id: 'closing',
        title: 'クロージング',
        questions: [
          question('summary', '対応内容のまとめ', '決まったこと、次にすること、期限を伝えた', { weight: 10 }),
          question('farewell', '結びのあいさつ', '名乗り直しとお礼がある', { ...yesNo, weight: 5 }),
        ],
      },
    ],
    passMark: 80,
    fatalRule: 'zero',
    fatalCap: 50,
  },
};
