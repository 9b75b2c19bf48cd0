import type { Messages } from '@lingui/core';

const catalogs = import.meta.glob<{ messages: Messages }>(['../features/*/locales/en.po', '!../features/{desk,login}/locales/en.po'], { eager: true });

/** English texts of all pages but login and desk. */
export const messages: Messages = Object.assign({}, ...Object.values(catalogs).map((catalog) => catalog.messages));
