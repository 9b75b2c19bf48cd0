import type { Messages } from '@lingui/core';

const catalogs = import.meta.glob<{ messages: Messages }>(['../features/*/locales/ja.po', '!../features/{desk,login}/locales/ja.po'], { eager: true });

/** Japanese texts of all pages but login and desk. */
export const messages: Messages = Object.assign({}, ...Object.values(catalogs).map((catalog) => catalog.messages));
