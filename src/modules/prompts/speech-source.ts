import { Counter, type Registry } from 'prom-client';
import type { TenantTx } from '../../db/types.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OutsideWorld } from '../../lib/outside-request.ts';
import { NO_SCANNER, type Scanner } from '../scanner/scanner.ts';
import { httpSpeech } from './http-speech.ts';
import { readSpeech } from './speech-provider.service.ts';
import type { SpeechLanguage, SpeechProvider } from './speech.ts';

/** Who speaks for which tenant. */
export interface SpeechSource {
  /** By language: the tenant's own provider before the program on this machine. */
  of(tx: TenantTx): Promise<ReadonlyMap<SpeechLanguage, SpeechProvider>>;
}

/** Where nothing speaks. */
export const NO_SPEECH: SpeechSource = { of: () => Promise.resolve(new Map()) };

export interface SpeechSourceOptions {
  /** The program on this machine; null = there is none. */
  builtIn: SpeechProvider | null;
  registry: Registry;
  logger: Logger;
  /** What providers of tenants may be, beside the public internet. */
  world?: OutsideWorld;
  /** Looks at what providers of tenants send; nothing does when not given. */
  scanner?: Scanner;
}

export function createSpeechSource({ builtIn, registry, logger, world, scanner = NO_SCANNER }: SpeechSourceOptions): SpeechSource {
  const spoken = new Counter({ name: 'scc_speech_texts_total', help: 'Texts spoken, or not, by who should have.', labelNames: ['provider', 'outcome'], registers: [registry] });
  const counted = (provider: SpeechProvider, label: string): SpeechProvider => ({
    ...provider,
    async speak(text, language) {
      try {
        const wav = await provider.speak(text, language);
        if (label === 'tenant') await scanner.check(wav, provider.name);
        spoken.inc({ provider: label, outcome: 'spoken' });
        return wav;
      } catch (error) {
        spoken.inc({ provider: label, outcome: 'failed' });
        logger.warn({ provider: provider.name, error: messageOf(error) }, 'a text could not be spoken');
        throw error;
      }
    },
  });
  const own = builtIn && counted(builtIn, 'machine');
  return {
    async of(tx) {
      const settings = await readSpeech(tx);
      const provider = settings && counted(httpSpeech(settings, world), 'tenant');
      return new Map([...(own ? own.languages.map((language) => [language, own] as const) : []), ...(provider ? provider.languages.map((language) => [language, provider] as const) : [])]);
    },
  };
}
