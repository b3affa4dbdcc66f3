// SPDX-License-Identifier: Apache-2.0
// The customer is asked for both factors only when the ledger asks for them.
import type { ErrorCode, OrderTerms } from '@fabric-offline-pay/domain';
import { RefusedError } from '../errors';
import { withStepUp } from './step-up';

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
  expect(await withStepUp({ stepUp }, TERMS, submit)).toBe('held');
  expect([asked.length, steppedUp]).toEqual([1, []]);
});

test('a payment that needs a step-up is submitted again after it', async () => {
  const { steppedUp, stepUp } = customer();
  const { asked, submit } = ledgerThat('STEP_UP_REQUIRED', 1);
  expect(await withStepUp({ stepUp }, TERMS, submit)).toBe('held');
  expect([asked.length, steppedUp]).toEqual([2, [TERMS]]);
});

test('a step-up that did not pass is not asked for again', async () => {
  const { steppedUp, stepUp } = customer();
  const { submit } = ledgerThat('STEP_UP_REQUIRED', 2);
  await expect(withStepUp({ stepUp }, TERMS, submit)).rejects.toMatchObject({
    code: 'STEP_UP_REQUIRED',
  });
  expect(steppedUp).toHaveLength(1);
});

test.each([
  ['a purchase without a step-up', 'STEP_UP_REQUIRED' as const, {}],
  ['another refusal', 'LIMIT_EXCEEDED' as const, customer()],
])('%s throws the refusal', async (_, code, purchase) => {
  const { asked, submit } = ledgerThat(code, 1);
  await expect(withStepUp(purchase, TERMS, submit)).rejects.toMatchObject({ code });
  expect(asked).toHaveLength(1);
});
