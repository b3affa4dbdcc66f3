// SPDX-License-Identifier: Apache-2.0
// What a merchant claims of the held money is its own decision: it stands on the ledger, and the bank captures no more.
import { bankStep, captureDue, nextCaptureId } from '@fabric-offline-pay/domain';
import { runStepwise, type Parties, type Purchase } from '@fabric-offline-pay/sdk';
import { MERCHANT } from '@fabric-offline-pay/testing';
import { RUNS } from '../support/both-ways.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import { MONEY } from '../support/one-order.js';

const KEY = { merchantId: MERCHANT, orderNumber: 'ORD-1' };

let memory: MemoryWorld;
let parties: Parties;

beforeEach(async () => {
  memory = await memoryWorld();
  parties = await memory.world.parties();
});
afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

async function purchase(claim?: string): Promise<Purchase> {
  const device = await memory.world.customer('customer-1', MONEY.toString());
  const loginId = await memory.world.login(device);
  const bought = memory.world.purchase(device, loginId, { orderNumber: 'ORD-1' });
  return claim === undefined ? bought : { ...bought, claim };
}

const order = () => parties.bankNode.orderNumber.readOrder(KEY);
const claim = (claimed: string) => parties.cashier.settlement.claim({ ...KEY, claimed });
const capture = (captureId: string, amount: string) =>
  parties.bankNode.settlement.capture({ ...KEY, captureId, amount });

/** What the bank's node would do by itself: everything that is due, under the keys that follow from the order. */
async function captureDueNow(): Promise<string> {
  const shown = await order();
  expect(bankStep(shown)).toBe('capture');
  return (await capture(nextCaptureId(shown), captureDue(shown))).result.state;
}

describe.each(RUNS)('%s', (_, run) => {
  test('without a claim everything is captured, and the order names none', async () => {
    expect((await run(parties, await purchase())).state).toBe('released');
    expect(await order()).not.toHaveProperty('claimed');
  });

  test('the bank captures what is claimed and no more, until more is claimed', async () => {
    expect((await run(parties, await purchase('1000'))).state).toBe('partiallyCaptured');
    const first = await order();
    expect([first.claimed, first.hold?.captured, bankStep(first)]).toEqual([
      '1000',
      '1000',
      undefined,
    ]);
    await expect(capture('another', '1')).rejects.toMatchObject({
      code: 'CLAIM_EXCEEDED',
      details: { claimed: '1000', captured: '1001' },
    });
    await claim('1250');
    expect(captureDue(await order())).toBe('250');
    expect(await captureDueNow()).toBe('partiallyCaptured');
    await claim(first.hold?.authorised ?? '');
    expect(await captureDueNow()).toBe('released');
    expect(Object.values((await order()).hold?.captures ?? {})).toHaveLength(3);
  });

  test('an order of which nothing is claimed is compared, and captured and stored when it is', async () => {
    expect((await run(parties, await purchase('0'))).state).toBe('matched');
    const compared = await order();
    expect([compared.state, compared.verification, compared.claimed]).toEqual([
      'matched',
      'clean',
      '0',
    ]);
    expect(bankStep(compared)).toBeUndefined();
    await claim(compared.hold?.authorised ?? '');
    expect(await captureDueNow()).toBe('released');
    expect(bankStep(await order())).toBe('storePurchase');
    await parties.bankNode.feedback.storePurchase(KEY);
    const { receipts } = await parties.bankNode.orderNumber.trail(KEY);
    expect(receipts.filter(({ unit }) => unit === '17')).toHaveLength(1);
  });

  test('a claim may be lowered to what is captured, and then the rest voided', async () => {
    await run(parties, await purchase('1000'));
    await claim('1500');
    await expect(claim('999')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect((await claim('1000')).result.replayed).toBe(false);
    expect((await claim('1000')).result.replayed).toBe(true);
    expect((await parties.cashier.settlement.void(KEY)).result.state).toBe('released');
    await expect(claim('1001')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  test('more than the total is not claimed', async () => {
    const bought = await purchase();
    const tooMuch = { ...bought, claim: '99999999' };
    await expect(run(parties, tooMuch)).rejects.toMatchObject({ code: 'HOLD_EXCEEDED' });
  });
});

test('a claim is the merchant’s own: another merchant and the bank cannot make it', async () => {
  await runStepwise(parties, await purchase('0'));
  const other = memory.clientFor('merchant', 'cashier', 'merchant-9');
  await expect(other.settlement.claim({ ...KEY, claimed: '1' })).rejects.toMatchObject({
    code: 'NOT_OWNER',
  });
  await expect(parties.bankNode.settlement.claim({ ...KEY, claimed: '1' })).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
  });
});
