// SPDX-License-Identifier: Apache-2.0
// Units 2 to 7 for a customer: login, then a code from the phone and a password in parallel.
import { setTimeout as delay } from 'node:timers/promises';
import { BankError, type BankOperations } from '@fabric-offline-pay/bank-node';
import { isCodedError } from '@fabric-offline-pay/node-common/client';
import { termsDigest, type OrderTerms } from '@fabric-offline-pay/domain';
import { PHASES, walk } from '@fabric-offline-pay/sdk';
import type { Order } from '../input/rows/order.js';

/** Which code the customer waits for. `boundTo`: `login`, or the digest of what it confirms. */
export interface AwaitedCode {
  readonly loginId: string;
  readonly boundTo: string;
  /** As the bank answered it, for the customer's screen. */
  readonly reference: string;
}

/** What a customer uses: the bank's customer operations, and the phone. */
export interface CustomerSide {
  readonly bank: BankOperations;
  /** The newest code on the phone, or on any phone when the number is unknown. @throws when none came in time. */
  readonly codeOnPhone: (phone: string | undefined, awaited: AwaitedCode) => Promise<string>;
}

/** The payer: from the customer's row or, without one, from what is typed. */
export interface Person {
  readonly customerId: string;
  readonly phone: string | undefined;
  readonly password: string;
}

/** What the customer types, and how long the typing takes. */
export interface Typing {
  readonly typedPassword: string | null;
  readonly typedCode: string | null;
  readonly codeDelaySeconds: number;
}

async function typeCode(
  { bank, codeOnPhone }: CustomerSide,
  awaited: AwaitedCode,
  customer: Person,
  typing: Typing,
) {
  const { loginId, boundTo } = awaited;
  const received = await codeOnPhone(customer.phone, awaited);
  if (typing.codeDelaySeconds > 0) await delay(typing.codeDelaySeconds * 1000);
  await bank.submitCode({ loginId, boundTo, code: typing.typedCode ?? received });
}

/** @returns the code that comes; undefined when this login passed both factors before an interruption. */
async function beginFactors(
  bank: BankOperations,
  loginId: string,
): Promise<AwaitedCode | undefined> {
  try {
    const { reference } = await bank.beginAuthentication({ loginId });
    return { loginId, boundTo: 'login', reference };
  } catch (error) {
    if (isCodedError(error) && error.code === 'STATE_CONFLICT') return undefined;
    throw error;
  }
}

/**
 * Runs the login phase of the graph. 5 and 6 really run in parallel. May be repeated for the same login.
 * @throws {CodedError} PROFILE_INCOMPLETE with the missing fields; AUTHENTICATION_FAILED, which never says which factor failed.
 */
export async function authenticate(
  side: CustomerSide,
  loginId: string,
  customer: Person,
  typing: Typing,
): Promise<void> {
  const { bank } = side;
  const { customerId, password } = customer;
  let missing: readonly string[] = [];
  let awaited: AwaitedCode | undefined;
  const factor = (type: (awaited: AwaitedCode) => Promise<unknown>) => ({
    begin: () => (awaited === undefined ? Promise.resolve() : type(awaited)),
  });
  await walk(PHASES.login, {
    '2': {
      begin: async () => {
        ({ missing } = await bank.openLogin({ loginId, customerId, deviceId: 'phone' }));
      },
    },
    '3': {
      begin: () =>
        missing.length === 0
          ? Promise.resolve()
          : Promise.reject(new BankError('PROFILE_INCOMPLETE', missing.join(', '))),
    },
    '4': {
      begin: async () => {
        awaited = await beginFactors(bank, loginId);
      },
      join: () => bank.complete({ loginId }),
    },
    '5': factor((code) => typeCode(side, code, customer, typing)),
    '6': factor(() => bank.submitPassword({ loginId, password: typing.typedPassword ?? password })),
  });
}

/** Submits both factors again, bound to one order. The message with the code names payee and amount. */
export async function stepUp(
  side: CustomerSide,
  loginId: string,
  customer: Person,
  terms: OrderTerms,
): Promise<void> {
  const { bank } = side;
  const boundTo = termsDigest(terms);
  const { reference } = await bank.beginStepUp({ loginId, terms });
  await Promise.all([
    typeCode(side, { loginId, boundTo, reference }, customer, {
      ...{ typedPassword: null, typedCode: null, codeDelaySeconds: 0 },
    }),
    bank.submitPassword({ loginId, boundTo, password: customer.password }),
  ]);
  await bank.complete({ loginId, boundTo });
}

export const typingOf = ({ typedPassword, typedCode, codeDelaySeconds }: Order): Typing => ({
  typedPassword,
  typedCode,
  codeDelaySeconds,
});
