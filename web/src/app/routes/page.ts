import { lazyRouteComponent } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { loadPageTexts } from '../../lib/i18n.ts';

/** The component of a route, fetched with the texts of the pages. Login and desk do without: what they say comes with the start. */
export const page = (load: () => Promise<{ default: () => ReactNode }>) =>
  lazyRouteComponent(async () => {
    const [module] = await Promise.all([load(), loadPageTexts()]);
    return module;
  });
