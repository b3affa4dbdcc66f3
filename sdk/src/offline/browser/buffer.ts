// SPDX-License-Identifier: Apache-2.0
// Node's Buffer for a browser: the bundle's, unseen by the page.
export { Buffer } from 'buffer/';
