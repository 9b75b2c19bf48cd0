import type { Messages } from '@lingui/core';

const catalogs = import.meta.glob<{ messages: Messages }>(['./ja.po', '../features/{desk,login}/locales/ja.po'], { eager: true });

/** Japanese texts of the frame, of what all pages share, of the login and of the desk: all that an agent's first picture needs. */
export const messages: Messages = Object.assign({}, ...Object.values(catalogs).map((catalog) => catalog.messages));
