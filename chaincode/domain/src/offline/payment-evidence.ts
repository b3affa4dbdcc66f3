// SPDX-License-Identifier: Apache-2.0
// Everything that proves an accepted payment, in one piece. The customer's device gives it to a till that lost its data.
import { ensure } from '../base/errors.js';
import { CborReader, CborWriter } from './cbor.js';

/** The signed objects of an accepted payment. */
export interface PaymentEvidence {
  readonly request: Uint8Array;
  readonly voucher: Uint8Array;
  readonly certificate: Uint8Array;
  /** The payee certificate of the terminal that accepted the payment. */
  readonly payee: Uint8Array;
  readonly receipt: Uint8Array;
}

const VERSION = 1;
const PARTS = ['request', 'voucher', 'certificate', 'payee', 'receipt'] as const;

/** @returns the evidence in CBOR, the form of its file. */
export function encodePaymentEvidence(evidence: PaymentEvidence): Buffer {
  const writer = new CborWriter().array(PARTS.length + 1).unsigned(VERSION);
  for (const name of PARTS) writer.bytes(evidence[name]);
  return writer.end();
}

/** @throws {DomainError} OFFLINE_MALFORMED for anything but its one form. It does not check the objects inside. */
export function decodePaymentEvidence(bytes: Uint8Array): PaymentEvidence {
  const reader = new CborReader(bytes);
  const isKnown = reader.array() === PARTS.length + 1 && reader.integer() === VERSION;
  ensure(isKnown, 'OFFLINE_MALFORMED', { reason: 'no evidence of this version' });
  const evidence = {
    request: reader.bytes(),
    voucher: reader.bytes(),
    certificate: reader.bytes(),
    payee: reader.bytes(),
    receipt: reader.bytes(),
  };
  reader.end();
  return evidence;
}
