import type { Messages } from '@lingui/core';

const catalogs = import.meta.glob<{ messages: Messages }>(['./en.po', '../features/*/locales/en.po'], { eager: true });

/** All English texts in one chunk. */
export const messages: Messages = Object.assign({}, ...Object.values(catalogs).map((catalog) => catalog.messages));
