import { createHash } from 'node:crypto';
import { SPEECH_PLACES } from '../../../shared/api/speech.ts';
import { AppError } from '../../lib/errors.ts';
import { fetchOutside, type OutsideWorld } from '../../lib/outside-request.ts';
import { measuredWav, speechFailed, type SpeechLanguage, type SpeechProvider } from './speech.ts';

/** How a server is asked to speak. */
export interface HttpSpeech {
  url: string;
  keyHeader: string;
  /** Value of that header; empty = none is sent. */
  key: string;
  voiceJa: string | null;
  voiceEn: string | null;
  body: string;
  answerPath: string;
  timeoutMs: number;
}

/** Largest answer, bytes: a sound as large as one that may be uploaded, in Base64. */
const LARGEST = 12 * 1024 * 1024;

const voiceOf = ({ voiceJa, voiceEn }: HttpSpeech, language: SpeechLanguage): string | null => (language === 'ja' ? voiceJa : voiceEn);

/** The sound inside an answer of JSON. @throws AppError `speech_failed` */
function soundAt(answer: Buffer, path: string): Buffer {
  let value: unknown = null;
  try {
    value = JSON.parse(answer.toString('utf8'));
  } catch {
    throw speechFailed('The answer is not JSON.');
  }
  for (const name of path.split('.')) value = typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  if (typeof value !== 'string') throw speechFailed(`The answer has no text at ${path}.`);
  return Buffer.from(value, 'base64');
}

/** A server that speaks for a tenant, asked under the rules for servers outside. @param world without it the public internet only */
export function httpSpeech(settings: HttpSpeech, world?: OutsideWorld): SpeechProvider {
  const { url, keyHeader, key, body, answerPath, timeoutMs } = settings;
  return {
    name: new URL(url).host,
    key: createHash('sha256').update(JSON.stringify([url, settings.voiceJa, settings.voiceEn, body])).digest('hex'),
    languages: (['ja', 'en'] as const).filter((language) => voiceOf(settings, language) !== null),
    async speak(text, language) {
      const places: Record<string, string> = { text, language, voice: voiceOf(settings, language) ?? '' };
      const filled = body.replaceAll(SPEECH_PLACES, (_place, name: string) => JSON.stringify(places[name] ?? ''));
      try {
        const headers = { accept: answerPath === '' ? 'audio/wav' : 'application/json', ...(key !== '' && { [keyHeader]: key }) };
        const answer = await fetchOutside({ method: 'POST', url, headers, body: filled, timeoutMs }, LARGEST, world);
        if (answer.status < 200 || answer.status > 299) throw speechFailed(`The provider answered with status ${answer.status}.`);
        return measuredWav(answerPath === '' ? answer.content : soundAt(answer.content, answerPath));
      } catch (error) {
        if (error instanceof AppError && error.code !== 'speech_failed') throw speechFailed(`${error.message} (${error.code})`);
        throw error;
      }
    },
  };
}
