// SPDX-License-Identifier: Apache-2.0
// Units 2 to 7 as a customer goes through them: login, a code from the phone, a password, both at once.
import { setTimeout as delay } from 'node:timers/promises';
import { BankError, type BankOperations } from '@fabric-offline-pay/bank-node';
import { termsDigest, type OrderTerms } from '@fabric-offline-pay/domain';
import { PHASES, walk } from '@fabric-offline-pay/sdk';
import type { Order } from '../input/rows/order.js';

/** What a customer has in hand: what the bank gives to customers, and the phone. */
export interface CustomerSide {
  readonly bank: BankOperations;
  /** The newest code that the phone received, or any phone when it is not known which. @throws when none came in time. */
  readonly codeOnPhone: (
    phone: string | undefined,
    loginId: string,
    boundTo: string,
  ) => Promise<string>;
}

/** Who pays: what the customer's row says, or of a customer without one what is typed. */
export interface Person {
  readonly customerId: string;
  readonly phone: string | undefined;
  readonly password: string;
}

/** What the customer types, and how long it takes to. */
export interface Typing {
  readonly typedPassword: string | null;
  readonly typedCode: string | null;
  readonly codeDelaySeconds: number;
}

async function typeCode(
  { bank, codeOnPhone }: CustomerSide,
  loginId: string,
  customer: Person,
  typing: Typing,
  boundTo: string,
) {
  const received = await codeOnPhone(customer.phone, loginId, boundTo);
  if (typing.codeDelaySeconds > 0) await delay(typing.codeDelaySeconds * 1000);
  await bank.submitCode({ loginId, boundTo, code: typing.typedCode ?? received });
}

/** @returns whether both factors are still to come: false when this login went through them before, as after an interruption. */
async function beginFactors(bank: BankOperations, loginId: string): Promise<boolean> {
  try {
    await bank.beginAuthentication({ loginId });
    return true;
  } catch (error) {
    if (error instanceof BankError && error.code === 'STATE_CONFLICT') return false;
    throw error;
  }
}

/**
 * Walks the login phase of the graph: 5 and 6 really run side by side. May be repeated for the same login.
 * @throws {BankError} PROFILE_INCOMPLETE with what is missing, AUTHENTICATION_FAILED never saying which factor.
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
  let factorsToCome = true;
  const factor = (type: () => Promise<unknown>) => ({
    begin: () => (factorsToCome ? type() : Promise.resolve()),
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
        factorsToCome = await beginFactors(bank, loginId);
      },
      join: () => bank.complete({ loginId }),
    },
    '5': factor(() => typeCode(side, loginId, customer, typing, 'login')),
    '6': factor(() => bank.submitPassword({ loginId, password: typing.typedPassword ?? password })),
  });
}

/** Both factors again, bound to one order: the code's message names payee and amount. */
export async function stepUp(
  side: CustomerSide,
  loginId: string,
  customer: Person,
  terms: OrderTerms,
): Promise<void> {
  const { bank } = side;
  const boundTo = termsDigest(terms);
  await bank.beginStepUp({ loginId, terms });
  await Promise.all([
    typeCode(
      side,
      loginId,
      customer,
      { typedPassword: null, typedCode: null, codeDelaySeconds: 0 },
      boundTo,
    ),
    bank.submitPassword({ loginId, boundTo, password: customer.password }),
  ]);
  await bank.complete({ loginId, boundTo });
}

export const typingOf = ({ typedPassword, typedCode, codeDelaySeconds }: Order): Typing => ({
  typedPassword,
  typedCode,
  codeDelaySeconds,
});
