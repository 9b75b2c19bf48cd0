import type { Messages } from '@lingui/core';

const catalogs = import.meta.glob<{ messages: Messages }>(['./ja.po', '../features/*/locales/ja.po'], { eager: true });

/** All Japanese texts in one chunk. */
export const messages: Messages = Object.assign({}, ...Object.values(catalogs).map((catalog) => catalog.messages));
