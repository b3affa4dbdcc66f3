// SPDX-License-Identifier: Apache-2.0
// Payments without a network, on the ledger: the bank's issuers and bulletins, money reserved for a device, vouchers settled
// in batches, and double spends.
import * as z from 'zod';
import { amount, currency, identifier, instant, positiveAmount } from '../base/identifiers.js';
import { ABOUT, BY_STATE, ONCE, onceFor, define, type Access } from './define.js';
import {
  BANK_ID,
  CERTIFICATE_PEM,
  ISSUER_KID,
  OBJECT,
  OFFLINE_TERMS,
  ORDER,
  RESERVE,
  STATEMENT,
} from './examples.js';
import {
  batchedClaim,
  issuerKidHex,
  LONGEST_BATCH,
  pem,
  reserveKey,
  signedObject,
  verdictNumber,
  voucherClaim,
} from './offline-shapes.js';
import { orderTerms, statement } from '../ledger/order-shapes.js';
import { coseDigest, parseCose } from '../offline/cose.js';
import { MOST_BATCHED } from '../offline/short-claim.js';
import { verdictNumberOf } from '../offline/ledger-verdicts.js';
import type { UnitId } from '../patent/units.js';
import { offlineLosses } from './offline-losses.js';
import { offlineQueries } from './offline-queries.js';
import {
  BULLETIN_PUBLISHED,
  CERTIFICATE_GRANTED,
  CHOICE_QUOTED,
  GOODS_AS_PICKED,
  MERCHANT_MAY_SELL,
  SET_ASIDE,
} from './refusals.js';
import { orderOutcome, outcome } from './shapes.js';

/** Units of the merchant's leg, which runs only when the voucher is settled. */
const MERCHANT_UNITS: readonly UnitId[] = ['8', '9', '15', '10', '12'];

const SETTLED = verdictNumberOf('settled');

const BANK_NODE: readonly Access[] = ['bank.bank-node'];
const TILL: readonly Access[] = ['merchant.terminal', 'merchant.cashier'];

/** A certificate that is signed twice has two signatures, so the content is what was signed. */
const certified = (
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => ({
  ...input,
  certificate: coseDigest(
    parseCose('offpay/device-certificate', Buffer.from(String(input['certificate']), 'base64')),
  ).toString('hex'),
});

const funded = outcome.extend({
  funded: amount.describe('everything paid into the reserve so far'),
});

export const offline = {
  registerIssuer: define({
    kind: 'submit',
    units: [],
    summary: "Registers a bank's key for signing device certificates and bulletins.",
    access: ['bank.operator'],
    owner: { of: 'input', field: 'bankId' },
    input: z.strictObject({
      bankId: identifier,
      certificate: pem.describe(
        "X.509 certificate of the issuer's P-256 key, with the role offline-issuer, PEM",
      ),
      authority: pem.describe('certificate of the authority that issued it, PEM'),
    }),
    output: outcome.extend({ kid: issuerKidHex }),
    subject: ABOUT.bank,
    repeat: BY_STATE,
    errors: ['IDEMPOTENCY_CONFLICT', 'OFFLINE_ISSUER_RETIRED'],
    operations: { fixed: 3 },
    example: { bankId: BANK_ID, certificate: CERTIFICATE_PEM, authority: CERTIFICATE_PEM },
  }),
  retireIssuer: define({
    kind: 'submit',
    units: [],
    summary:
      "Retires a bank's issuer key, which then grants nothing new. Reserves that it funded are paid out as before.",
    access: ['bank.operator'],
    owner: { of: 'input', field: 'bankId' },
    input: z.strictObject({
      bankId: identifier,
      kid: issuerKidHex,
      compromised: z
        .boolean()
        .describe(
          'somebody else may have the key; terminals do not believe it any more after their next synchronisation',
        ),
    }),
    output: outcome.extend({
      trustedUntil: instant.describe('until when terminals believe earlier certificates'),
    }),
    subject: ABOUT.bank,
    repeat: { by: 'state', apart: ['kid'] },
    errors: ['NOT_FOUND'],
    operations: { fixed: 3 },
    example: { bankId: BANK_ID, kid: ISSUER_KID, compromised: false },
  }),
  publishBulletin: define({
    kind: 'submit',
    units: [],
    summary: "Publishes the bank's newest bulletin: the revoked devices and the current policy.",
    access: BANK_NODE,
    owner: { of: 'input', field: 'bankId' },
    input: z.strictObject({ bankId: identifier, bulletin: signedObject(700_000) }),
    output: outcome.extend({ number: z.int() }),
    subject: ABOUT.bank,
    repeat: BY_STATE,
    errors: [...BULLETIN_PUBLISHED],
    operations: { fixed: 5, perEntry: 1 },
    example: { bankId: BANK_ID, bulletin: OBJECT },
  }),
  fund: define({
    kind: 'submit',
    units: [],
    summary:
      "Moves money from the customer's account into a reserve for a device, with the bank's first certificate of an epoch.",
    access: BANK_NODE,
    owner: { of: 'customer' },
    input: reserveKey.extend({ certificate: signedObject() }),
    output: funded,
    subject: ABOUT.reserve,
    repeat: ONCE,
    content: certified,
    errors: [...CERTIFICATE_GRANTED, ...SET_ASIDE],
    operations: { fixed: 12 },
    example: { ...RESERVE, certificate: OBJECT },
  }),
  topUp: define({
    kind: 'submit',
    units: [],
    summary:
      "Raises a reserve from the customer's account, with the next certificate of the epoch.",
    access: BANK_NODE,
    owner: { of: 'customer' },
    input: reserveKey.extend({
      sequence: z.int().min(1).max(4_294_967_295).describe("the certificate's"),
      certificate: signedObject(),
    }),
    output: funded,
    subject: ABOUT.reserve,
    repeat: onceFor('sequence'),
    content: certified,
    errors: [...CERTIFICATE_GRANTED, ...SET_ASIDE, 'NOT_FOUND'],
    operations: { fixed: 12 },
    example: { ...RESERVE, sequence: 1, certificate: OBJECT },
  }),
  settle: define({
    kind: 'submit',
    units: [],
    summary:
      'Settles a batch of vouchers of many devices in one currency. Each voucher gets a verdict, and all paid ones together one credit.',
    access: TILL,
    owner: { of: 'input', field: 'merchantId' },
    input: z.strictObject({
      merchantId: identifier,
      batchId: identifier,
      currency,
      reserves: z
        .array(reserveKey.extend({ vouchers: z.array(batchedClaim).min(1).max(MOST_BATCHED) }))
        .min(1)
        .max(MOST_BATCHED)
        .refine(
          (reserves) =>
            reserves.reduce((sum, entry) => sum + entry.vouchers.length, 0) <= MOST_BATCHED,
          `more than ${MOST_BATCHED.toString()} vouchers`,
        )
        .refine(
          (reserves) =>
            reserves
              .flatMap(({ vouchers }) => vouchers)
              .reduce((sum, { voucher, request }) => sum + voucher.length + request.length, 0) <=
            LONGEST_BATCH,
          `more than ${LONGEST_BATCH.toString()} characters`,
        )
        .describe(`at most ${MOST_BATCHED.toString()} vouchers, grouped by their reserve`),
    }),
    output: outcome.extend({
      verdicts: z
        .array(verdictNumber)
        .describe('numbers of the verdicts, one per voucher, in the order of the input'),
      credited: amount,
    }),
    subject: ABOUT.merchant,
    repeat: {
      by: 'receipt',
      apart: ['batchId'],
      in: { row: 'batch', field: 'receipt', begins: true },
    },
    errors: ['OFFLINE_MALFORMED'],
    operations: { fixed: 5, perEntry: 5 },
    example: {
      merchantId: ORDER.merchantId,
      batchId: 'batch-1',
      currency: 'EUR',
      reserves: [{ ...RESERVE, vouchers: [{ voucher: OBJECT, request: OBJECT }] }],
    },
  }),
  ...offlineLosses,
  closeReserve: define({
    kind: 'submit',
    units: [],
    summary: "Returns the rest of a reserve to the customer's account after its claim-until time.",
    access: BANK_NODE,
    owner: { of: 'customer' },
    input: reserveKey,
    output: outcome.extend({ returned: amount }),
    subject: ABOUT.reserve,
    repeat: ONCE,
    errors: [
      'INSUFFICIENT_FUNDS',
      'NOT_FOUND',
      'OFFLINE_CLAIM_OPEN',
      'OFFLINE_MALFORMED',
      'OFFLINE_RESERVE_INACTIVE',
    ],
    operations: { fixed: 9, perEntry: 2 },
    example: RESERVE,
  }),
  revokeReserve: define({
    kind: 'submit',
    units: [],
    summary:
      'Revokes a reserve and publishes the bulletin that says so. Vouchers for requests that know this bulletin are not paid.',
    access: ['bank.teller', 'bank.bank-node'],
    owner: { of: 'customer' },
    input: reserveKey.extend({ bulletin: signedObject(700_000) }),
    output: outcome.extend({
      number: z.int().describe('number of the first bulletin that names it'),
    }),
    subject: ABOUT.reserve,
    repeat: BY_STATE,
    errors: [
      ...BULLETIN_PUBLISHED,
      'IDEMPOTENCY_CONFLICT',
      'NOT_FOUND',
      'OFFLINE_RESERVE_INACTIVE',
    ],
    operations: { fixed: 9, perEntry: 1 },
    example: { ...RESERVE, bulletin: OBJECT },
  }),
  reissue: define({
    kind: 'submit',
    units: [],
    summary:
      "Moves the rest of a lost device's revoked reserve into a reserve for another device, after its claim-until time.",
    access: ['bank.teller', 'bank.bank-node'],
    owner: { of: 'customer' },
    input: reserveKey.extend({
      lostDeviceId: identifier,
      lostEpoch: reserveKey.shape.epoch,
      certificate: signedObject().describe(
        "certificate of the new device over the rest of the lost device's reserve",
      ),
    }),
    output: funded,
    subject: { kind: 'device', fields: ['customerId', 'lostDeviceId', 'lostEpoch'] },
    repeat: ONCE,
    content: certified,
    errors: [...CERTIFICATE_GRANTED, 'INSUFFICIENT_FUNDS', 'NOT_FOUND', 'OFFLINE_CLAIM_OPEN'],
    operations: { fixed: 14, perEntry: 2 },
    example: {
      ...RESERVE,
      deviceId: 'tablet',
      lostDeviceId: RESERVE.deviceId,
      lostEpoch: RESERVE.epoch,
      certificate: OBJECT,
    },
  }),
  refund: define({
    kind: 'submit',
    units: [],
    summary:
      "Returns a settled payment to the customer's account, in full or in part, from the merchant's balance.",
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'merchantId' },
    input: reserveKey.extend({
      merchantId: identifier,
      batchId: identifier.describe('the batch that settled it'),
      counter: z.int().min(1).max(64),
      refundId: identifier,
      amount: positiveAmount,
    }),
    output: outcome.extend({ refunded: amount.describe('everything given back so far') }),
    subject: ABOUT.reserve,
    repeat: onceFor('counter', 'refundId'),
    errors: ['NOT_FOUND', 'PAYEE_FUNDS_INSUFFICIENT', 'REFUND_EXCEEDED'],
    operations: { fixed: 11 },
    example: {
      ...RESERVE,
      merchantId: ORDER.merchantId,
      batchId: 'batch-1',
      counter: 1,
      refundId: 'refund-1',
      amount: '500',
    },
  }),
  order: define({
    kind: 'submit',
    units: ['8', '9', '10', '12', '15'],
    summary:
      "Merchant's leg of an order to deliver that was paid offline. The voucher replaces login and signature, and the reserve provides the held money.",
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'terms.merchantId' },
    input: voucherClaim.extend({
      terms: orderTerms,
      statement,
      deviceId: identifier,
      epoch: reserveKey.shape.epoch,
    }),
    output: orderOutcome.extend({ verdict: verdictNumber }),
    subject: ABOUT.orderOfTerms,
    repeat: { by: 'receipt', in: { row: 'terms', field: 'receipt', begins: true } },
    unitsOf: ({ verdict }) => (verdict === SETTLED ? MERCHANT_UNITS : []),
    errors: [
      ...GOODS_AS_PICKED,
      ...MERCHANT_MAY_SELL,
      ...CHOICE_QUOTED,
      'CATEGORY_MISMATCH',
      'CUSTOMER_BLOCKED',
      'DEVICE_UNKNOWN',
      'NOT_FOUND',
      'OFFLINE_MALFORMED',
      'OFFLINE_REQUEST_MISMATCH',
      'STATEMENT_MISSING',
      'STATE_CONFLICT',
      'VOUCHER_REFUSED',
    ],
    operations: { fixed: 11, perEntry: 1 },
    example: {
      terms: OFFLINE_TERMS,
      statement: STATEMENT,
      deviceId: RESERVE.deviceId,
      epoch: RESERVE.epoch,
      voucher: OBJECT,
      request: OBJECT,
    },
  }),
  ...offlineQueries,
};
