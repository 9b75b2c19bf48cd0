import { execFile } from 'node:child_process';
import { AppError, invalid } from '../../lib/errors.ts';

export type SpeechLanguage = 'ja' | 'en';

/** Something that makes sound of text. */
export interface SpeechProvider {
  /** For people: `eSpeak NG`. */
  name: string;
  /** Changes with everything that changes how texts sound; empty for the program on this machine. */
  key: string;
  languages: readonly SpeechLanguage[];
  /** @returns a WAV file, 16-bit PCM. @throws AppError `invalid` for text it cannot read, `speech_failed` */
  speak(text: string, language: SpeechLanguage): Promise<Buffer>;
}

/** How long the provider may take, ms. */
const PATIENCE_MS = 20_000;
const LARGEST = 16 * 1024 * 1024;

/** Runs a program without a shell; the text goes in by its standard input. */
function run(program: string, args: readonly string[], input: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { encoding: 'buffer', timeout: PATIENCE_MS, maxBuffer: LARGEST }, (error, out) => (error ? reject(speechFailed('The text could not be spoken.')) : resolve(out)));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Voices and speeds as for the shipped sounds. */
const VOICES: Readonly<Record<SpeechLanguage, readonly string[]>> = { ja: ['-v', 'ja', '-s', '150'], en: ['-v', 'en-gb', '-s', '155'] };

/** eSpeak NG of this machine, or null. It reads Japanese in kana only. */
export async function espeakProvider(): Promise<SpeechProvider | null> {
  try {
    await run('espeak-ng', ['--version'], '');
  } catch {
    return null;
  }
  return {
    name: 'eSpeak NG',
    key: '',
    languages: ['ja', 'en'],
    async speak(text, language) {
      if (language === 'ja' && /\p{Script=Han}/u.test(text)) {
        throw invalid('This voice reads kana only.', { errors: [{ path: 'body.text', message: 'kana only' }] });
      }
      return measuredWav(await run('espeak-ng', [...VOICES[language], '--stdin', '--stdout'], text));
    },
  };
}

/**
 * Who writes to a pipe or a stream cannot know the length that belongs into the head of the file (RIFF and data chunk).
 * @throws AppError `speech_failed` when this is no WAV file
 */
export function measuredWav(wav: Buffer): Buffer {
  const at = wav.indexOf('data', 12, 'latin1');
  if (wav.length < 44 || at < 0 || at + 8 > wav.length || wav.toString('latin1', 0, 4) !== 'RIFF') throw speechFailed('What came is no WAV file.');
  // A length that fits is left alone: there may be more behind the sound.
  if (wav.readUInt32LE(at + 4) > wav.length - at - 8) wav.writeUInt32LE(wav.length - at - 8, at + 4);
  wav.writeUInt32LE(wav.length - 8, 4);
  return wav;
}

/** @param message what went wrong, for who wanted the text spoken */
export const speechFailed = (message: string): AppError => new AppError('speech_failed', 502, message);
