// SPDX-License-Identifier: Apache-2.0
// Everything that proves an accepted payment, in one piece: for a till that lost what it knew, out of the customer's device.
import { ensure } from '../base/errors.js';
import { CborReader, CborWriter } from './cbor.js';

/** Signed objects, as they are. */
export interface PaymentEvidence {
  readonly request: Uint8Array;
  readonly voucher: Uint8Array;
  readonly certificate: Uint8Array;
  /** Of the terminal that accepted it. */
  readonly payee: Uint8Array;
  readonly receipt: Uint8Array;
}

const VERSION = 1;
const PARTS = ['request', 'voucher', 'certificate', 'payee', 'receipt'] as const;

/** @returns the evidence in CBOR, as {@link PaymentEvidence} is carried in a file. */
export function encodePaymentEvidence(evidence: PaymentEvidence): Buffer {
  const writer = new CborWriter().array(PARTS.length + 1).unsigned(VERSION);
  for (const name of PARTS) writer.bytes(evidence[name]);
  return writer.end();
}

/** @throws {DomainError} OFFLINE_MALFORMED for anything but its one form; what it holds is not looked at. */
export function decodePaymentEvidence(bytes: Uint8Array): PaymentEvidence {
  const reader = new CborReader(bytes);
  const isKnown = reader.array() === PARTS.length + 1 && reader.integer() === VERSION;
  ensure(isKnown, 'OFFLINE_MALFORMED', { reason: 'no evidence of this version' });
  const [request, voucher, certificate, payee, receipt] = PARTS.map(() => reader.bytes());
  reader.end();
  return { request, voucher, certificate, payee, receipt } as PaymentEvidence;
}
