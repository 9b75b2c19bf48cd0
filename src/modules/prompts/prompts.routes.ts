import * as contracts from '../../../shared/api/prompts.ts';
import * as speech from '../../../shared/api/speech.ts';
import { BinaryAnswer, bind, type BoundRoute } from '../support/binding.ts';
import { listPrompts, replacePrompt, restorePrompt, speakPrompt, speakText, type PromptDeps } from './prompts.service.ts';
import { removeSpeechProvider, setSpeechProvider, speechProviderView } from './speech-provider.service.ts';
import { checkWav } from './wav-check.ts';

export const promptRoutes = (deps: PromptDeps): BoundRoute[] => [
  bind(contracts.listPrompts, (_input, context) => context.inTenant((tx) => listPrompts(deps, tx))),
  bind(contracts.replacePrompt, ({ params, body }, context) => replacePrompt(deps, context, params.name, Buffer.isBuffer(body) ? body : Buffer.alloc(0))),
  bind(contracts.restorePrompt, ({ params }, context) => restorePrompt(deps, context, params.name)),
  bind(contracts.speakPrompt, ({ params, body }, context) => speakPrompt(deps, context, params.name, body.text, body.language)),
  bind(contracts.getSpeech, async (_input, context) => {
    const providers = await context.inTenant((tx) => deps.speech.of(tx));
    const names = [...new Set([...providers.values()].map(({ name }) => name))];
    return { provider: names.length === 0 ? null : names.join(', '), languages: [...providers.keys()] };
  }),
  bind(speech.getSpeechProvider, (_input, context) => context.inTenant(speechProviderView)),
  bind(speech.setSpeechProvider, ({ body }, context) => context.inTenant((tx) => setSpeechProvider(tx, body))),
  bind(speech.removeSpeechProvider, (_input, context) => context.inTenant(removeSpeechProvider)),
  bind(speech.testSpeech, async ({ body }, context) => {
    const wav = await speakText(deps, context, body.text, body.language);
    checkWav(wav);
    return new BinaryAnswer(200, { 'content-type': 'audio/wav', 'content-length': String(wav.length) }, wav);
  }),
];
