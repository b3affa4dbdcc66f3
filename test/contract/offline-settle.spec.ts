// SPDX-License-Identifier: Apache-2.0
// Batches of vouchers on the ledger in memory: every verdict, honest and cheating devices, repetitions and contention.
// After each test the books balance.
import { reserves, type VoucherClaim } from '@fabric-offline-pay/domain';
import { BANK, LOGISTICS, MERCHANT } from '@fabric-offline-pay/testing';
import { earnedBy } from '../support/balances.js';
import { itemAt, leading } from '../support/defined.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import {
  base64,
  nowSeconds,
  OFFLINE,
  OfflineLedger,
  reserveKeyOf,
  signedBulletin,
  unfunded,
} from '../support/offline-ledger.js';
import { forge, newDevice, newKey, type Device } from '../support/offline-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { licenseSecondMerchant, SECOND_MERCHANT } from '../support/second-merchant.js';

let memory: MemoryWorld;
let ledger: OfflineLedger;
let device: Device;

const row = (of: Device = device) => ledger.node.offline.readReserve(reserveKeyOf(of));

/** The money that a merchant was credited with. */
const earned = async (payeeId = MERCHANT): Promise<number> =>
  Number(await earnedBy(ledger.node, payeeId));

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  memory = await memoryWorld();
  ledger = await OfflineLedger.open(memory);
  device = await ledger.device('customer-1');
  await licenseSecondMerchant(ledger.bank('teller'));
});
afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

/** Has the bank revoke the device by this bulletin. */
const revoke = (number: number): Promise<unknown> =>
  ledger.node.offline.revokeReserve({
    ...reserveKeyOf(device),
    bulletin: signedBulletin({ number, revoked: [reserveKeyOf(device)] }),
  });

describe('honest vouchers', () => {
  it('are paid once, in any order, by one credit entry a batch', async () => {
    const [first, second, third, fourth] = leading(
      [1, 2, 3, 4].map(() => ledger.pay(device)),
      4,
    );
    expect(await ledger.settle([[device, [fourth, second]]])).toEqual(['settled', 'settled']);
    expect(await ledger.settle([[device, [third, first]]])).toEqual(['settled', 'settled']);
    expect(await earned()).toBe(5_000);
    const credits = [...memory.ledger.state().keys()].filter((key) => key.startsWith('credit/'));
    expect(credits).toHaveLength(2);
    const reserve = await row();
    expect(reserve).toMatchObject({ settled: '5000', status: 'active' });
    expect(reserve.counters.map(([counter]) => counter)).toEqual([1, 2, 3, 4]);
  });

  it('of one counter at two merchants never meet: disjoint counters are paid at each', async () => {
    const [first, second] = [
      ledger.pay(device),
      ledger.pay(device, { merchantId: SECOND_MERCHANT }),
    ];
    expect(await ledger.settle([[device, [second]]], SECOND_MERCHANT)).toEqual(['settled']);
    expect(await ledger.settle([[device, [first]]])).toEqual(['settled']);
    expect([await earned(), await earned(SECOND_MERCHANT)]).toEqual([1_250, 1_250]);
  });

  it('are a duplicate the second time, in the same batch or another, and accuse nobody', async () => {
    const payment = ledger.pay(device);
    expect(await ledger.settle([[device, [payment, payment]]])).toEqual(['settled', 'duplicate']);
    const again = forge(payment, {});
    expect(base64(again.voucher)).not.toBe(base64(payment.voucher));
    expect(await ledger.settle([[device, [again]]])).toEqual(['duplicate']);
    expect((await row()).status).toBe('active');
    expect(await earned()).toBe(1_250);
  });

  it('of two groups of one reserve in one batch are settled as of one', async () => {
    const [first, second] = [ledger.pay(device), ledger.pay(device)];
    const verdicts = await ledger.settle([
      [device, [second]],
      [device, [first, second]],
    ]);
    expect(verdicts).toEqual(['settled', 'settled', 'duplicate']);
    expect(await earned()).toBe(2_500);
  });

  it('of a top-up are paid up to the new total, and those under the first certificate as well', async () => {
    const before = ledger.pay(device, { amount: 5_000n });
    const raised = newDevice({ ...device.certificate, total: 21_000n, sequence: 1 }, device.key);
    await expect(topUp(raised)).rejects.toMatchObject({ code: 'OFFLINE_OVER_TOTAL_CAP' });
    expect(await ledger.settle([[device, [before]]])).toEqual(['settled']);
    const { result } = await topUp(raised);
    expect(result).toMatchObject({ replayed: false, funded: '21000' });
    expect((await topUp(raised)).result).toMatchObject({ replayed: true, funded: '21000' });
    raised.state = device.state;
    const rest = [5_000n, 5_000n, 5_000n, 1_000n].map((amount) => ledger.pay(raised, { amount }));
    expect(await ledger.settle([[raised, rest]])).toEqual(rest.map(() => 'settled'));
    expect(reserves.standing(await row())).toBe('0');
  });
});

const topUp = (raised: Device) =>
  ledger.node.offline.topUp({
    ...reserveKeyOf(raised),
    sequence: raised.certificate.sequence,
    certificate: base64(raised.certificateBytes),
  });

it("stands among the customer's purchases as paid offline, each voucher once", async () => {
  const [own, other] = [ledger.pay(device), ledger.pay(device, { merchantId: SECOND_MERCHANT })];
  const stranger = await ledger.device('customer-2');
  await ledger.settle([
    [device, [own]],
    [stranger, [ledger.pay(stranger)]],
  ]);
  await ledger.settle([[device, [other]]], SECOND_MERCHANT);
  const teller = ledger.bank('teller');
  const { purchases } = await teller.feedback.listPurchases({ customerId: 'customer-1' });
  const paid = { customerId: 'customer-1', mode: 'offline', amount: '1250', lines: [] };
  expect(purchases).toMatchObject([
    { merchantId: MERCHANT, orderNumber: 'OFF-1', ...paid },
    { merchantId: SECOND_MERCHANT, orderNumber: 'OFF-2', ...paid },
  ]);
});

describe('a batch', () => {
  it.each([0, 1, 2])('pays its other vouchers when the one at %i is bad', async (place) => {
    const claims: VoucherClaim[] = [1, 2, 3].map(() => ledger.pay(device));
    claims[place] = { ...itemAt(claims, place), voucher: Buffer.from('nonsense') };
    const expected = claims.map((_, index) => (index === place ? 'malformed' : 'settled'));
    expect(await ledger.settle([[device, claims]])).toEqual(expected);
    expect(await earned()).toBe(2_500);
  });

  it('is answered from its row when it comes again, and refused when it comes with others', async () => {
    const batch = ledger.batchOf([[device, [ledger.pay(device)]]]);
    const { offline } = ledger.merchant();
    const first = await offline.settle(batch);
    const again = await offline.settle(batch);
    expect(again.result).toEqual({ ...first.result, replayed: true });
    const other = { ...ledger.batchOf([[device, [ledger.pay(device)]]]), batchId: batch.batchId };
    await expect(offline.settle(other)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    expect(await earned()).toBe(1_250);
  });

  it('that is sent three times at once is paid once', async () => {
    const batch = ledger.batchOf([[device, [ledger.pay(device), ledger.pay(device)]]]);
    const { offline } = ledger.merchant();
    const results = await Promise.all([1, 2, 3].map(() => offline.settle(batch)));
    expect(results.map(({ result }) => result.replayed).sort()).toEqual([false, true, true]);
    expect(await earned()).toBe(2_500);
  });

  it('that meets a top-up conflicts once, and is paid when it is tried again', async () => {
    const raised = newDevice({ ...device.certificate, total: 20_000n, sequence: 1 }, device.key);
    const batch = ledger.batchOf([[device, [ledger.pay(device)]]]);
    const [settled, topped] = await Promise.all([
      ledger.merchant().offline.settle(batch),
      topUp(raised),
    ]);
    expect([settled.attempts, topped.attempts].sort()).toEqual([1, 2]);
    expect(await earned()).toBe(1_250);
  });

  it('tells which voucher paid for which order, and where', async () => {
    const payment = ledger.pay(device, { orderNumber: 'ORD-7' });
    await ledger.settle([[device, [payment]]]);
    const { offline } = ledger.node;
    const { payments } = await offline.listPayments({ merchantId: MERCHANT, orderNumber: 'ORD-7' });
    expect(payments).toHaveLength(1);
    const key = reserveKeyOf(device);
    expect(payments[0]).toMatchObject({ ...key, counter: 1, amount: '1250', batchId: 'batch-1' });
    expect(await offline.readPayment({ ...key, counter: 1 })).toEqual(payments[0]);
    const { batches, next } = await offline.listBatches({ merchantId: MERCHANT });
    expect([batches.length, next]).toEqual([1, null]);
    expect(batches[0]?.transactionId).toBe(payments[0]?.transactionId);
  });
});

describe('refused is a voucher', () => {
  it.each<[string, string, (payment: ReturnType<OfflineLedger['pay']>) => VoucherClaim]>([
    [
      'another key signed',
      'badSignature',
      (payment) => forge({ ...payment, device: { ...device, key: newKey() } }, {}),
    ],
    [
      'whose S is high',
      'badSignature',
      (payment) => ({ ...payment, voucher: highS(payment.voucher) }),
    ],
    [
      'whose request asks for another amount',
      'requestMismatch',
      (payment) => ({ ...payment, requestPayload: ledger.request({ amount: 9n }) }),
    ],
    [
      'whose request is of another order',
      'requestMismatch',
      (payment) => ({ ...payment, requestPayload: ledger.request() }),
    ],
    [
      'under another certificate',
      'unknownCertificate',
      (payment) => forge(payment, { certificateDigest: Buffer.alloc(32, 1) }),
    ],
    [
      'made after spend-until',
      'expired',
      (payment) => {
        const { spendUntil: time } = device.certificate;
        const request = ledger.request({ createdAt: time, expiresAt: time + 600 });
        passSeconds(time - nowSeconds());
        return forge(payment, { time: time + 1 }, request);
      },
    ],
    [
      'made after its request was over',
      'expired',
      (payment) => {
        passSeconds(600);
        return forge(payment, { time: nowSeconds() + 1 });
      },
    ],
    [
      'dated further ahead than clocks may be',
      'notYet',
      (payment) => forge(payment, { time: nowSeconds() + OFFLINE.clockToleranceSeconds + 61 }),
    ],
    [
      'above the total',
      'overLimit',
      (payment) =>
        forge(payment, { counter: 9, previous: Buffer.alloc(32, 2), cumulative: 20_001n }),
    ],
  ])('%s: %s', async (_, verdict, change) => {
    expect(await ledger.settle([[device, [change(ledger.pay(device))]]])).toEqual([verdict]);
    expect(await earned()).toBe(0);
    expect((await row()).status).toBe('active');
  });

  it.each([
    ['another channel', 'wrongChannel', { channel: 'other' }],
    ['another merchant', 'wrongPayee', { merchantId: SECOND_MERCHANT }],
    ['another currency', 'wrongCurrency', { currency: 'USD' }],
    ['more than one payment may be', 'overLimit', { amount: 5_001n }],
    [
      'an order to deliver',
      'wrongPurpose',
      { purpose: { kind: 'delivery' as const, termsDigest: Buffer.alloc(32) } },
    ],
  ])('for %s: %s', async (_, verdict, values) => {
    const payment = ledger.pay(device);
    const request = ledger.request(values);
    const { amount = 1_250n } = values as { amount?: bigint };
    const claim = forge(payment, { cumulative: amount }, request);
    expect(await ledger.settle([[device, [claim]]])).toEqual([verdict]);
    expect(await earned()).toBe(0);
  });

  it('too long for any voucher, and no other of its batch', async () => {
    const payment = ledger.pay(device);
    const long = { ...payment, voucher: Buffer.alloc(50_000, 1) };
    expect(await ledger.settle([[device, [long, payment]]])).toEqual(['malformed', 'settled']);
  });

  it('of a reserve that does not exist', async () => {
    const { privateKey } = await memory.world.customer('customer-2');
    const forged = unfunded('customer-2', privateKey);
    expect(await ledger.settle([[forged, [ledger.pay(forged)]]])).toEqual(['unknownReserve']);
  });

  it('claimed late, also after the reserve was closed', async () => {
    const [first, second] = [ledger.pay(device), ledger.pay(device)];
    passSeconds(device.certificate.claimUntil - nowSeconds());
    expect(await ledger.settle([[device, [first]]])).toEqual(['settled']);
    passSeconds(1);
    expect(await ledger.settle([[device, [second]]])).toEqual(['claimedLate']);
    passSeconds(60);
    await ledger.node.offline.closeReserve(reserveKeyOf(device));
    expect(await ledger.settle([[device, [second]]])).toEqual(['claimedLate']);
  });

  it('that a terminal accepted though its bulletin named the device, and no other', async () => {
    const payments = [1, 2, 3].map((bulletinNumber) => ledger.pay(device, { bulletinNumber }));
    await revoke(2);
    expect(await ledger.settle([[device, payments]])).toEqual(['settled', 'revoked', 'revoked']);
    expect((await row()).status).toBe('revoked');
  });
});

/** The other form of an ECDSA signature, which is as valid to most software. */
function highS(voucher: Uint8Array): Buffer {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const changed = Buffer.from(voucher);
  const s = BigInt(`0x${changed.subarray(-32).toString('hex')}`);
  changed.write((order - s).toString(16).padStart(64, '0'), changed.length - 32, 'hex');
  return changed;
}

describe('a cloned device', () => {
  const ORDERS = [
    [MERCHANT, SECOND_MERCHANT, ['settled', 'conflict']],
    [SECOND_MERCHANT, MERCHANT, ['settled', 'conflict']],
  ] as const;

  it.each(ORDERS)(
    'that pays at two merchants is caught, %s first',
    async (first, second, expected) => {
      const clone = { ...device };
      const at = {
        [MERCHANT]: ledger.pay(device),
        [SECOND_MERCHANT]: ledger.pay(clone, { merchantId: SECOND_MERCHANT }),
      } as const;
      const verdicts = [
        ...(await ledger.settle([[device, [at[first]]]], first)),
        ...(await ledger.settle([[device, [at[second]]]], second)),
      ];
      expect(verdicts).toEqual(expected);
      expect([await earned(first), await earned(second)]).toEqual([1_250, 0]);
      expect((await row()).status).toBe('frozen');
      const { frauds } = await ledger
        .bank('operator')
        .offline.listFrauds({ bankId: BANK, open: true });
      expect(frauds).toHaveLength(1);
      expect(frauds[0]).toMatchObject({
        kind: 'sameCounter',
        merchantId: second,
        amount: '1250',
        claimed: true,
        proven: false,
      });
      expect(
        memory.ledger.state().has('history/customer-1/penalty/reserve~phone~1/doubleSpend'),
      ).toBe(true);
    },
  );

  it('within one batch is caught as well, and what was paid before it stays paid', async () => {
    const clone = { ...device };
    const [first, second, other] = [ledger.pay(device), ledger.pay(device), ledger.pay(clone)];
    const verdicts = await ledger.settle([[device, [first, second, other]]]);
    expect(verdicts).toEqual(['settled', 'settled', 'conflict']);
    expect(await earned()).toBe(2_500);
  });

  it('whose counter was rolled back is caught by its sums', async () => {
    const payments = [1, 2, 3].map(() => ledger.pay(device));
    const back = forge(itemAt(payments, 2), { counter: 9, cumulative: 2_500n }, ledger.request());
    expect(await ledger.settle([[device, [itemAt(payments, 2), back]]])).toEqual([
      'settled',
      'conflict',
    ]);
    const { frauds } = await ledger.node.offline.listFrauds({ bankId: BANK, open: false });
    expect(frauds[0]?.kind).toBe('cumulative');
  });

  it('is funded no more, and what it paid honestly before is settled', async () => {
    const clone = { ...device };
    const [first, second, other] = [ledger.pay(device), ledger.pay(device), ledger.pay(clone)];
    expect(await ledger.settle([[device, [first, other]]])).toEqual(['settled', 'conflict']);
    expect(await ledger.settle([[device, [second]]])).toEqual(['settled']);
    const next = unfunded('customer-1', device.key, { epoch: 2, total: 1_000n });
    await expect(ledger.fund(next)).rejects.toMatchObject({ code: 'OFFLINE_NOT_ALLOWED' });
  });
});

describe('who may settle', () => {
  it('is only the merchant that is paid', async () => {
    const batch = ledger.batchOf([[device, [ledger.pay(device)]]]);
    const stranger = ledger.merchant('terminal', SECOND_MERCHANT).offline;
    await expect(stranger.settle(batch)).rejects.toMatchObject({ code: 'NOT_OWNER' });
    const dispatcher = memory.clientFor('logistics', 'dispatcher', LOGISTICS).offline;
    await expect(dispatcher.settle(batch)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  });
});
