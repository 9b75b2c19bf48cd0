import { useLingui } from '@lingui/react/macro';
import { ApiProblem } from './problem.ts';
import { refusalText, statusText } from './refusal-text.ts';

/** Turns a failure into one sentence for people, in the language of the screen. */
export function useProblemText(): (error: unknown) => string {
  const { t, i18n } = useLingui();
  return (error) => {
    if (!(error instanceof ApiProblem)) return t`Something went wrong on this page. Please reload it.`;
    return i18n._(refusalText(error.code) ?? statusText(error.status));
  };
}
