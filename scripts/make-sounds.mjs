/**
 * Makes the shipped sounds: prompts spoken by espeak-ng, music and tones from notes. The outputs are committed; this script
 * needs Debian's `espeak-ng` and `sox` and gives the same bytes each time.
 *
 *   node scripts/make-sounds.mjs           writes assets/sounds and says what differs from before
 *   node scripts/make-sounds.mjs --check   writes nothing; exit code 1 when something would differ
 *
 * Japanese is given in kana only: espeak-ng reads kanji as "Chinese letter".
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../assets/sounds');
const RATE = 8000;

const JAPANESE = {
  'recording-notice': 'おでんわ ありがとうございます。この つうわは、おうたい ひんしつの こうじょうの ため、ろくおん させて いただきます',
  'menu-main': 'さぽーとは 1を、ちゅうもんは 2を、えいぎょうじかんは 3を、るすばんでんわは ぜろを、おしてください',
  'menu-invalid': 'もうしわけ ございません。その ばんごうは ごりよう いただけません',
  'menu-timeout': 'にゅうりょくが かくにん できませんでした',
  'open-hours': 'えいぎょうじかんは、へいじつの ごぜん 9じから、ごご 6じまで です',
  closed: 'ほんじつの えいぎょうは しゅうりょう いたしました',
  'queue-enter': 'たんとうしゃに おつなぎ します。そのまま おまちください',
  'queue-wait': 'ただいま でんわが たいへん こみあって おります。そのまま しばらく おまちください',
  'queue-position-intro': 'おまちの じゅんばんは',
  'queue-position-unit': 'ばんめ です',
  'queue-wait-intro': 'おまちじかんは、およそ',
  'queue-callback': 'でんわを きって、じゅんばんが きたら おりかえしを ごきぼうの かたは、1を おしてください',
  'callback-choice': 'おかけの ばんごうに おりかえす ばあいは 1を、べつの ばんごうの ばあいは 2を、おしてください',
  'callback-number': 'おりかえしさきの でんわばんごうを しがいきょくばんから にゅうりょくし、さいごに しゃーぷを おしてください',
  'callback-confirm': 'で よろしければ 1を、にゅうりょく しなおす ばあいは 2を、おしてください',
  'callback-invalid': 'この でんわばんごうは ごりよう いただけません',
  'queue-wait-to': 'から',
  'queue-wait-unit': 'の みこみ です',
  'queue-wait-within': 'いないの みこみ です',
  'voicemail-greeting': 'ただいま でんわに でることが できません。はっしんおんの あとに、おなまえと ごようけんを おはなし ください',
  'voicemail-thanks': 'おあずかり しました。おでんわ ありがとうございました',
  'voicemail-review': 'ほぞんする ばあいは 1を、ききなおす ばあいは 2を、ろくおんし なおす ばあいは 3を、おしてください',
  'mailbox-number': 'ぼっくすの ばんごうを にゅうりょくし、しゃーぷを おしてください',
  'mailbox-pin': 'あんしょうばんごうを にゅうりょくし、しゃーぷを おしてください',
  'mailbox-wrong': 'ばんごう、または あんしょうばんごうが ちがいます',
  'mailbox-locked': 'ただいま ごりよう いただけません。しばらくしてから おかけなおし ください',
  'mailbox-failed': 'しすてむの つごうにより、ただいま めっせーじを おきき いただけません。あんしょうばんごうの まちがい では ありません。しばらくしてから おかけなおし ください',
  'mailbox-none': 'めっせーじは ありません',
  'mailbox-count': 'けんの めっせーじが あります',
  'mailbox-menu': 'もういちど きくには 1を、さくじょするには 7を、ほぞんするには 9を、つぎへ すすむには しゃーぷを、おしてください',
  'mailbox-deleted': 'さくじょ しました',
  'mailbox-saved': 'ほぞん しました',
  'mailbox-end': 'めっせーじは いじょう です',
  announcement: 'こちらは、すまーと こんたくと せんたーです。ただいま、しすてむは せいじょうに かどう しております',
  goodbye: 'おでんわ ありがとうございました。しつれい いたします',
  'all-busy': 'もうしわけ ございません。ただいま すべての たんとうしゃが でんわに でて おります。のちほど おかけなおし ください',
  'conduct-warning': 'おそれいりますが、ただいまの ごはつげんは、おうたいを つづける ことが むずかしい ないよう です。このまま つづく ばあいは、つうわを しゅうりょう させて いただきます。この つうわは ろくおん されて います',
  'conduct-ending': 'まことに おそれいりますが、これいじょうの おうたいは いたしかねます。つうわを しゅうりょう させて いただきます。しつれい いたします',
};

const ENGLISH = {
  'recording-notice': 'Thank you for calling. This call is recorded to improve our service.',
  'menu-main': 'For support, press 1. For orders, press 2. For our opening hours, press 3. To leave a message, press 0.',
  'menu-invalid': 'Sorry, that is not a valid choice.',
  'menu-timeout': 'Sorry, we did not receive a choice.',
  'open-hours': 'We are open on weekdays from 9 A M to 6 P M.',
  closed: 'We are closed for today.',
  'queue-enter': 'We are connecting you to an agent. Please hold the line.',
  'queue-wait': 'All our agents are busy at the moment. Please stay on the line.',
  'queue-position-intro': 'You are number',
  'queue-position-unit': 'in the queue.',
  'queue-wait-intro': 'Your wait will be about',
  'queue-callback': 'To hang up and be called back when it is your turn, press 1.',
  'callback-choice': 'To be called back at the number you are calling from, press 1. For another number, press 2.',
  'callback-number': 'Please enter the telephone number with its area code, followed by the hash key.',
  'callback-confirm': 'If this is right, press 1. To enter it again, press 2.',
  'callback-invalid': 'This telephone number cannot be used.',
  'queue-wait-to': 'to',
  'queue-wait-unit': 'as far as we can tell.',
  'queue-wait-within': 'or less.',
  'voicemail-greeting': 'We cannot take your call at the moment. Please leave your name and message after the tone.',
  'voicemail-thanks': 'We have received your message. Thank you for calling.',
  'voicemail-review': 'To keep your message, press 1. To hear it, press 2. To record it again, press 3.',
  'mailbox-number': 'Please enter the number of the mailbox, followed by the hash key.',
  'mailbox-pin': 'Please enter the PIN, followed by the hash key.',
  'mailbox-wrong': 'The number or the PIN is not right.',
  'mailbox-locked': 'This is not possible at the moment. Please call again later.',
  'mailbox-failed': 'Because of a fault of the system, messages cannot be heard at the moment. Nothing is wrong with your PIN. Please call again later.',
  'mailbox-none': 'There are no messages.',
  'mailbox-count': 'messages.',
  'mailbox-menu': 'To hear it again, press 1. To delete it, press 7. To keep it, press 9. For the next message, press hash.',
  'mailbox-deleted': 'Deleted.',
  'mailbox-saved': 'Kept.',
  'mailbox-end': 'There are no more messages.',
  announcement: 'This is the Smart Contact Center. All systems are working normally.',
  goodbye: 'Thank you for calling. Goodbye.',
  'all-busy': 'We are sorry. All our agents are busy. Please call again later.',
  'conduct-warning': 'We are sorry, but we cannot continue this call in this manner. If it goes on, we will have to end the call. This call is being recorded.',
  'conduct-ending': 'We are sorry, but we cannot continue this call and will now end it. Goodbye.',
};

const HUNDREDS = ['ひゃく', 'にひゃく', 'さんびゃく', 'よんひゃく', 'ごひゃく', 'ろっぴゃく', 'ななひゃく', 'はっぴゃく', 'きゅうひゃく'];
const THOUSANDS = ['せん', 'にせん', 'さんぜん', 'よんせん', 'ごせん', 'ろくせん', 'ななせん', 'はっせん', 'きゅうせん'];
const MINUTES = ['', 'いっぷん', 'にふん', 'さんぷん', 'よんぷん', 'ごふん', 'ろっぷん', 'ななふん', 'はっぷん', 'きゅうふん'];
const HOURS = ['れいじ', 'いちじ', 'にじ', 'さんじ', 'よじ', 'ごじ', 'ろくじ', 'しちじ', 'はちじ', 'くじ', 'じゅうじ', 'じゅういちじ'];
const MONTHS = ['いち', 'に', 'さん', 'し', 'ご', 'ろく', 'しち', 'はち', 'く', 'じゅう', 'じゅういち', 'じゅうに'];
const DAYS = ['ついたち', 'ふつか', 'みっか', 'よっか', 'いつか', 'むいか', 'なのか', 'ようか', 'ここのか', 'とおか'];
const WEEKDAYS = ['にち', 'げつ', 'か', 'すい', 'もく', 'きん', 'ど'];
const UNITS = { 'unit-man': 'まん', 'unit-oku': 'おく', 'unit-yen': 'えん', 'unit-year': 'ねん', 'unit-span': 'かん', 'yen-4': 'よえん', 'year-4': 'よねん', 'thousand-1-linked': 'いっせん', am: 'ごぜん', pm: 'ごご' };
const ENGLISH_PARTS = ['hundred', 'thousand', 'million', 'billion', 'and', 'yen', 'hour', 'hours', 'minute', 'minutes', 'oh'];
const ENGLISH_MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const ENGLISH_WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** Silence around a whole sentence, and around a part that others follow at once, s. */
const SENTENCE = ['0.05', '0.15'];
const PART = ['0.01', '0.04'];

const DIGITS = ['ぜろ', 'いち', 'に', 'さん', 'よん', 'ご', 'ろく', 'なな', 'はち', 'きゅう'];

/** The reading of 0 to 99 before a counter such as ばんめ. */
function japaneseNumber(number) {
  if (number < 10) return DIGITS[number];
  const tens = Math.floor(number / 10);
  return `${tens === 1 ? '' : DIGITS[tens]}じゅう${number % 10 === 0 ? '' : DIGITS[number % 10]}`;
}

/** The reading of a day of the month. */
function japaneseDay(day) {
  if (day <= 10) return DAYS[day - 1];
  if (day === 14) return 'じゅうよっか';
  if (day === 20) return 'はつか';
  if (day === 24) return 'にじゅうよっか';
  const tens = day < 20 ? 'じゅう' : day < 30 ? 'にじゅう' : 'さんじゅう';
  return `${tens}${day % 10 === 0 ? '' : ['', 'いち', 'に', 'さん', '', 'ご', 'ろく', 'しち', 'はち', 'く'][day % 10]}にち`;
}

/** 1 to 59 minutes: the sound changes with the last digit, or with the ten. */
function japaneseMinute(minute) {
  const tens = Math.floor(minute / 10);
  const before = tens > 1 ? DIGITS[tens] : '';
  if (minute % 10 === 0) return `${before}じゅっぷん`;
  return `${tens > 0 ? `${before}じゅう` : ''}${MINUTES[minute % 10]}`;
}

/** What is put together by src/ivr/speak: names and texts. */
function* japaneseParts() {
  yield* Object.entries(UNITS);
  for (const [index, text] of HUNDREDS.entries()) yield [`hundred-${index + 1}`, text];
  for (const [index, text] of THOUSANDS.entries()) yield [`thousand-${index + 1}`, text];
  for (let minute = 1; minute < 60; minute++) yield [`minute-${minute}`, japaneseMinute(minute)];
  for (const [index, text] of HOURS.entries()) yield [`hour-${index}`, text];
  for (const [index, text] of MONTHS.entries()) yield [`month-${index + 1}`, `${text}がつ`];
  for (let day = 1; day <= 31; day++) yield [`day-${day}`, japaneseDay(day)];
  for (const [index, text] of WEEKDAYS.entries()) yield [`weekday-${index}`, `${text}ようび`];
}

function* englishParts() {
  for (const word of ENGLISH_PARTS) yield [word, word];
  yield ['am', 'A M'];
  yield ['pm', 'P M'];
  for (const [index, text] of ENGLISH_MONTHS.entries()) yield [`month-${index + 1}`, text];
  for (let day = 1; day <= 31; day++) {
    const ending = [11, 12, 13].includes(day) ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
    yield [`day-${day}`, `${day}${ending}`];
  }
  for (const [index, text] of ENGLISH_WEEKDAYS.entries()) yield [`weekday-${index}`, text];
}

/** PCM 16 bit mono WAV to 8 kHz mu-law WAV, band-limited as a telephone is. */
function toTelephone(wav, effects) {
  const output = ['-t', 'wav', '-r', String(RATE), '-c', '1', '-e', 'u-law', '-'];
  // -R: no random dither; -V1: no warnings about the unknown length of piped input.
  return execFileSync('sox', ['-R', '-D', '-V1', '-t', 'wav', '-', ...output, ...effects], {
    input: wav,
    maxBuffer: 64 * 1024 * 1024,
  });
}

function speak(voice, speed, text, pad = SENTENCE) {
  const spoken = execFileSync('espeak-ng', ['-v', voice, '-s', String(speed), '--stdout', text], { maxBuffer: 64 * 1024 * 1024 });
  const trim = ['silence', '1', '0.01', '0.3%', 'reverse', 'silence', '1', '0.01', '0.3%', 'reverse'];
  return fixLengths(toTelephone(spoken, [...trim, 'sinc', '150-3600', 'norm', '-3', 'pad', ...pad]));
}

/** sox cannot seek in a pipe: the sizes in the header are written afterwards. */
function fixLengths(wav) {
  const data = wav.indexOf('data', 12, 'latin1');
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.writeUInt32LE(wav.length - data - 8, data + 4);
  const fact = wav.indexOf('fact', 12, 'latin1');
  if (fact > 0 && fact < data) wav.writeUInt32LE(wav.length - data - 8, fact + 8);
  return wav;
}

function pcmWav(samples) {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length * 2, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length * 2, 40);
  const body = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, index) => body.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(sample * 32767))), index * 2));
  return Buffer.concat([header, body]);
}

/** Hold music: eight bars of four beats over I-vi-IV-V in F major, played twice; the ring of notes makes the loop seamless. */
function holdMusic() {
  const beat = 60 / 66;
  const length = Math.round(8 * 4 * beat * RATE);
  const sound = new Float64Array(length);
  const pluck = (start, midi, seconds, level) => {
    const frequency = 440 * 2 ** ((midi - 69) / 12);
    const first = Math.round(start * beat * RATE);
    for (let index = 0; index < seconds * RATE; index++) {
      const time = index / RATE;
      const envelope = Math.min(1, time / 0.012) * Math.exp(-2.2 * time) * Math.min(1, (seconds - time) / 0.08);
      const angle = 2 * Math.PI * frequency * time;
      const tone = Math.sin(angle) + 0.35 * Math.exp(-3 * time) * Math.sin(2 * angle) + 0.12 * Math.exp(-5 * time) * Math.sin(3 * angle);
      // A note at the end rings on at the beginning.
      sound[(first + index) % length] += level * envelope * tone;
    }
  };
  const chords = [[53, 57, 60, 65], [50, 57, 62, 65], [46, 53, 58, 62], [48, 55, 60, 64], [53, 57, 60, 65], [50, 57, 62, 65], [46, 53, 58, 62], [48, 55, 58, 64]];
  const melody = [[72, 69, 67, 69], [74, 72, 69, 65], [70, 69, 67, 65], [67, 69, 72, 67], [72, 77, 76, 72], [74, 72, 69, 72], [70, 74, 72, 69], [67, 70, 69, 64]];
  chords.forEach((chord, bar) => {
    [0, 1, 2, 3, 2, 1, 2, 3].forEach((voice, step) => pluck(bar * 4 + step / 2, chord[voice], 2.4, 0.5));
    pluck(bar * 4, chord[0] - 12 < 41 ? chord[0] : chord[0] - 12, 3.2, 0.6);
    melody[bar].forEach((note, step) => pluck(bar * 4 + step, note, 2.2, 0.55));
  });
  const power = Math.sqrt(sound.reduce((sum, sample) => sum + sample * sample, 0) / length);
  return sound.map((sample) => (sample / power) * 10 ** (-18 / 20));
}

function beep() {
  const length = RATE * 0.5;
  return Float64Array.from({ length }, (_, index) => {
    const edge = Math.min(1, index / 80, (length - index) / 80);
    return 0.25 * edge * Math.sin((2 * Math.PI * 1000 * index) / RATE);
  });
}

/** Japan's ringback tone: 400 Hz, modulated by 16 Hz, 1 s on and 2 s off; begins and ends at a zero of the modulation. */
function ringback() {
  const on = RATE;
  return Float64Array.from({ length: RATE * 3 }, (_, index) => {
    if (index >= on) return 0;
    const modulation = 0.5 - 0.5 * Math.cos((2 * Math.PI * 16 * index) / RATE);
    return 0.2 * modulation * Math.sin((2 * Math.PI * 400 * index) / RATE);
  });
}

function* sounds() {
  for (const [name, text] of Object.entries(JAPANESE)) yield [`ja/${name}`, () => speak('ja', 150, text)];
  for (const [name, text] of Object.entries(ENGLISH)) yield [`en/${name}`, () => speak('en-gb', 150, text)];
  for (let number = 0; number < 100; number++) {
    yield [`ja/number-${number}`, () => speak('ja', 150, japaneseNumber(number), PART)];
    yield [`en/number-${number}`, () => speak('en-gb', 150, String(number), PART)];
  }
  for (const [name, text] of japaneseParts()) yield [`ja/${name}`, () => speak('ja', 150, text, PART)];
  for (const [name, text] of englishParts()) yield [`en/${name}`, () => speak('en-gb', 150, text, PART)];
  yield ['tones/pause', () => fixLengths(toTelephone(pcmWav(new Float64Array(RATE * 0.3)), []))];
  for (const language of ['ja', 'en']) yield [`${language}/beep`, () => fixLengths(toTelephone(pcmWav(beep()), []))];
  yield ['tones/ringback', () => fixLengths(toTelephone(pcmWav(ringback()), []))];
  yield ['music/hold', () => fixLengths(toTelephone(pcmWav(holdMusic()), []))];
}

const checkOnly = process.argv.includes('--check');
let different = 0;
for (const [name, make] of sounds()) {
  const path = join(FOLDER, `${name}.wav`);
  const made = make();
  if (existsSync(path) && readFileSync(path).equals(made)) continue;
  different++;
  console.log(`${existsSync(path) ? 'differs' : 'new'}: ${name}.wav`);
  if (checkOnly) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, made);
}
console.log(different === 0 ? 'all sounds are as committed' : `${different} sounds ${checkOnly ? 'would differ' : 'written'}`);
process.exitCode = checkOnly && different > 0 ? 1 : 0;
