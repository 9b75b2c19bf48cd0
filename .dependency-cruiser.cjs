/**
 * The import directions of docs/architecture: who may know whom. A folder not named in a rule's `to` may be imported.
 * `npm run check` fails when a rule is broken, or when fewer modules were read than exist.
 */
const folder = (...names) => names.map((name) => `^src/${name}/`);

/** A rule: modules of `from` import none of `forbidden`. */
const mayNotKnow = (name, from, forbidden) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: forbidden },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    mayNotKnow('protocol-knows-nobody', folder('protocol'), ['^src/(?!protocol/)', '^web/', '^shared/']),
    mayNotKnow('lib-knows-nobody', folder('lib'), ['^src/(?!lib/)', '^web/', '^shared/']),
    mayNotKnow('shared-knows-nobody', ['^shared/'], ['^src/', '^web/']),
    mayNotKnow('foundations-know-no-domain', folder('db', 'vault', 'store'), folder('modules', 'sip', 'media', 'calls', 'acd', 'ivr', 'http', 'realtime', 'start', 'cli')),
    mayNotKnow('sip-and-media-are-low', folder('sip', 'media'), folder('modules', 'db', 'calls', 'acd', 'ivr', 'http', 'realtime', 'start', 'cli')),
    mayNotKnow('media-is-no-sip', folder('media'), folder('sip')),
    mayNotKnow('sip-is-no-media', folder('sip'), folder('media')),
    mayNotKnow('routing-is-pure', folder('acd', 'ivr'), folder('db', 'vault', 'store', 'modules', 'sip', 'media', 'calls', 'http', 'realtime', 'start', 'cli')),
    mayNotKnow('modules-know-no-live-calls', folder('modules'), folder('calls', 'acd', 'ivr', 'http', 'realtime', 'start', 'cli')),
    mayNotKnow('calls-know-no-web', folder('calls'), folder('http', 'realtime', 'start', 'cli')),
    mayNotKnow('http-is-on-top', folder('http', 'realtime'), folder('start', 'cli')),
    mayNotKnow('web-sees-only-shared', ['^web/src/'], ['^src/']),
    { name: 'web-features-are-islands', severity: 'error', from: { path: '^web/src/features/([^/]+)/' }, to: { path: '^web/src/features/', pathNot: '^web/src/features/$1/' } },
    mayNotKnow('web-foundations-know-no-feature', ['^web/src/(components|lib|records|softphone)/'], ['^web/src/(app|features)/']),
    { name: 'no-tests-in-product', severity: 'error', from: { path: '^(src|shared|web/src)/', pathNot: '(\\.test\\.tsx?$|/testing/)' }, to: { path: '(\\.test\\.tsx?$|^test/)' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^node_modules|^web/dist|\\.test\\.tsx?$)' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js'] },
  },
};
