// SPDX-License-Identifier: Apache-2.0
// Stands in for the domain's offline/digest-text.ts: the Buffer of browsers does not know base64url, but reads it as base64.

/** What it stands in for. */
type DigestText = typeof import('@fabric-offline-pay/domain/offline');

export const bytesToText: DigestText['bytesToText'] = (bytes) =>
  Buffer.from(bytes)
    .toString('base64')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

export const textToBytes: DigestText['textToBytes'] = (text) => Buffer.from(text, 'base64');
