import { defineConfig } from '@lingui/conf';
import { formatter } from '@lingui/format-po';

/** One catalogue per feature folder, so that two people adding texts do not meet in one file; the rest is in src/locales. */
export default defineConfig({
  sourceLocale: 'en',
  locales: ['ja', 'en'],
  catalogs: [
    { path: '<rootDir>/src/features/{name}/locales/{locale}', include: ['<rootDir>/src/features/{name}'] },
    {
      path: '<rootDir>/src/locales/{locale}',
      include: ['<rootDir>/src'],
      exclude: ['<rootDir>/src/features/**', '**/*.test.ts', '**/*.d.ts'],
    },
  ],
  orderBy: 'message',
  format: formatter({ lineNumbers: false, printPlaceholdersInComments: false }),
});
