import './lib/setup-zod.ts';
import './lib/csp-nonce.ts';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/global.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { startLocale } from './lib/i18n.ts';

const root = document.querySelector('#root');
if (!root) throw new Error('the page has no #root');

await startLocale();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
