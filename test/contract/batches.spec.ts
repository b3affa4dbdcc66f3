// SPDX-License-Identifier: Apache-2.0
// Calls that travel together end as they would one after the other, and none of them can harm another.
import fc from 'fast-check';
import { MAX_BATCH, type OrderTerms } from '@fabric-offline-pay/domain';
import type { Parties, Purchase } from '@fabric-offline-pay/sdk';
import {
  BANK,
  CURRENCY,
  LOGISTICS,
  MERCHANT,
  memoryClient,
  type CustomerDevice,
  type MemoryLedger,
} from '@fabric-offline-pay/testing';
import { firstOf, itemAt, leading } from '../support/defined.js';
import { SEED } from '../support/seeded.js';
import { orderLeg, quoteLeg, settleLeg, signQuoted } from '../support/express-legs.js';
import { callerOf, memoryWorld, MSP, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import { resumeTime, stopTime } from '../support/passing-time.js';

const RUNS = Number(process.env['OFFPAY_RUNS'] ?? 30);

/** Clients of their own, which let calls travel together or not. */
function partiesOn(ledger: MemoryLedger, batching: boolean, merchantId = MERCHANT): Parties {
  const client = (mspId: string, attribute: string, actor: string) =>
    memoryClient(ledger, callerOf(mspId, attribute, actor), { organisations: MSP, batching });
  return {
    cashier: client(MSP.merchant, 'cashier', merchantId),
    dispatcher: client(MSP.logistics, 'dispatcher', LOGISTICS),
    bankNode: client(MSP.bank, 'bank-node', BANK),
  };
}

let memory: MemoryWorld;
let together: Parties;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  memory = await memoryWorld();
  together = partiesOn(memory.ledger, true);
});
afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

async function purchasesOf(count: number): Promise<Purchase[]> {
  const purchases: Purchase[] = [];
  for (let index = 0; index < count; index += 1) {
    const device = await memory.world.customer(`customer-${index}`);
    purchases.push(await purchaseOf(device, `ORD-${index}`));
  }
  return purchases;
}

const purchaseOf = async (device: CustomerDevice, orderNumber: string): Promise<Purchase> =>
  memory.world.purchase(device, await memory.world.login(device), { orderNumber });

const quoteAll = (purchases: readonly Purchase[], parties = together) =>
  Promise.all(purchases.map((purchase) => quoteLeg(parties, purchase)));

async function signAll(purchases: readonly Purchase[]) {
  const quoted = await quoteAll(purchases);
  return Promise.all(
    purchases.map((purchase, index) => signQuoted(purchase, itemAt(quoted, index))),
  );
}

const transactionsOf = (results: readonly { readonly transactionId: string }[]): string[] => [
  ...new Set(results.map(({ transactionId }) => transactionId)),
];

const codeIn = (error: unknown): string => (error as { readonly code: string }).code;

const refusalOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error: unknown) => codeIn(error),
  );

const rowsOf = (orderNumber: string): string[] =>
  [...memory.ledger.state().keys()].filter((key) => key.endsWith(`/${orderNumber}`));

test('calls made at the same time share transactions, as many to one as the table allows', async () => {
  const quoted = await quoteAll(await purchasesOf(MAX_BATCH + 4));
  expect(transactionsOf(quoted)).toHaveLength(2);
  expect(quoted.map(({ attempts }) => attempts)).toEqual(quoted.map(() => 1));
  expect(new Set(quoted.map(({ result: { goodsTotal } }) => goodsTotal))).toEqual(
    new Set(['4980']),
  );
});

test('a single call travels as its own transaction', async () => {
  const purchase = firstOf(await purchasesOf(1));
  const { transactionId } = await quoteLeg(together, purchase);
  const proposals = memory.ledger.blocks().flatMap(({ transactions }) => transactions);
  const own = proposals.find(({ txId }) => txId === transactionId);
  expect(JSON.stringify(own)).not.toContain('[{"basket');
});

test('a refused call affects no other call and leaves nothing', async () => {
  const [first, forged, last] = leading(await signAll(await purchasesOf(3)), 3);
  const before = rowsOf('ORD-1');
  const ends = await Promise.allSettled([
    orderLeg(together, first),
    orderLeg(together, { ...forged, signature: first.signature }),
    orderLeg(together, last),
  ]);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(ends[1]).toMatchObject({ reason: { code: 'SIGNATURE_INVALID', number: 210 } });
  expect(rowsOf('ORD-1')).toEqual(before);
  expect(rowsOf('ORD-0')).toContain(`terms/${MERCHANT}/ORD-0`);
});

test('a batch of refused calls is not sent, and each call gets its own refusal', async () => {
  const [first, second] = leading(await signAll(await purchasesOf(2)), 2);
  const height = memory.ledger.blocks().length;
  const codes = await Promise.all([
    refusalOf(orderLeg(together, { ...first, signature: second.signature })),
    refusalOf(orderLeg(together, { ...second, signature: first.signature })),
    refusalOf(settleLeg(together, { merchantId: MERCHANT, orderNumber: 'ORD-never' })),
    refusalOf(settleLeg(together, { merchantId: MERCHANT, orderNumber: 'ORD-neither' })),
  ]);
  expect(codes).toEqual(['SIGNATURE_INVALID', 'SIGNATURE_INVALID', 'NOT_FOUND', 'NOT_FOUND']);
  expect(memory.ledger.blocks()).toHaveLength(height);
});

test('two orders of one payer in one transaction both take its money', async () => {
  const device = await memory.world.customer('customer-twice', '12000');
  const purchases = [await purchaseOf(device, 'A'), await purchaseOf(device, 'B')];
  const third = await purchaseOf(device, 'C');
  const signed = await signAll([...purchases, third]);
  const ends = await Promise.all(
    signed.map((order) =>
      orderLeg(together, order).then(
        ({ transactionId }) => transactionId,
        (error: unknown) => codeIn(error),
      ),
    ),
  );
  expect(ends[0]).toBe(ends[1]);
  expect(ends[2]).toBe('INSUFFICIENT_FUNDS');
});

test('batches that conflict over one payer are halved until only that payer waits', async () => {
  const other = memory.clientFor('bank', 'teller', BANK);
  const purchases = await purchasesOf(8);
  const signed = await signAll(purchases);
  const ordering = signed.map((order) => orderLeg(together, order));
  // Endorsed in the same turn of the event loop as the batch, and ordered before it.
  const meeting = new Promise((resolve, reject) => {
    setImmediate(() => {
      other.settlement
        .issue({
          issueId: 'again',
          customerId: 'customer-5',
          token: 'tok-customer-5',
          currency: CURRENCY,
          amount: '7',
        })
        .then(resolve, reject);
    });
  });
  const results = await Promise.all(ordering);
  await meeting;
  expect(new Set(results.map(({ result: { state } }) => state))).toEqual(
    new Set(['categoryChecked']),
  );
  expect(Math.max(...results.map(({ attempts }) => attempts))).toBeGreaterThan(1);
  expect(transactionsOf(results).length).toBeLessThanOrEqual(4);
});

test.each([
  ['none', '[]'],
  ['more than fit', JSON.stringify(Array.from({ length: MAX_BATCH + 1 }, () => ({})))],
])('a batch of %s is refused as a whole', async (_, argument) => {
  const proposal = memory.ledger.propose(
    callerOf(MSP.bank, 'bank-node', BANK),
    'express:settle',
    [argument],
    {},
  );
  const { status, message } = (await memory.ledger.endorse(proposal, MSP.bank)).response;
  expect(status).toBe(500);
  expect(JSON.parse(message)).toMatchObject({ code: 'INPUT_INVALID' });
});

test('other transactions take no batch', async () => {
  const proposal = memory.ledger.propose(
    callerOf(MSP.bank, 'bank-node', BANK),
    'settlement:release',
    [JSON.stringify([{ merchantId: MERCHANT, orderNumber: 'ORD-1' }])],
    {},
  );
  const { message } = (await memory.ledger.endorse(proposal, MSP.bank)).response;
  expect(JSON.parse(message)).toMatchObject({ code: 'INPUT_INVALID' });
});

/** What is tried with one order number; several may be tried with the same one. */
interface Trial {
  readonly number: number;
  readonly payer: number;
  readonly fault: 'none' | 'price' | 'signature' | 'statement' | 'unpaid';
}

const trial: fc.Arbitrary<Trial> = fc.record({
  number: fc.integer({ min: 0, max: 9 }),
  payer: fc.integer({ min: 0, max: 2 }),
  fault: fc.oneof(
    { weight: 4, arbitrary: fc.constant('none' as const) },
    fc.constantFrom(
      'price' as const,
      'signature' as const,
      'statement' as const,
      'unpaid' as const,
    ),
  ),
});

type End = { readonly state?: string; readonly replayed: boolean } | string;

const endOf = (call: Promise<{ readonly result: object }>): Promise<End> =>
  call.then(
    ({ result }) => result as { state?: string; replayed: boolean },
    (error: unknown) => codeIn(error),
  );

type Each = (calls: readonly (() => Promise<End>)[]) => Promise<End[]>;

const atOnce: Each = (calls) => Promise.all(calls.map((call) => call()));

const oneByOne: Each = async (calls) => {
  const ends: End[] = [];
  for (const call of calls) ends.push(await call());
  return ends;
};

/** Everything but which transaction it was. */
const comparable = (ledger: MemoryLedger): Record<string, string> =>
  Object.fromEntries(
    [...ledger.state()].map(([key, value]) => [
      key,
      value.replaceAll(/"transactionId":"[0-9a-f]+"/g, '"transactionId":""'),
    ]),
  );

test('a batch leaves the same state as its calls one after the other', async () => {
  console.log(`seed ${SEED.toString()}`);
  const devices: { device: CustomerDevice; loginId: string }[] = [];
  for (const [index, money] of ['1000000', '9000', '100'].entries()) {
    const device = await memory.world.customer(`payer-${index}`, money);
    devices.push({ device, loginId: await memory.world.login(device) });
  }
  // ECDSA signatures differ each time, and the ledger stores them.
  const signatures = new Map<string, Promise<string> | string>();
  const signedOnce = (purchase: Purchase, terms: OrderTerms): Promise<string> | string => {
    const key = JSON.stringify(terms);
    const signature = signatures.get(key) ?? purchase.sign(terms);
    signatures.set(key, signature);
    return signature;
  };
  const purchaseIn = ({ number, payer, fault }: Trial): Purchase => {
    const { device, loginId } = itemAt(devices, payer);
    const purchase = memory.world.purchase(device, loginId, {
      orderNumber: `T-${number}`,
      lines: [{ goods: 'charger', quantity: 1, ...(fault === 'price' ? { price: '1' } : {}) }],
      ...(fault === 'statement' ? { merchantStatement: { goodsTotal: '1' } } : {}),
    });
    return { ...purchase, sign: (terms) => signedOnce(purchase, terms) };
  };
  const run = async (ledger: MemoryLedger, batching: boolean, trials: readonly Trial[]) => {
    const parties = partiesOn(ledger, batching);
    const each = batching ? atOnce : oneByOne;
    const quoted = new Map<Trial, Awaited<ReturnType<typeof quoteLeg>>>();
    const quotes = await each(
      trials.map((tried) => () => {
        const call = quoteLeg(parties, purchaseIn(tried));
        return endOf(call.then((result) => (quoted.set(tried, result), result)));
      }),
    );
    const signed = await Promise.all(
      [...quoted].map(async ([tried, result]) => {
        const order = await signQuoted(purchaseIn(tried), result);
        return tried.fault === 'signature' ? { ...order, signature: 'AAAA' } : order;
      }),
    );
    const orders = await each(signed.map((order) => () => endOf(orderLeg(parties, order))));
    const due = trials.filter(({ fault }) => fault !== 'unpaid');
    const settled = await each(
      due.map(
        ({ number }) =>
          () =>
            endOf(settleLeg(parties, { merchantId: MERCHANT, orderNumber: `T-${number}` })),
      ),
    );
    return { quotes, orders, settled };
  };
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(trial, { minLength: 2, maxLength: MAX_BATCH }), async (trials) => {
      const [alone, shared] = [memory.ledger.fork(), memory.ledger.fork()];
      const apart = await run(alone, false, trials);
      expect(await run(shared, true, trials)).toEqual(apart);
      expect(comparable(shared)).toEqual(comparable(alone));
      expect(missingMoney(shared.state())).toBe(0n);
      for (const end of [...apart.quotes, ...apart.orders, ...apart.settled])
        seen.add(typeof end === 'string' ? end : (end.state ?? 'quoted'));
    }),
    { seed: SEED, numRuns: RUNS },
  );
  console.log(`ends seen: ${[...seen].sort().join(', ')}`);
}, 120_000);
