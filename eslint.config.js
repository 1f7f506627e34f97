import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

// parsed JSON must never be spread over what we trust
const assigning = { object: 'Object', property: 'assign', message: 'Use spread of named fields.' }
const onlyWayOut = 'Ask servers outside through server/outbound/request.ts alone.'

/** Rules that prevent a mistake this project would really make; layout is Prettier's. */
export default ts.config(
  { ignores: ['dist/', 'node_modules/', '.rollcall/', '**/*.cjs', '**/*.mjs', '*.js', '**/*.config.ts'] },
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.node, ...globals.browser },
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/require-await': 'off',
      // generics of postgres.js need words that the compiler could do without, but a reader cannot
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-properties': ['error', assigning],
      'no-console': 'error',
    },
  },
  {
    files: ['server/**/*.ts'],
    ignores: ['server/config.ts', 'server/main.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Only config.ts reads the environment.',
        },
        { selector: 'ImportExpression[source.value=/^(node:)?http|^undici$/]', message: onlyWayOut },
      ],
    },
  },
  {
    // past the guarded client an address could lead into our own network; the demo calls the node that it runs in
    files: ['server/**/*.ts'],
    ignores: ['server/outbound/**', 'server/demo.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'WebSocket', 'EventSource'].map((name) => ({ name, message: onlyWayOut })),
      ],
      'no-restricted-properties': [
        'error',
        assigning,
        ...['globalThis', 'global', 'self'].flatMap((object) =>
          ['fetch', 'WebSocket', 'EventSource'].map((property) => ({ object, property, message: onlyWayOut })),
        ),
      ],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            ...['undici', 'axios', 'got', 'node-fetch', 'request-filtering-agent', 'http2', 'node:http2'].map(
              (name) => ({ name, message: onlyWayOut }),
            ),
            // types, and what listens
            ...['http', 'node:http', 'https', 'node:https'].map((name) => ({
              name,
              allowImportNames: ['createServer'],
              allowTypeImports: true,
              message: onlyWayOut,
            })),
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/no-navigation-without-resolve': 'off',
      // a Set or Date that nothing renders from needs no reactivity
      'svelte/prefer-svelte-reactivity': 'off',
      // the linter cannot see through component types; svelte-check can, and does
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
)
