// SPDX-License-Identifier: Apache-2.0
// Replaces the domain's offline/digest-text.ts: the browser's Buffer cannot write base64url, but reads it as base64.

/** The module that this one replaces. */
type DigestText = typeof import('@fabric-offline-pay/domain/offline');

export const bytesToText: DigestText['bytesToText'] = (bytes) =>
  Buffer.from(bytes)
    .toString('base64')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

export const textToBytes: DigestText['textToBytes'] = (text) => Buffer.from(text, 'base64');
