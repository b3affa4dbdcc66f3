// SPDX-License-Identifier: Apache-2.0
// Bundles the offline part of the SDK for browsers, from its sources, into one module that imports nothing. Stand-ins replace
// what these sources use of Node.js. If anything else needs Node.js, the build fails.
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

const ROOT = resolve(__dirname, '../../..');
const BROWSER = 'sdk/src/offline/browser';

/** Source files, and the file that the bundle takes instead of each. */
const STAND_INS: Readonly<Record<string, string>> = {
  'chaincode/domain/src/platform/crypto.ts': `${BROWSER}/crypto.ts`,
  'chaincode/domain/src/platform/x509.ts': `${BROWSER}/x509.ts`,
  'chaincode/domain/src/offline/digest-text.ts': `${BROWSER}/digest-text.ts`,
  'sdk/src/files/write-durably.ts': `${BROWSER}/no-files.ts`,
};

/** The rooms as sources, so that the bundler can leave out what is not used. */
const SOURCES = {
  '@fabric-offline-pay/domain': 'chaincode/domain/src/index.ts',
  '@fabric-offline-pay/domain/offline': 'chaincode/domain/src/offline/index.ts',
};

const inRoot = (entries: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(ROOT, path)]));

const standIns = new Map(
  Object.entries(STAND_INS).map(([path, by]) => [join(ROOT, path), join(ROOT, by)]),
);

const standingIn: Plugin = {
  name: 'stand-ins',
  setup: (bundler) =>
    bundler.onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, resolveDir }) => {
      const by = standIns.get(join(resolveDir, path).replace(/\.js$/, '.ts'));
      return by === undefined ? undefined : { path: by };
    }),
};

/** `npm run build:browser` writes it here, and the SDK's exports point here. */
export const BROWSER_BUNDLE = join(ROOT, 'sdk/dist/browser/offline.mjs');

/** @throws {Error} when the bundle would import something. */
export async function bundleForBrowser(outfile = BROWSER_BUNDLE): Promise<void> {
  const { metafile } = await build({
    entryPoints: [join(ROOT, BROWSER, 'index.mts')],
    outfile,
    alias: inRoot(SOURCES),
    plugins: [standingIn],
    inject: [join(ROOT, BROWSER, 'buffer.ts')],
    // The bundler drops an external import that nothing uses. The check below finds those that stay.
    external: ['node:*'],
    bundle: true,
    minify: true,
    sourcemap: true,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    logLevel: 'warning',
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  if (imports.length > 0)
    throw new Error(`The bundle imports ${imports.map(({ path }) => path).join(', ')}.`);
}
