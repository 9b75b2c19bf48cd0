import { I18nProvider } from '@lingui/react';
import { useLingui } from '@lingui/react/macro';
import { MantineProvider, mergeThemeOverrides, Notification } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { cspNonce } from '../lib/csp-nonce.ts';
import { i18n } from '../lib/i18n.ts';
import { queryClient } from '../lib/query-client.ts';
import { router } from './router.tsx';
import { theme } from './theme.ts';

const nonce = (): string => cspNonce;

/** The look, with the words that it holds in the language of the screen. */
function Look({ children }: { children: ReactNode }) {
  const { t } = useLingui();
  const close = t`Close`;
  const show = t`Show what is typed`;
  const worded = useMemo(
    () =>
      mergeThemeOverrides(theme, {
        components: {
          Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': close } } }),
          // By name: the login alone needs it at the start. The kit would leave its button to the mouse.
          PasswordInput: { defaultProps: { visibilityToggleButtonProps: { 'aria-label': show, tabIndex: 0 } } },
        },
      }),
    [close, show],
  );
  return (
    <MantineProvider theme={worded} forceColorScheme="light" getStyleNonce={nonce}>
      {children}
    </MantineProvider>
  );
}

/** Everything pages stand on: texts, look, data, routes. */
export function App() {
  return (
    <I18nProvider i18n={i18n}>
      <Look>
        <Notifications position="top-center" limit={4} />
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Look>
    </I18nProvider>
  );
}
