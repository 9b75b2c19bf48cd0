/**
 * Old and variant forms of kanji that Japanese names are written with. Each word starts with the form that all others fold
 * to. Chosen from the personal-name and old-form tables; forms that Unicode normalisation already unites are not needed.
 */
const GROUPS = `
高髙 崎﨑嵜碕埼 辺邊邉 斎斉齋齊 沢澤 浜濱濵 島嶋嶌 富冨 恵惠 国國圀 広廣 桜櫻 竜龍 滝瀧 沖冲 関關 塩鹽 円圓 栄榮 学學 気氣 亀龜 旧舊
峰峯 松枩 静靜 吉𠮷 土圡 郎郞 頼賴 頬頰 徳德 真眞 慎愼 満滿 万萬 与與 余餘 予豫 弁辨瓣辯 弥彌 寿壽 寛寬 実實 将將 尚尙 巌巖 県縣
黒黑 横橫 応應 欧歐 奥奧 温溫 桧檜 会會 絵繪 覚覺 楽樂 巻卷 観觀 勧勸 歓歡 陥陷 顔顏 戯戲 帰歸 暁曉 勲勳 薫薰 郷鄕鄉 尭堯 鉱鑛 鶏鷄
芸藝 撃擊 険險 検檢 権權 顕顯 厳嚴 験驗 剣劍劒劔 献獻 研硏 効效 恒恆 号號 黄黃 済濟 剤劑 雑雜 参參 桟棧 蚕蠶 惨慘 賛贊 残殘 歯齒 児兒 辞辭 湿濕 釈釋
収收 従從 渋澁澀 獣獸 縦縱 粛肅 処處 緒緖 叙敍 奨獎 乗乘 浄淨 剰剩 畳疊 条條 状狀 譲讓 醸釀 嬢孃 触觸 嘱囑 尽盡 図圖 粋粹 酔醉 穂穗 随隨 髄髓
数數 枢樞 瀬瀨 声聲 摂攝 窃竊 専專 践踐 銭錢 浅淺 潜潛 繊纖 禅禪 双雙 壮壯 捜搜 挿插 巣巢 争爭 総總 聡聰 荘莊 装裝 騒騷 増增 蔵藏 臓臟 属屬 続續 堕墮
体體 対對 帯帶 滞滯 台臺 択擇 単單 団團 断斷 弾彈 遅遲 昼晝 虫蟲 鋳鑄 庁廳 聴聽 勅敕 鎮鎭 逓遞 鉄鐵 転轉 点點 伝傳 党黨 当當 灯燈 盗盜 稲稻 闘鬪 独獨 読讀
届屆 縄繩 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發 髪髮 抜拔 蛮蠻 秘祕 彦彥 姫姬 仏佛 払拂 並竝 変變 宝寶 豊豐 褒襃 翻飜 槙槇 毎每 黙默 薬藥 訳譯 戻戾
誉譽 揺搖 様樣 謡謠 遥遙 瑶瑤 乱亂 覧覽 竪豎 両兩 猟獵 緑綠 涙淚 塁壘 励勵 礼禮 霊靈 齢齡 恋戀 炉爐 労勞 楼樓 禄祿 録錄 湾灣 亜亞 悪惡 圧壓 囲圍
為爲 医醫 壱壹 飲飮 隠隱 駅驛 閲閱 縁緣 艶艷 殴毆 穏穩 仮假 価價 画畫 懐懷 壊壞 拡擴 殻殼 岳嶽 缶罐 偽僞 犠犧 拠據 挙擧 峡峽 挟挾 狭狹
区區 駆驅 径徑 茎莖 継繼 渓溪 経經 蛍螢 軽輕 掲揭 欠缺 圏圈 倹儉 戸戶 呉吳 娯娛 教敎 強强 砕碎 舎舍 写寫 糸絲 焼燒 証證 称稱
鴎鷗 祢禰 籠篭 薮藪 柳栁桺 桑桒 梅楳 杉椙 館舘 船舩 野埜 峠垰 泰𣳾 凛凜 煕熙凞 晃晄 曽曾 靱靭 鯵鰺 蝉蟬 鴬鶯 麺麵 槌鎚 蛎蠣 頚頸
侭儘 舖舗 卆卒 壷壺 隣鄰 濶闊 鹼鹸 嵯嵳 莱萊 柏栢 亰京 皐皋 閑閒
`;

/** Variant to the form it folds to. */
export const KANJI_VARIANTS: ReadonlyMap<string, string> = new Map(
  GROUPS.trim()
    .split(/\s+/)
    .flatMap((group) => {
      const [canonical = '', ...variants] = group;
      return variants.filter((variant) => variant !== canonical).map((variant): [string, string] => [variant, canonical]);
    }),
);
