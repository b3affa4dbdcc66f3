// SPDX-License-Identifier: Apache-2.0
// The typed client: complete, typed by the table, and strict before anything is sent.
import { ALL_TRANSACTIONS, type ContractName, type OutputOf } from '@fabric-offline-pay/domain';
import { firstOf, itemWhere } from '../../../test/support/defined.js';
import { RefusedError } from '../errors.js';
import { createClient, type Client } from './client.js';
import type { Call, TransactionResult, Transport } from './transport.js';

/** Answers what the test says and remembers the calls. */
function fakeTransport(answer: unknown) {
  const calls: { kind: string; call: Call; options: object }[] = [];
  const payload = Buffer.from(JSON.stringify(answer));
  const transport: Transport = {
    submit: (call, decode, options) => {
      calls.push({ kind: 'submit', call, options });
      const result = decode(payload);
      return Promise.resolve({
        result,
        transactionId: 'tx',
        blockNumber: 7n,
        attempts: 1,
        durationMs: 5,
      });
    },
    evaluate: (call, decode, options) => {
      calls.push({ kind: 'evaluate', call, options });
      return Promise.resolve(decode(payload));
    },
  };
  return { client: createClient(transport), calls };
}

const addresses = {
  salt: 'a'.repeat(64),
  addresses: [{ ref: 'addr-1', latitude: 1, longitude: 2, text: 'a street' }],
};
/** The methods that answer without a transaction, by their types. */
type QueryNames = {
  [Contract in ContractName]: {
    [Name in keyof Client[Contract] & string]: Client[Contract][Name] extends (
      ...parameters: never[]
    ) => Promise<TransactionResult<unknown>>
      ? never
      : `${Contract}:${Name}`;
  }[keyof Client[Contract] & string];
}[ContractName];

/** Compiles only while it names every query and nothing else. */
const QUERIES: Readonly<Record<QueryNames, true>> = {
  'identity:readParticipants': true,
  'identity:readPolicy': true,
  'identity:readCustomer': true,
  'identity:readLogin': true,
  'identity:readReputation': true,
  'goods:readGoods': true,
  'goods:readMerchant': true,
  'logistics:readQuote': true,
  'logistics:readAddress': true,
  'logistics:listCouriers': true,
  'orderNumber:readOrder': true,
  'orderNumber:readTerms': true,
  'orderNumber:listOrders': true,
  'orderNumber:trail': true,
  'settlement:readAccount': true,
  'settlement:readPayee': true,
  'settlement:totals': true,
  'alarm:listAlarms': true,
  'alarm:readReport': true,
  'feedback:listPurchases': true,
  'offline:readReserve': true,
  'offline:listReserves': true,
  'offline:readBulletin': true,
  'offline:readBulletinChanges': true,
  'offline:listIssuers': true,
  'offline:listFrauds': true,
  'offline:listPayments': true,
  'offline:readPayment': true,
  'offline:listBatches': true,
};

const order = { merchantId: 'merchant-1', orderNumber: 'ORD-1001' };

describe('the table as methods', () => {
  test('every transaction has a method, and there are no others', () => {
    const { client } = fakeTransport({});
    const methods = Object.entries(client).flatMap(([contract, entries]) =>
      Object.keys(entries).map((name) => `${contract}:${name}`),
    );
    expect(methods.sort()).toEqual(ALL_TRANSACTIONS.map(({ fullName }) => fullName).sort());
  });

  test('the types and the table have the same queries', () => {
    const evaluated = ALL_TRANSACTIONS.filter(({ kind }) => kind === 'evaluate').map(
      ({ fullName }) => fullName,
    );
    expect(Object.keys(QUERIES).sort()).toEqual(evaluated.sort());
  });

  test('inputs, options and outputs have the types of the table', () => {
    type Capture = Client['settlement']['capture'];
    type ReadAccount = Client['settlement']['readAccount'];
    // Each line compiles only while the type is right.
    const captured: (
      result: Awaited<ReturnType<Capture>>,
    ) => TransactionResult<OutputOf<'settlement', 'capture'>> = (x) => x;
    const state: (result: Awaited<ReturnType<Capture>>) => string = (x) => x.result.state;
    const read: (result: Awaited<ReturnType<ReadAccount>>) => { available: string } = (x) => x;
    const input: Parameters<Capture>[0] = { ...order, captureId: 'capture-1', amount: '1' };
    // @ts-expect-error amounts are decimal strings
    const wrongInput: Parameters<Capture>[0] = { ...order, captureId: 'capture-1', amount: 1 };
    // @ts-expect-error a query has no endorsers
    const wrongOptions: Parameters<ReadAccount>[1] = { endorsers: ['BankMSP'] };
    expect([captured, state, read, input, wrongInput, wrongOptions]).toHaveLength(6);
  });
});

describe('a call', () => {
  test('sends one JSON argument and returns a typed answer', async () => {
    const { client, calls } = fakeTransport({ replayed: false, units: ['14'], state: 'captured' });
    const input = { ...order, captureId: 'capture-1', amount: '2950' };
    const answer = await client.settlement.capture(input, { endorsers: ['BankMSP'] });
    expect(answer).toEqual({
      result: { replayed: false, units: ['14'], state: 'captured' },
      transactionId: 'tx',
      blockNumber: 7n,
      attempts: 1,
      durationMs: 5,
    });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ kind: 'submit', call: { argument: JSON.stringify(input) } });
    expect(firstOf(calls).call.transaction.fullName).toBe('settlement:capture');
    expect(firstOf(calls).options).toEqual({ endorsers: ['BankMSP'] });
  });

  test('of a query is evaluated and returns the output itself', async () => {
    const account = {
      customerId: 'customer-1',
      currency: 'EUR',
      available: '10',
      spent: '5',
      sinceStepUp: '5',
    };
    const { client, calls } = fakeTransport(account);
    await expect(
      client.settlement.readAccount({ customerId: 'customer-1', currency: 'EUR' }),
    ).resolves.toEqual(account);
    expect(firstOf(calls).kind).toBe('evaluate');
  });

  test('with transient data keeps it out of the argument', async () => {
    const { client, calls } = fakeTransport({
      replayed: false,
      units: [],
      addressRefs: ['addr-1'],
    });
    await client.logistics.offerAddresses(order, { transient: addresses });
    expect(firstOf(calls).call).toMatchObject({
      argument: JSON.stringify(order),
      transient: JSON.stringify(addresses),
    });
  });

  test.each([
    ['a wrong amount', { ...order, captureId: 'c', amount: '01' }, 'amount'],
    ['a missing field', { ...order, amount: '1' }, 'captureId'],
    ['an unknown field', { ...order, captureId: 'c', amount: '1', note: 'x' }, ''],
  ])('with %s is refused before it is sent', async (_, input, field) => {
    const { client, calls } = fakeTransport({});
    const refused = await client.settlement
      .capture(input as never)
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RefusedError);
    expect(refused).toMatchObject({ code: 'INPUT_INVALID', details: { field } });
    expect(calls).toEqual([]);
  });

  test('names the path of a nested field', async () => {
    const { client } = fakeTransport({});
    const { example } = itemWhere(
      ALL_TRANSACTIONS,
      ({ fullName }) => fullName === 'logistics:registerCouriers',
    );
    const input = structuredClone(example) as { couriers: { depot: { latitude: unknown } }[] };
    firstOf(input.couriers).depot.latitude = 'north';
    await expect(client.logistics.registerCouriers(input as never)).rejects.toMatchObject({
      details: { field: 'couriers.0.depot.latitude' },
    });
  });

  test('never repeats a private value in its refusal', async () => {
    const { client } = fakeTransport({});
    const transient = { ...addresses, salt: 'Secret Street 5' };
    const refused = await client.logistics
      .offerAddresses(order, { transient })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'INPUT_INVALID', details: { field: 'private.salt' } });
    expect(JSON.stringify(refused)).not.toContain('Secret');
  });

  test('that lacks transient data, or has unexpected transient data, is refused', async () => {
    const { client } = fakeTransport({});
    await expect(client.logistics.offerAddresses(order)).rejects.toMatchObject({
      details: { field: 'private' },
    });
    await expect(client.settlement.void(order, { transient: {} })).rejects.toMatchObject({
      details: { field: 'private' },
    });
  });

  test.each([['{'], [''], ['{"replayed":false}']])(
    'answered with %j fails, naming the transaction',
    async (text) => {
      const client = createClient({
        submit: (_call, decode) =>
          Promise.resolve({ result: decode(Buffer.from(text)) } as TransactionResult<unknown>),
        evaluate: () => Promise.reject(new Error('not called')),
      });
      const { submit } = { submit: client.settlement.release(order) };
      await expect(submit).rejects.toMatchObject({
        code: 'OUTPUT_INVALID',
        details: { transaction: 'settlement:release' },
      });
    },
  );
});
