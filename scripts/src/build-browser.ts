// SPDX-License-Identifier: Apache-2.0
// npm run build:browser: writes the bundle of @fabric-offline-pay/sdk/browser.
import { bundleForBrowser } from './browser/bundle.js';

void bundleForBrowser();
