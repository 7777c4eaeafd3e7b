import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const only = (message, ...group) => ({ group, message });
const kafkajsStaysInItsAdapter = only('kafkajs is imported by pipeline/kafka/ alone', 'kafkajs', 'kafkajs/*');
const coreHasNoEffects = only(
  'the core is pure: no node: modules, no adapters',
  'node:*',
  '**/kafka/*',
  '**/runtime/*',
  '**/broker/*',
  '**/cli/*',
);
const contractHasNoBackDoor = only(
  'built-ins use the public contract only: import from pipeline/index.ts',
  '**/pipeline/!(index.ts|index.js)**',
);

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.tapline/', 'coverage/'] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.mjs', 'scripts/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
      'no-console': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-invalid-void-type': 'off', // a processor may return nothing at all
      '@typescript-eslint/require-await': 'off', // contracts ask for promises; an implementation may have nothing to wait for
      'no-restricted-imports': ['error', { patterns: [kafkajsStaysInItsAdapter] }],
    },
  },
  { files: ['pipeline/kafka/**'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['pipeline/topology/**', 'pipeline/task/**', 'pipeline/ports/**', 'pipeline/frame/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [kafkajsStaysInItsAdapter, coreHasNoEffects] }] },
  },
  {
    files: ['processors/**', 'pipeline/sources/**', 'pipeline/sinks/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [kafkajsStaysInItsAdapter] }] },
  },
  {
    files: ['processors/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [kafkajsStaysInItsAdapter, contractHasNoBackDoor] }] },
  },
  {
    files: ['test/**'],
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.mjs', '*.config.ts'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly', fetch: 'readonly' },
    },
    rules: { 'no-console': 'off' },
  },
);
