// SPDX-License-Identifier: Apache-2.0
// npm run build:browser: writes the bundle of @fabric-offline-pay/sdk/browser, and its types beside it.
import { writeFileSync } from 'node:fs';
import { BROWSER_BUNDLE, bundleForBrowser } from './browser/bundle.js';

/** The bundle is an ECMAScript module; the types that it has were made for CommonJS. */
const TYPES = "export * from '../offline/browser/index.js';\n";

async function main(): Promise<void> {
  await bundleForBrowser();
  writeFileSync(BROWSER_BUNDLE.replace(/\.mjs$/, '.d.mts'), TYPES);
}

void main();
