// SPDX-License-Identifier: Apache-2.0
// Node's Buffer for a browser. It is part of the bundle and invisible to the page.
export { Buffer } from 'buffer/';
