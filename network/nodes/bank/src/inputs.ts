// SPDX-License-Identifier: Apache-2.0
// The input schemas of the bank's operations. They are checked before anything else.
import {
  amount,
  currency,
  deviceKey,
  digest,
  gtin,
  identifier,
  instant,
  place,
  quantity,
  TRANSACTIONS,
  type DeepReadonly,
} from '@fabric-offline-pay/domain';
import {
  birthDate,
  email,
  line,
  lines,
  password,
  toPhone,
} from '@fabric-offline-pay/node-common/person-fields';
import { parseWith } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { language } from './messages/language.js';
import { assertion, registration } from './passkeys/passkey-shapes.js';

const phone = z
  .string()
  .max(40)
  .transform((written, context) => {
    const number = toPhone(written);
    if (number !== undefined) return number;
    context.issues.push({ code: 'custom', message: 'not a telephone number', input: undefined });
    return z.NEVER;
  });

/** A delivery address; coordinates in micro-degrees. */
const address = z.strictObject({
  label: lines.nullish(),
  street: lines,
  city: line,
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .describe('ISO 3166-1 alpha-2'),
  latitude: place.shape.latitude,
  longitude: place.shape.longitude,
});

const profile = {
  name: line.nullish(),
  phone: phone.nullish().describe('E.164'),
  email: email.nullish(),
  birthDate: birthDate.nullish(),
  addresses: z.array(address).max(10).nullish(),
  language: language.optional().describe('of messages'),
};

const customerKey = z.strictObject({ customerId: identifier });
const loginKey = z.strictObject({ loginId: identifier });
const boundTo = z.union([z.literal('login'), digest]).default('login');

/** Addresses by number; in a URL, joined by commas. */
const which = z.union([
  z.array(z.int().min(1).max(10)).min(1).max(10),
  z
    .string()
    .regex(/^\d{1,2}(,\d{1,2}){0,9}$/)
    .transform((joined) => joined.split(',').map(Number)),
]);

/** The terms that the customer signs. The service makes digest and message from these terms only. */
const { terms } = TRANSACTIONS.orderNumber.place.input.shape;

const changeKey = { changeId: identifier };

/** A new telephone, a new password or both. */
const credentials = { phone: phone.optional().describe('E.164'), password: password.optional() };

const isSomeChange = ({
  phone: newPhone,
  password: newPassword,
}: {
  readonly phone?: string | undefined;
  readonly password?: string | undefined;
}): boolean => newPhone !== undefined || newPassword !== undefined;

const purchaseLine = z.strictObject({
  gtin,
  name: line,
  quantity,
  unitPrice: amount,
});

const passkeyKey = z.strictObject({
  ...loginKey.shape,
  passkeyId: z.string().regex(/^[0-9a-f]{32}$/),
});

const passkeyName = line.describe('what the customer calls it');

/** One schema per operation, by its name. */
export const INPUTS = {
  enrol: z.strictObject({
    ...customerKey.shape,
    ...profile,
    password,
    deviceId: identifier.nullish().describe('the device of a login that names none'),
  }),
  updateProfile: z.strictObject({ ...customerKey.shape, ...profile }),
  completeProfile: z
    .strictObject({ ...loginKey.shape, ...profile })
    .refine((input) => Object.values(input).filter((value) => value !== undefined).length > 1, {
      path: ['loginId'],
    }),
  registerDevice: z.strictObject({
    ...customerKey.shape,
    deviceId: identifier,
    publicKey: deviceKey,
  }),
  openLogin: z.strictObject({
    ...loginKey.shape,
    ...customerKey.shape,
    deviceId: identifier.optional(),
  }),
  beginAuthentication: z.strictObject({ ...loginKey.shape, resend: z.boolean().optional() }),
  submitPassword: z.strictObject({ ...loginKey.shape, password: z.string().max(128), boundTo }),
  submitCode: z.strictObject({ ...loginKey.shape, code: z.string().max(20), boundTo }),
  complete: z.strictObject({ ...loginKey.shape, boundTo }),
  beginStepUp: z.strictObject({
    ...loginKey.shape,
    terms,
    resend: z.boolean().optional(),
  }),
  beginPasskeyAuthentication: loginKey,
  beginPasskeyStepUp: z.strictObject({ ...loginKey.shape, terms }),
  submitPasskey: z.strictObject({ ...loginKey.shape, assertion, boundTo }),
  beginPasskey: loginKey,
  registerPasskey: z.strictObject({
    ...loginKey.shape,
    name: passkeyName,
    credential: registration,
  }),
  listPasskeys: loginKey,
  renamePasskey: z.strictObject({ ...passkeyKey.shape, name: passkeyName }),
  removePasskey: passkeyKey,
  openAccount: z.strictObject({
    token: identifier.describe('of the instrument; never its number'),
    currency,
    balance: amount.describe('first balance, minor units'),
  }),
  readActivity: z.strictObject({}),
  fundOrder: z.strictObject({ ...loginKey.shape, terms }),
  listInstruments: loginKey,
  chooseInstrument: z.strictObject({
    ...loginKey.shape,
    token: identifier.nullable().describe('null: no automatic deduction'),
  }),
  beginChange: z
    .strictObject({
      ...loginKey.shape,
      ...changeKey,
      ...credentials,
      resend: z.boolean().optional(),
    })
    .refine(isSomeChange, { path: ['phone'] }),
  cancelChange: z.strictObject({ ...loginKey.shape, ...changeKey }),
  listChanges: loginKey,
  startRecovery: z
    .strictObject({ ...customerKey.shape, ...changeKey, ...credentials })
    .refine(isSomeChange, { path: ['phone'] }),
  confirmRecovery: z.strictObject(changeKey),
  stopChange: z.strictObject({ ...customerKey.shape, ...changeKey }),
  offerAddresses: z.strictObject({
    ...loginKey.shape,
    which: which.optional(),
    offerId: identifier.optional().describe('the same id gives the same references and salt'),
  }),
  attempts: loginKey,
  listLogins: loginKey,
  listPurchases: loginKey,
  recordPurchase: z
    .strictObject({
      ...customerKey.shape,
      merchantId: identifier,
      orderNumber: identifier,
      loginId: identifier.optional(),
      currency,
      fee: amount,
      total: amount,
      purchasedAt: instant,
      mode: z.enum(['online', 'offline']).default('online').describe('how it was paid'),
      lines: z
        .array(purchaseLine)
        .max(100)
        .describe(
          'empty for goods that were paid offline and taken along: the bank does not know them',
        ),
    })
    .refine(({ mode, lines: bought }) => mode === 'offline' || bought.length > 0, {
      path: ['lines'],
    }),
};

export type OperationName = keyof typeof INPUTS;

/** The input of an operation. */
export type BankInput<Name extends OperationName> = DeepReadonly<z.input<(typeof INPUTS)[Name]>>;

/** The input after normalisation. */
export type Parsed<Name extends OperationName> = DeepReadonly<z.output<(typeof INPUTS)[Name]>>;

/** @throws {NodeError} INPUT_INVALID, naming the first wrong field, never its value. */
export const parseInput = <Name extends OperationName>(name: Name, input: unknown): Parsed<Name> =>
  parseWith(INPUTS[name], input) as Parsed<Name>;
