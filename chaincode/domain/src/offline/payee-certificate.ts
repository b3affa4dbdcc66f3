// SPDX-License-Identifier: Apache-2.0
// The payload of a payee certificate: the merchant's bank says which merchant a terminal's key speaks for. A customer reads
// the name before paying. Receipts and cancellations are believed because of it.
import {
  bytes,
  channelName,
  decodeWith,
  encodeWith,
  displayName,
  identifier,
  instant,
  text,
  versioned,
} from './codec.js';
import type { PayeeCertificate } from './objects.js';

/** The most bytes of UTF-8 in a name. A request with its payee must fit into one QR code. */
export const LONGEST_NAME = 64;

export const payeeName = displayName(LONGEST_NAME);

/** An identifier, shorter for the same reason. */
export const licenceNumber = text(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/);

const codec = versioned<PayeeCertificate>(1, {
  channel: channelName,
  bankId: identifier,
  merchantId: identifier,
  terminalId: identifier,
  terminalKey: bytes(64),
  name: payeeName,
  licence: licenceNumber,
  validUntil: instant,
});

/** @throws {DomainError} OFFLINE_MALFORMED for values outside their ranges. */
export const encodePayeeCertificate = (certificate: PayeeCertificate): Buffer =>
  encodeWith(codec, certificate);

/** @throws {DomainError} OFFLINE_MALFORMED for anything but the one canonical form. */
export const decodePayeeCertificate = (payload: Uint8Array): PayeeCertificate =>
  decodeWith(codec, payload);
