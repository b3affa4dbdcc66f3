// SPDX-License-Identifier: Apache-2.0
// A request that bears the payee certificate of another terminal: what a thief shows who wants to look like a shop.
import {
  decodePaymentRequest,
  packRequest,
  parseCose,
  payeeCertificateOf,
  unpackRequest,
} from '@fabric-offline-pay/domain';
import { BANK } from '@fabric-offline-pay/testing';

/**
 * @param shown without a certificate, or with another
 * @param other whose certificate it is to bear
 */
export function withPayeeOf(shown: Buffer, other: Buffer, channel: string): Buffer {
  const { request, payee } = unpackRequest(other, channel);
  if (payee === undefined) throw new Error('no payee certificate');
  const { payload } = parseCose('offpay/payment-request', request);
  const certificate = payeeCertificateOf(payee, decodePaymentRequest(payload), BANK);
  return packRequest({ request: unpackRequest(shown, channel).request, payee: certificate });
}
