// SPDX-License-Identifier: Apache-2.0
// The customer's side is asked for factors or money only when the ledger asks for them.
import type { ErrorCode, OrderTerms } from '@fabric-offline-pay/domain';
import { RefusedError } from '../errors';
import { withCustomer } from './with-customer';

const TERMS = { orderNumber: 'ORD-1' } as OrderTerms;

/** Refuses this many times with this code, and then answers. */
function ledgerThat(code: ErrorCode, times: number) {
  const asked: number[] = [];
  const submit = (): Promise<string> => {
    asked.push(asked.length);
    return asked.length <= times
      ? Promise.reject(new RefusedError({ code, message: '', details: {} }))
      : Promise.resolve('held');
  };
  return { asked, submit };
}

const customer = () => {
  const steppedUp: OrderTerms[] = [];
  const stepUp = (terms: OrderTerms): Promise<void> => {
    steppedUp.push(terms);
    return Promise.resolve();
  };
  return { steppedUp, stepUp };
};

test('a payment that needs no step-up asks nobody', async () => {
  const { steppedUp, stepUp } = customer();
  const { asked, submit } = ledgerThat('STEP_UP_REQUIRED', 0);
  expect(await withCustomer({ stepUp }, TERMS, submit)).toBe('held');
  expect([asked.length, steppedUp]).toEqual([1, []]);
});

test('a payment that needs a step-up is submitted again after it', async () => {
  const { steppedUp, stepUp } = customer();
  const { asked, submit } = ledgerThat('STEP_UP_REQUIRED', 1);
  expect(await withCustomer({ stepUp }, TERMS, submit)).toBe('held');
  expect([asked.length, steppedUp]).toEqual([2, [TERMS]]);
});

test('a step-up that did not pass is not asked for again', async () => {
  const { steppedUp, stepUp } = customer();
  const { submit } = ledgerThat('STEP_UP_REQUIRED', 2);
  await expect(withCustomer({ stepUp }, TERMS, submit)).rejects.toMatchObject({
    code: 'STEP_UP_REQUIRED',
  });
  expect(steppedUp).toHaveLength(1);
});

test.each([
  ['a purchase without a step-up', 'STEP_UP_REQUIRED' as const, {}],
  ['another refusal', 'LIMIT_EXCEEDED' as const, customer()],
])('%s throws the refusal', async (_, code, purchase) => {
  const { asked, submit } = ledgerThat(code, 1);
  await expect(withCustomer(purchase, TERMS, submit)).rejects.toMatchObject({ code });
  expect(asked).toHaveLength(1);
});

test('an order whose account is short is submitted again after it was funded, and a step-up may follow', async () => {
  const { steppedUp, stepUp } = customer();
  const funded: OrderTerms[] = [];
  const fund = (terms: OrderTerms): Promise<void> => {
    funded.push(terms);
    return Promise.resolve();
  };
  const codes: ErrorCode[] = ['INSUFFICIENT_FUNDS', 'STEP_UP_REQUIRED'];
  const submit = (): Promise<string> => {
    const code = codes.shift();
    return code === undefined
      ? Promise.resolve('held')
      : Promise.reject(new RefusedError({ code, message: '', details: {} }));
  };
  expect(await withCustomer({ stepUp, fund }, TERMS, submit)).toBe('held');
  expect([funded, steppedUp]).toEqual([[TERMS], [TERMS]]);
});

test('an account that is still short is not funded again', async () => {
  const { steppedUp: funded, stepUp: fund } = customer();
  const { submit } = ledgerThat('INSUFFICIENT_FUNDS', 2);
  const code = 'INSUFFICIENT_FUNDS';
  await expect(withCustomer({ fund }, TERMS, submit)).rejects.toMatchObject({ code });
  expect(funded).toHaveLength(1);
});
