import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** Only the ipc folder may know that it runs in Tauri: everything else works with any host. */
const tauri = {
  group: ['@tauri-apps/*'],
  message: 'Only src/lib/ipc imports @tauri-apps; use ipc from $lib/ipc/client.',
};

/** Features meet in src/views and share state through src/lib/state. */
const features = {
  regex:
    '(\\$lib|\\.\\.)/features/|^\\.\\./(composer|first-run|films|gallery|queue|settings|storyboard|usage|viewer)(/|$)',
  message: 'A feature does not import another: put them together in src/views, share state in src/lib/state.',
};

/** Generic components have no domain words, so they can know neither the state nor the messages. */
const domain = {
  regex: '^\\$lib/(state|ipc|i18n|shared|features)(/|$)',
  message: 'Components in src/lib/ui are generic: pass words and values in.',
};

const restrict = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default tseslint.config(
  { ignores: ['dist/**', 'src/lib/ipc/bindings.ts'] },
  ...tseslint.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { parserOptions: { extraFileExtensions: ['.svelte'] } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      // TypeScript knows the globals; the rule knows neither them nor runes.
      'no-undef': 'off',
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, svelteConfig } },
  },
  { files: ['src/**'], ignores: ['src/lib/ipc/**'], rules: restrict(tauri) },
  { files: ['src/lib/features/**'], rules: restrict(tauri, features) },
  { files: ['src/lib/ui/**'], rules: restrict(tauri, domain) },
);
