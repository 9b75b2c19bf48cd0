import * as contracts from '../../../shared/api/prompts.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { listPrompts, replacePrompt, restorePrompt, speakPrompt, type PromptDeps } from './prompts.service.ts';

export const promptRoutes = (deps: PromptDeps): BoundRoute[] => [
  bind(contracts.listPrompts, (_input, context) => context.inTenant((tx) => listPrompts(deps, tx))),
  bind(contracts.replacePrompt, ({ params, body }, context) => replacePrompt(deps, context, params.name, Buffer.isBuffer(body) ? body : Buffer.alloc(0))),
  bind(contracts.restorePrompt, ({ params }, context) => restorePrompt(deps, context, params.name)),
  bind(contracts.speakPrompt, ({ params, body }, context) => speakPrompt(deps, context, params.name, body.text, body.language)),
  bind(contracts.getSpeech, () => Promise.resolve({ provider: deps.speech?.name ?? null, languages: [...(deps.speech?.languages ?? [])] })),
];
