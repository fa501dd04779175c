/**
 * Everything that is shipped: what package.json names under `dependencies`, and what that brings along. A new name here is a decision:
 * who maintains it, what its licence is, and what it does with what strangers send.
 */
export const SHIPPED_PACKAGES: readonly string[] = [
  '@keyv/memcache', '@keyv/redis', '@keyv/serialize', '@leichtgewicht/ip-codec', '@redis/client', 'accepts', 'append-field',
  'async-function', 'async-generator-function', 'base64-js', 'body-parser', 'buffer', 'busboy', 'bytes', 'call-bind-apply-helpers',
  'call-bound', 'cluster-key-slot', 'content-disposition', 'content-type', 'cookie', 'cookie-signature', 'debug', 'depd',
  'dns-packet', 'dunder-proto', 'ee-first', 'encodeurl', 'es-define-property', 'es-errors', 'es-object-atoms', 'escape-html', 'etag',
  'express', 'finalhandler', 'forwarded', 'fresh', 'function-bind', 'generator-function', 'get-intrinsic', 'get-proto', 'gopd',
  'has-symbols', 'hash-wasm', 'hasown', 'hookified', 'http-errors', 'iconv-lite', 'ieee754', 'inherits', 'ipaddr.js', 'is-promise',
  'keyv', 'math-intrinsics', 'media-typer', 'memjs', 'merge-descriptors', 'mime-db', 'mime-types', 'ms', 'multer',
  'negotiator', 'node-forge', 'object-inspect', 'on-finished', 'once', 'parseurl', 'path-to-regexp', 'proxy-addr', 'qs', 'quick-lru',
  'range-parser', 'raw-body', 'router', 'safer-buffer', 'send', 'serve-static', 'setprototypeof', 'side-channel', 'side-channel-list',
  'side-channel-map', 'side-channel-weakmap', 'statuses', 'streamsearch', 'toidentifier', 'type-is', 'unpipe', 'uqr',
  'vary', 'wrappy',
];
