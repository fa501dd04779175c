import js from '@eslint/js';
import unsanitized from 'eslint-plugin-no-unsanitized';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

const TYPED = ['{server,electron,renderer,test,build}/**/*.ts', 'renderer/**/*.vue'];
const CONFIGS = ['build/*.config.ts', 'build/vite.*.ts', 'eslint.config.js'];

const NO_DEFAULT_EXPORT = { selector: 'ExportDefaultDeclaration', message: 'Named exports only: a thing has one name everywhere.' };
const NO_DEFAULT_REEXPORT = { selector: 'ExportSpecifier[exported.name="default"]', message: NO_DEFAULT_EXPORT.message };

export default tseslint.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**', 'test-results/**', '**/*.d.mts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  unsanitized.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300 }],
      'no-console': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_DEFAULT_REEXPORT],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: TYPED,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.vue'] } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidOperator: true }],
      '@typescript-eslint/no-deprecated': ['error', { allow: [{ from: 'package', name: 'umask', package: '@types/node' }] }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // `void` says that an answer is not waited for, also where a type would say so.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Flags change in callbacks and across awaits, which the compiler's flow analysis does not see.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      // `a === null || a.b` says which case is meant.
      '@typescript-eslint/prefer-optional-chain': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      // A port may promise what one of its adapters does at once.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // What a `create…` function returns is made of closures and has no `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['renderer/**/*.vue'],
    extends: [vue.configs['flat/recommended']],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      'max-lines': ['error', { max: 200 }],
      // A component's file is its default export.
      'no-restricted-syntax': 'off',
      'no-undef': 'off',
      // Defaults of destructured props are taken by Vue's compiler.
      '@typescript-eslint/no-useless-default-assignment': 'off',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/max-attributes-per-line': 'off',
      'vue/no-v-html': 'error',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
    },
  },
  {
    // Here components come in, whose types only vue-tsc knows; it checks them.
    files: ['renderer/**/*.{ts,vue}', 'test/renderer/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    // What `expect.any()` and its kin return is any by design.
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unnecessary-template-expression': 'off' },
  },
  {
    files: ['test/end-to-end/*.js'],
    languageOptions: { globals: { document: 'readonly', XMLHttpRequest: 'readonly', FormData: 'readonly', setTimeout: 'readonly' } },
  },
  {
    files: ['test/{bench,chaos,load,torture}/*.mjs', 'test/helpers/*.{cjs,mjs}', 'build/**/*.mjs', 'build/trial-app/*.js', 'eslint.config.js'],
    languageOptions: { globals: { process: 'readonly', Buffer: 'readonly', URL: 'readonly', setImmediate: 'readonly', setTimeout: 'readonly', setInterval: 'readonly', clearInterval: 'readonly', clearTimeout: 'readonly', performance: 'readonly', console: 'readonly', AbortController: 'readonly', AbortSignal: 'readonly', fetch: 'readonly' } },
  },
  {
    files: ['server/cli.ts', 'build/**', 'test/bench/**', 'test/chaos/*.mjs', 'test/load/*.mjs', 'test/torture/*.mjs'],
    rules: { 'no-console': 'off', 'no-unsanitized/method': 'off' },
  },
  {
    files: CONFIGS,
    rules: { 'no-restricted-syntax': 'off' },
  },
);
