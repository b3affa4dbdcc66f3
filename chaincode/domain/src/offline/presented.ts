// SPDX-License-Identifier: Apache-2.0
// Voucher and certificate in one piece, as a device hands them over: a CBOR array of the two signed objects.
import { ensure } from '../base/errors.js';
import type { Presented } from './accept-voucher.js';
import { CborReader, CborWriter } from './cbor.js';

/** @returns voucher and certificate in one piece. */
export const encodePresented = ({ voucher, certificate }: Presented): Buffer =>
  new CborWriter().array(2).bytes(voucher).bytes(certificate).end();

/** @throws {DomainError} OFFLINE_MALFORMED for anything but two byte strings. It does not check the objects inside. */
export function decodePresented(bytes: Uint8Array): Presented {
  const reader = new CborReader(bytes);
  ensure(reader.array() === 2, 'OFFLINE_MALFORMED', { reason: 'not voucher and certificate' });
  const presented = { voucher: reader.bytes(), certificate: reader.bytes() };
  reader.end();
  return presented;
}
