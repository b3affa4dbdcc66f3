// SPDX-License-Identifier: Apache-2.0
// What follows a double spend or a voucher that was never accepted: proving, compensating and clearing double spends, and
// cancelling vouchers.
import * as z from 'zod';
import { amount, identifier } from '../base/identifiers.js';
import { ABOUT, BY_STATE, define, onceFor } from './define.js';
import { FRAUD, OBJECT, RESERVE } from './examples.js';
import { clearingReason, fraudKey, reserveKey, signedObject } from './offline-shapes.js';
import { outcome } from './shapes.js';

export const offlineLosses = {
  submitFraudProof: define({
    kind: 'submit',
    units: [],
    summary:
      'Proves that a device spent twice, and freezes its reserve. Any participant may bring the proof.',
    access: ['*.auditor', 'merchant.terminal', 'merchant.cashier', 'bank.operator'],
    owner: { of: 'network' },
    input: z.strictObject({
      proof: z.string().min(1).max(50_000).describe('the file of a fraud proof: JSON'),
    }),
    output: outcome.extend({ fraud: fraudKey }),
    subject: ABOUT.network,
    repeat: BY_STATE,
    errors: [
      'NOT_FOUND',
      'OFFLINE_CERTIFICATE_FORGED',
      'OFFLINE_CERTIFICATE_MISMATCH',
      'OFFLINE_MALFORMED',
      'OFFLINE_PROOF_INVALID',
      'OFFLINE_SIGNATURE_INVALID',
      'OFFLINE_WRONG_CHANNEL',
    ],
    operations: { fixed: 9 },
    example: { proof: '{"format":"fabric-offline-pay/fraud-proof/2"}' },
  }),
  compensate: define({
    kind: 'submit',
    units: [],
    summary:
      'Pays the payee of a proven double spend, once, in new currency, within the bounds of the policy. The bulletin that the payee accepted under must say that the bank bears the loss.',
    access: ['bank.teller'],
    owner: { of: 'customer' },
    input: fraudKey.extend({ compensationId: identifier }),
    output: outcome.extend({ amount }),
    subject: ABOUT.reserve,
    repeat: onceFor('counter', 'digest'),
    errors: ['CURRENCY_NOT_ALLOWED', 'LOSS_NOT_BORNE', 'NOT_FOUND', 'OFFLINE_MALFORMED'],
    operations: { fixed: 13 },
    example: { ...FRAUD, compensationId: 'compensation-1' },
  }),
  clearFraud: define({
    kind: 'submit',
    units: [],
    summary:
      "Clears a double spend, which then counts against nobody. Without another case the device may spend again, and the customer's penalty is taken back.",
    access: ['bank.operator'],
    owner: { of: 'customer' },
    input: fraudKey.extend({ reason: clearingReason }),
    output: outcome,
    subject: ABOUT.reserve,
    repeat: onceFor('counter', 'digest'),
    errors: ['NOT_FOUND'],
    operations: { fixed: 11 },
    example: { ...FRAUD, reason: 'stolen' },
  }),
  cancel: define({
    kind: 'submit',
    units: [],
    summary:
      "Returns the money of a voucher that the payee's terminal cancelled before accepting it. The voucher is never paid after that.",
    access: ['bank.teller', 'bank.bank-node'],
    owner: { of: 'customer' },
    input: reserveKey.extend({
      voucher: signedObject(),
      request: signedObject().describe('base64 of the signed request'),
      cancellation: signedObject().describe('base64 of the signed cancellation'),
      payee: signedObject().describe("base64 of the terminal's payee certificate"),
    }),
    output: outcome.extend({ returned: amount }),
    subject: ABOUT.reserve,
    repeat: BY_STATE,
    errors: [
      'NOT_FOUND',
      'OFFLINE_CERTIFICATE_MISMATCH',
      'OFFLINE_DOUBLE_SPEND',
      'OFFLINE_MALFORMED',
      'OFFLINE_PAYEE_UNTRUSTED',
      'OFFLINE_REQUEST_MISMATCH',
      'OFFLINE_RESERVE_INACTIVE',
      'OFFLINE_SIGNATURE_INVALID',
      'STATE_CONFLICT',
      'VOUCHER_REFUSED',
    ],
    operations: { fixed: 8 },
    example: { ...RESERVE, voucher: OBJECT, request: OBJECT, cancellation: OBJECT, payee: OBJECT },
  }),
};
