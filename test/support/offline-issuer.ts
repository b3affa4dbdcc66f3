// SPDX-License-Identifier: Apache-2.0
// The bank's issuer of offline payments, with the key and the certificates of the vectors.
import { Issuer, softwareKey, type IssuerOptions } from '@fabric-offline-pay/sdk/offline';
import { BANK } from '@fabric-offline-pay/testing';
import { CERTIFICATES, VECTOR_KEYS } from './offline-world.js';

type Options = Omit<IssuerOptions, 'bankId' | 'channel'>;

export const issuerOn = (channel: string, options: Partial<Options> = {}): Issuer =>
  new Issuer({
    bankId: BANK,
    channel,
    key: softwareKey(VECTOR_KEYS.issuer),
    certificate: CERTIFICATES.issuer,
    authority: CERTIFICATES.root,
    ...options,
  });
