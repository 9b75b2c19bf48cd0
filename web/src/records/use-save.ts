import { notifications } from '@mantine/notifications';
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useProblemText } from '../lib/problem-text.ts';

interface Options<Input, Output> {
  run: (input: Input) => Promise<Output>;
  /** Ids of the contracts whose answers the change makes old. */
  refresh: readonly string[];
  /** What to say when it worked; null when the page shows it by going on. */
  done: string | null | ((output: Output) => string);
  /** Gets what was saved too: the form may have gone on meanwhile. */
  onDone?: (output: Output, input: Input) => void;
}

/**
 * A change of a record. Success and failure are both told in a notification; a failure leaves the form as it is, so that
 * nothing typed is lost.
 */
export function useSave<Input, Output>({ run, refresh, done, onDone }: Options<Input, Output>) {
  const client = useQueryClient();
  const problemText = useProblemText();
  const { t } = useLingui();
  return useMutation({
    mutationFn: run,
    onSuccess: async (output, input) => {
      if (done !== null) notifications.show({ color: 'teal', message: typeof done === 'string' ? done : done(output) });
      onDone?.(output, input);
      await Promise.all(refresh.map((id) => client.invalidateQueries({ queryKey: [id] })));
    },
    onError: (error) => {
      notifications.show({ color: 'red', title: t`Not saved`, message: problemText(error), autoClose: 10_000 });
    },
  });
}
