// SPDX-License-Identifier: Apache-2.0
// Limits add up over a customer's payments, whichever way, login or device they come by; and what a bank issues needs two
// pairs of eyes above a sum.
import { termsDigest, type OrderTerms } from '@fabric-offline-pay/domain';
import { runExpress, type Purchase } from '@fabric-offline-pay/sdk';
import {
  BANK,
  CURRENCY,
  POLICY,
  makeCaller,
  memoryClient,
  type CustomerDevice,
  type CallerOptions,
} from '@fabric-offline-pay/testing';
import { type Run, RUNS } from '../support/both-ways.js';
import { failLogin } from '../support/histories.js';
import { memoryWorld, MSP, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import { OfflineLedger, reserveKeyOf, unfunded } from '../support/offline-ledger.js';
import { newKey, spkiOf } from '../support/offline-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

const HOUR = 3600;

/** An order of two chargers costs 54.50 with its delivery. */
const TWO = 5450;
const LIMITS = {
  ...{ perOrder: '20000', perWindow: '30000', stepUp: '12000', issue: '1000000' },
  ...{ lossPerReserve: '0', lossPerPayee: '0' },
};
const TIGHT = {
  ...POLICY,
  ...{ loginSeconds: 24 * HOUR, windowSeconds: HOUR, quoteSeconds: 24 * HOUR },
  currencies: { [CURRENCY]: LIMITS },
};

let memory: MemoryWorld;
let device: CustomerDevice;
let loginId: string;
let orders = 0;
/** How often the ledger asked for a step-up. */
let asked = 0;

async function open(limits: Partial<typeof LIMITS> = {}): Promise<void> {
  const currencies = { [CURRENCY]: { ...LIMITS, ...limits } };
  memory = await memoryWorld({ policy: { ...TIGHT, currencies } });
  device = await memory.world.customer('customer-1');
  loginId = await memory.world.login(device);
  asked = 0;
}

beforeEach(async () => {
  stopTime();
  await open();
});
afterEach(() => {
  expect(missingMoney(memory.ledger.state())).toBe(0n);
  resumeTime();
});

async function stepUp(terms: OrderTerms): Promise<void> {
  asked += 1;
  const { identity } = await memory.world.bank('auth-service');
  const boundTo = termsDigest(terms);
  const of = { loginId: terms.loginId, boundTo };
  await identity.attestSms({ ...of, nonce: `sms-${terms.orderNumber}` });
  await identity.attestPassword({ ...of, nonce: `password-${terms.orderNumber}` });
}

/** An order of this many chargers. */
function chargers(quantity: number, by = loginId): Purchase {
  orders += 1;
  const orderNumber = `ORD-${orders}`;
  const lines = [{ goods: 'charger' as const, quantity }];
  return memory.world.purchase(device, by, { orderNumber, lines });
}

const buy = async (run: Run, purchase: Purchase) => run(await memory.world.parties(), purchase);
const buyTwo = (run: Run) => buy(run, { ...chargers(2), stepUp });
const account = async () =>
  (await memory.world.bank('teller')).settlement.readAccount({
    customerId: 'customer-1',
    currency: CURRENCY,
  });
const spent = async (): Promise<number> => Number((await account()).spent);

describe.each(RUNS)('%s', (_, run) => {
  test('an order above what one may cost is refused', async () => {
    await expect(buy(run, { ...chargers(8), stepUp })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: '20000' },
    });
  });

  test('orders of one window come to at most its limit', async () => {
    for (let count = 0; count < 5; count += 1) await buyTwo(run);
    await expect(buyTwo(run)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: '30000', spent: '27250', total: '5450' },
    });
    expect(await spent()).toBe(5 * TWO);
  });

  test('a login more gives nothing more', async () => {
    for (let count = 0; count < 5; count += 1) await buyTwo(run);
    loginId = await memory.world.login(device);
    await expect(buyTwo(run)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  test('the end of a window does not let its limit be spent twice', async () => {
    for (let count = 0; count < 5; count += 1) await buyTwo(run);
    passSeconds(HOUR - 1);
    await expect(buyTwo(run)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    passSeconds(HOUR / 4 + 1);
    await buyTwo(run);
    expect(await spent()).toBe(TWO);
  });

  test('a bad history leaves a share of the window too', async () => {
    await failLogin(memory.world, device, 5);
    loginId = await memory.world.login(device);
    for (let count = 0; count < 2; count += 1) await buyTwo(run);
    await expect(buyTwo(run)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: '15000', spent: '10900', total: '5450' },
    });
  });

  test('a void gives the money back, and the limit not', async () => {
    const purchase = { ...chargers(2), claim: null };
    await runExpress(await memory.world.parties(), purchase);
    const { merchantId, orderNumber } = purchase.basket;
    await (await memory.world.merchant()).settlement.void({ merchantId, orderNumber });
    expect(await account()).toMatchObject({ available: '1000000', spent: TWO.toString() });
  });

  test('orders without a step-up add up to the next one', async () => {
    for (let count = 0; count < 2; count += 1) await buyTwo(run);
    expect(asked).toBe(0);
    const purchase = chargers(2);
    await expect(buy(run, purchase)).rejects.toMatchObject({
      code: 'STEP_UP_REQUIRED',
      details: { limit: '12000', since: '10900', total: '5450' },
    });
    await buy(run, { ...purchase, stepUp });
    expect([asked, await account()]).toMatchObject([1, { sinceStepUp: '0' }]);
  });

  test('a step-up is for one order, and the sum begins anew', async () => {
    for (let count = 0; count < 3; count += 1) await buyTwo(run);
    expect(asked).toBe(1);
    for (let count = 0; count < 2; count += 1) await buyTwo(run);
    expect([asked, await account()]).toMatchObject([1, { sinceStepUp: (2 * TWO).toString() }]);
  });

  test('factors that are bound to another order are none', async () => {
    await open({ perWindow: '100000' });
    for (let count = 0; count < 2; count += 1) await buyTwo(run);
    const other = chargers(3);
    await buy(run, { ...other, stepUp });
    for (let count = 0; count < 2; count += 1) await buyTwo(run);
    const reusing = { ...chargers(1), stepUp: () => Promise.resolve() };
    await expect(buy(run, reusing)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
  });
});

test('orders at the same time do not pass the limit together', async () => {
  await open({ stepUp: '30000' });
  const parties = await memory.world.parties();
  const all = Array.from({ length: 8 }, () => runExpress(parties, chargers(2)));
  const refusals = (await Promise.allSettled(all)).flatMap((each) =>
    each.status === 'rejected' ? [(each.reason as { code: string }).code] : [],
  );
  expect(refusals).toEqual(['LIMIT_EXCEEDED', 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED']);
  expect(await spent()).toBe(5 * TWO);
});

describe('money for payments without a network', () => {
  let ledger: OfflineLedger;
  const reserve = (total: bigint, values: Parameters<typeof unfunded>[2] = {}) =>
    unfunded('customer-1', device.privateKey, { total, ...values });

  beforeEach(async () => {
    ledger = await OfflineLedger.open(memory);
  });

  test('counts in the window of the orders', async () => {
    await ledger.fund(reserve(20_000n));
    await buyTwo(runExpress);
    await expect(buyTwo(runExpress)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { spent: '25450' },
    });
  });

  test('is refused when orders left too little of the window', async () => {
    for (let count = 0; count < 3; count += 1) await buyTwo(runExpress);
    await expect(ledger.fund(reserve(13_651n))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await ledger.fund(reserve(13_650n));
  });

  test('counts again with every top-up', async () => {
    await ledger.fund(reserve(10_000n));
    for (let count = 0; count < 2; count += 1) await buyTwo(runExpress);
    const topUp = (total: bigint) => {
      const raised = reserve(total, { sequence: 1 });
      return ledger.node.offline.topUp({
        ...reserveKeyOf(raised),
        sequence: 1,
        certificate: raised.certificateBytes.toString('base64'),
      });
    };
    await expect(topUp(19_101n)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect((await topUp(19_100n)).result.funded).toBe('19100');
    expect(await spent()).toBe(30_000);
  });

  test('is neither kept back by a step-up nor in place of one', async () => {
    await ledger.fund(reserve(15_000n));
    await buyTwo(runExpress);
    expect([asked, await account()]).toMatchObject([0, { sinceStepUp: TWO.toString() }]);
  });

  test('is bounded for all devices of a customer together', async () => {
    await ledger.fund(reserve(15_000n));
    const watch = newKey();
    const { identity } = await memory.world.bank('teller');
    const registered = { customerId: 'customer-1', deviceId: 'watch', publicKey: spkiOf(watch) };
    await identity.registerDevice(registered);
    const onWatch = (total: bigint) => unfunded('customer-1', watch, { total, deviceId: 'watch' });
    await expect(ledger.fund(onWatch(5_001n))).rejects.toMatchObject({
      code: 'OFFLINE_OVER_TOTAL_CAP',
      details: { most: '20000', stands: '20001' },
    });
    await ledger.fund(onWatch(5_000n));
  });
});

describe('an instrument', () => {
  test('belongs to one customer of the bank', async () => {
    await memory.world.customer('customer-2', '0');
    const { settlement } = await memory.world.bank('teller');
    const taken = { customerId: 'customer-2', token: 'tok-customer-1', kind: 'card' as const };
    await expect(settlement.linkInstrument(taken)).rejects.toMatchObject({
      code: 'INSTRUMENT_TAKEN',
    });
    const again = { ...taken, customerId: 'customer-1' };
    expect((await settlement.linkInstrument(again)).result.replayed).toBe(true);
  });

  test('pays for its own customer only, and is paid out to it', async () => {
    await memory.world.customer('customer-2', '0');
    const { settlement } = await memory.world.bank('teller');
    const input = {
      ...{ customerId: 'customer-2', token: 'tok-customer-1' },
      ...{ currency: CURRENCY, amount: '1' },
    };
    for (const moving of [
      () => settlement.issue({ ...input, issueId: 'borrowed' }),
      () => settlement.withdraw({ ...input, withdrawId: 'borrowed' }),
    ])
      await expect(moving()).rejects.toMatchObject({ code: 'INSTRUMENT_UNKNOWN' });
  });
});

describe('an issue', () => {
  const MUCH = '1000001';
  const issue = {
    ...{ issueId: 'large', customerId: 'customer-1', token: 'tok-customer-1' },
    ...{ currency: CURRENCY, amount: MUCH },
  };
  const teller = (name?: string, subject: Pick<CallerOptions, 'organisation'> = {}) =>
    memoryClient(
      memory.ledger,
      makeCaller({
        mspId: MSP.bank,
        role: 'teller',
        actor: BANK,
        ...(name && { name }),
        ...subject,
      }),
      { organisations: MSP },
    ).settlement;
  const available = async () => (await account()).available;

  test('up to the sum of the policy needs one teller', async () => {
    const { result } = await teller().issue({ ...issue, amount: '1000000' });
    expect([result.state, await available()]).toEqual(['issued', '2000000']);
  });

  test('above it makes no money before another certificate confirms it', async () => {
    const { result } = await teller('anna').issue(issue);
    expect([result.state, await available()]).toEqual(['proposed', '1000000']);
    const confirmed = await teller('ben').confirmIssue(issue);
    expect([confirmed.result.state, await available()]).toEqual(['issued', '2000001']);
    expect((await teller('ben').confirmIssue(issue)).result.replayed).toBe(true);
    expect((await teller('anna').issue(issue)).result).toMatchObject({ replayed: true });
    expect(await available()).toBe('2000001');
  });

  test('may be confirmed by an operator', async () => {
    await teller().issue(issue);
    await (await memory.world.bank('operator')).settlement.confirmIssue(issue);
    expect(await available()).toBe('2000001');
  });

  test('is not confirmed by who proposed it, with a renewed certificate neither', async () => {
    await teller('anna').issue(issue);
    await expect(teller('anna').confirmIssue(issue)).rejects.toMatchObject({
      code: 'SECOND_TELLER_REQUIRED',
    });
    expect(await available()).toBe('1000000');
  });

  test('is not confirmed by who proposed it, whatever else the certificate says of its holder', async () => {
    await teller('anna').issue(issue);
    for (const organisation of ['Elsewhere', '/CN=ben'])
      await expect(teller('anna', { organisation }).confirmIssue(issue)).rejects.toMatchObject({
        code: 'SECOND_TELLER_REQUIRED',
      });
    expect(await available()).toBe('1000000');
    await teller('ben', { organisation: 'Elsewhere' }).confirmIssue(issue);
    expect(await available()).toBe('2000001');
  });

  test.each([
    ['amount', '9999999'],
    ['token', 'tok-customer-2'],
    ['customerId', 'customer-2'],
  ])('is confirmed as it was proposed: another %s is another issue', async (field, value) => {
    await memory.world.customer('customer-2', '0');
    await teller('anna').issue(issue);
    await expect(teller('ben').confirmIssue({ ...issue, [field]: value })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
  });

  test('that nobody proposed cannot be confirmed, nor one that is too old', async () => {
    await expect(teller('ben').confirmIssue(issue)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await teller('anna').issue(issue);
    passSeconds(POLICY.voteSeconds);
    for (const who of ['ben', 'anna'])
      await expect(teller(who).confirmIssue(issue)).rejects.toMatchObject({
        code: 'ISSUE_EXPIRED',
      });
    expect(await available()).toBe('1000000');
  });
});
