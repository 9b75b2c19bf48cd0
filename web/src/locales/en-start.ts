import type { Messages } from '@lingui/core';

const catalogs = import.meta.glob<{ messages: Messages }>(['./en.po', '../features/{desk,login}/locales/en.po'], { eager: true });

/** English texts of the frame, of what all pages share, of the login and of the desk: all that an agent's first picture needs. */
export const messages: Messages = Object.assign({}, ...Object.values(catalogs).map((catalog) => catalog.messages));
