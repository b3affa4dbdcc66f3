// SPDX-License-Identifier: Apache-2.0
// A customer's personal data goes through all three nodes, rightly and in wrong places. It stands in the bank's tables, in the messages to the
// customer and in the private collection, and nowhere else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '@fabric-offline-pay/domain';
import { runExpress } from '@fabric-offline-pay/sdk';
import { deliverySecretOf, MERCHANT } from '@fabric-offline-pay/testing';
import type { NodeClient, Operations } from '@fabric-offline-pay/node-common/client';
import { BANK_OPERATIONS } from '../../network/nodes/bank/src/bank-api.js';
import { BankHouse } from '../../network/nodes/bank/src/testing/bank-house.js';
import { SoftwareAuthenticator } from '../../network/nodes/bank/src/testing/software-authenticator.js';
import { openReceiver, type Receiver } from '../../network/nodes/common/src/testing/receiver.js';
import type { SqlEngine } from '../../network/nodes/common/src/database/pglite-dialect.js';
import { testEngine } from '../../network/nodes/common/src/testing/test-place.js';
import { LOGISTICS_OPERATIONS } from '../../network/nodes/logistics/src/api/logistics-api.js';
import { LogisticsHouse } from '../../network/nodes/logistics/src/testing/logistics-house.js';
import { MERCHANT_OPERATIONS } from '../../network/nodes/merchant/src/api/operations.js';
import { MerchantHouse } from '../../network/nodes/merchant/src/testing/merchant-house.js';
import { readLatestCode } from '../../network/nodes/bank/src/messages/read-latest-code.js';
import { codeCanary, Search } from '../support/canaries.js';
import { eventually } from '../support/eventually.js';
import { MSP } from '../support/memory-world.js';
import { KeptHistories } from '../support/kept-histories.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { OneOrder } from '../support/one-order.js';
import { bytesOf, PERSON, PLANTED } from '../support/planted-person.js';

const SITE = { rpId: 'bank.example', origin: 'https://pay.bank.example' };
const CUSTOMER = 'customer-1';
const COURIER = 'courier-cheap';

let order: OneOrder;
let bank: BankHouse;
let merchant: MerchantHouse;
let logistics: LogisticsHouse;
let receiver: Receiver;
let pager: Receiver;
let engines: Readonly<Record<'bank' | 'merchant' | 'logistics', SqlEngine>>;
const failures: unknown[] = [];
const refusals: unknown[] = [];
const codes: string[] = [];
/** What was not opened needs no closing. */
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  engines = {
    bank: await testEngine(),
    merchant: await testEngine(),
    logistics: await testEngine(),
  };
  order = await OneOrder.open();
  [receiver, pager] = [await openReceiver(), await openReceiver()];
  opened.push(receiver, pager);
  const { world, memory } = order;
  const onEnd = (error: unknown) => failures.push(error);
  const blocks = () => new MemoryBlocks(memory.ledger);
  bank = await BankHouse.open(
    {
      alertUrl: pager.url,
      passkeys: { rpId: SITE.rpId, rpName: 'Bank', origins: [SITE.origin] },
    },
    {
      ledger: (await world.bank('auth-service')).identity,
      clients: {
        teller: await world.bank('teller'),
        bankNode: await world.bank('bank-node'),
        height: () => Promise.resolve(BigInt(memory.ledger.blocks().length + 1)),
      },
      ...{ blocks: blocks(), place: { engine: engines.bank }, onEnd },
    },
  );
  opened.push(bank);
  merchant = await MerchantHouse.open({
    client: await world.merchant(),
    blocks: blocks(),
    mspId: MSP.merchant,
    place: { engine: engines.merchant },
  });
  opened.push(merchant);
  logistics = await LogisticsHouse.open({
    ledger: await world.logistics(),
    ...{ blocks: blocks(), place: { engine: engines.logistics }, onEnd },
  });
  opened.push(logistics);
});

afterAll(async () => {
  for (const each of opened.reverse()) await each.close();
  expect([failures, merchant.failures]).toEqual([[], []]);
});

/** What somebody gets who is refused. */
async function refused(call: Promise<unknown>): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Error) refusals.push([error.message, ...Object.entries(error)]);
}

const channel = () => bank.clientOf('customer-channel');
const teller = () => bank.clientOf('teller');

async function lastCode(loginId: string, boundTo = 'login'): Promise<string> {
  const code = (await readLatestCode(bank.outbox, { loginId, boundTo })) ?? '';
  codes.push(code);
  return code;
}

async function login(loginId: string): Promise<void> {
  const client = channel();
  await client.openLogin({ loginId, customerId: CUSTOMER });
  await client.beginAuthentication({ loginId });
  await client.submitPassword({ loginId, password: PERSON.wrongPassword });
  await client.submitCode({ loginId, code: PERSON.cardNumber });
  await client.submitPassword({ loginId, password: PERSON.password });
  await client.submitCode({ loginId, code: await lastCode(loginId) });
  await client.complete({ loginId });
}

test('a customer is enrolled, logs in, changes its data and its passkey', async () => {
  const { name, phone, email, birthDate, password, addresses } = PERSON;
  const profile = { name, phone, email, birthDate, password, addresses };
  await teller().enrol({ customerId: CUSTOMER, deviceId: 'phone', language: 'zh', ...profile });
  await login('login-1');
  const client = channel();
  await client.completeProfile({ loginId: 'login-1', email: PERSON.newEmail });
  const device = new SoftwareAuthenticator(SITE, 'Ed25519');
  const { options } = await client.beginPasskey({ loginId: 'login-1' });
  const { passkeyId } = await client.registerPasskey({
    ...{ loginId: 'login-1', name: PERSON.passkeyName, credential: device.create(options) },
  });
  await client.renamePasskey({ loginId: 'login-1', passkeyId, name: `${PERSON.passkeyName} 2` });
  const change = { phone: PERSON.newPhone, password: PERSON.newPassword };
  const { boundTo } = await client.beginChange({ loginId: 'login-1', changeId: 'c-1', ...change });
  await client.submitPassword({ loginId: 'login-1', password, boundTo });
  await client.submitCode({
    loginId: 'login-1',
    code: await lastCode('login-1', boundTo),
    boundTo,
  });
  await client.complete({ loginId: 'login-1', boundTo });
  await client.exportData({ loginId: 'login-1' });
});

test('what it buys is paid, told, disputed and carried to its door', async () => {
  const loginId = 'login-1';
  const { world, key } = order;
  const addresses = await channel().offerAddresses({ loginId, offerId: 'offer-1', which: [1, 2] });
  const shop = logistics.clientOf('shop-channel', MERCHANT);
  await merchant.clientOf('operator').registerEndpoint({ endpointId: 'shop', url: receiver.url });
  const { orderNumber } = key;
  const purchase = world.purchase(order.device, loginId, { orderNumber });
  const addressRefs = addresses.addresses.map(({ ref }) => ref);
  const basket = { ...purchase.basket, addressRefs, addressesDigest: digestOf(addresses) };
  const { waybill } = await shop.quoteOrder({ basket, ...addresses });
  await runExpress(await world.parties(), {
    ...{ ...purchase, basket, addresses },
    logisticsStatement: { ...purchase.logisticsStatement, waybill },
  });
  const courier = logistics.clientOf('courier', COURIER);
  await eventually('the waybill', async () => {
    const { waybills } = await logistics.clientOf('dispatcher', 'd-1').listWaybills({});
    return waybills.length > 0 ? waybills : undefined;
  });
  const { text } = await courier.readAddress(key);
  expect(text).toContain(PERSON.addresses[0].street);
  await courier.pickUp(key);
  await courier.deliver({ ...key, secret: deliverySecretOf(orderNumber) });
  await world.dispute(order.device, orderNumber);
  const cashier = merchant.clientOf('cashier');
  const dispute = { ...key, disputeId: 'dispute-1' };
  await eventually('the dispute', () => cashier.readDispute(dispute).catch(() => undefined));
  await cashier.addEvidence({
    ...{ ...dispute, evidenceId: 'e-1', kind: 'other', mediaType: 'text/plain' },
    document: Buffer.from(PERSON.evidence).toString('base64'),
  });
  await eventually('the webhooks', () =>
    Promise.resolve(
      receiver.received.some(({ body }) => body.includes('dispute.opened')) ? true : undefined,
    ),
  );
});

test('an alarm reaches the operator', async () => {
  const { world } = order;
  const ledgerLogin = await world.login(order.device);
  const wrong = { orderNumber: 'ORD-2', merchantStatement: { goodsTotal: '1' } };
  const bought = runExpress(
    await world.parties(),
    world.purchase(order.device, ledgerLogin, wrong),
  );
  await bought.catch(() => undefined);
  await eventually('the alert', () =>
    Promise.resolve(pager.received.length > 0 ? true : undefined),
  );
});

type AnyClient = Record<string, (input: object, options?: object) => Promise<unknown>>;

/** Every operation with personal data in every field of its path, as an unknown field, and as a value of the wrong kind. */
async function misuse(
  table: Operations,
  clientOf: (role: string) => NodeClient<Operations>,
): Promise<void> {
  const keys = { idempotencyKey: 'misuse-1' };
  for (const [name, { path, roles, input }] of Object.entries(table)) {
    const [role = ''] = roles;
    const client = clientOf(role) as unknown as AnyClient;
    const inPath = [...path.matchAll(/:(\w+)/g)].map(([, field = '']) => [
      field,
      PERSON.cardNumber,
    ]);
    const fields = Object.keys(input.shape).filter((field) => !path.includes(`:${field}`));
    const planted = fields.map((field) => [field, `${PERSON.name}\n${PERSON.phone}`]);
    const inputs: readonly object[] = [
      Object.fromEntries([...inPath, ...planted]),
      { ...Object.fromEntries(inPath), [PERSON.email]: PERSON.phone },
      Object.fromEntries([...inPath.map(([field]) => [field, PERSON.name]), ...planted]),
    ];
    for (const wrong of inputs) await refused(client[name]?.(wrong, keys) ?? Promise.resolve());
  }
}

test('whoever puts personal data where it does not belong is refused without hearing it again', async () => {
  const clients = new Map<string, unknown>();
  const once = (name: string, make: () => unknown) => {
    if (!clients.has(name)) clients.set(name, make());
    return clients.get(name) as NodeClient<Operations>;
  };
  await misuse(BANK_OPERATIONS, (role) => once(`bank ${role}`, () => bank.clientOf(role)));
  await misuse(MERCHANT_OPERATIONS, (role) => once(`shop ${role}`, () => merchant.clientOf(role)));
  await misuse(LOGISTICS_OPERATIONS, (role) =>
    once(`logistics ${role}`, () => logistics.clientOf(role, 'somebody')),
  );
  expect(refusals.length).toBeGreaterThan(200);
});

const rowsOf = async (engine: SqlEngine, query: string): Promise<unknown[]> => {
  const { rows } = await engine.query(query, []);
  return rows;
};

/** Work that waits or was done, and how it went. */
const jobsOf = async (engine: SqlEngine): Promise<unknown> => [
  await rowsOf(engine, 'select * from jobs.job'),
  await rowsOf(engine, 'select * from jobs.schedule'),
  await rowsOf(engine, 'select * from jobs.queue'),
];

/** What a node says about itself. */
interface Probed {
  readonly ready: () => Promise<unknown>;
  readonly metrics: () => Promise<string>;
}

async function probesOf(client: Probed): Promise<string[]> {
  const ready: unknown = await client.ready().catch((error: unknown) => error);
  return [await client.metrics(), JSON.stringify(ready)];
}

function search(): Search {
  return new Search(
    [...PLANTED, ...new Set(codes)].map((each) =>
      typeof each === 'string' ? codeCanary(each) : each,
    ),
  );
}

test('the search finds what is there: in the tables of the bank, in its messages, in the private collection', async () => {
  const stored = await rowsOf(engines.bank, 'select * from customers');
  const places = await rowsOf(engines.bank, 'select * from addresses');
  const changes = await rowsOf(engines.bank, 'select * from credential_changes');
  const found = search().in(bytesOf([stored, places, changes]));
  for (const field of ['name', 'phone', 'newPhone', 'newEmail', 'birthDate', 'street 2 (CN)'])
    expect(found).toContain(field);
  const sent = readdirSync(bank.outbox).map((name) => readFileSync(join(bank.outbox, name)));
  expect(search().in(Buffer.concat(sent))).toContain('phone');
});

/** Where nothing personal may stand. */
const PLACES: Readonly<Record<string, () => unknown>> = {
  "the bank's log": () => bank.logged,
  "the merchant's log": () => merchant.logged,
  "the logistics company's log": () => logistics.logged,
  'blocks and events': () => order.memory.ledger.blocks(),
  'the state of the ledger': () => order.memory.ledger.state(),
  webhooks: () => receiver.received,
  'alerts to the pager': () => pager.received,
  refusals: () => refusals,
  "the bank's work": () => jobsOf(engines.bank),
  "the merchant's work": () => jobsOf(engines.merchant),
  "the logistics company's work": () => jobsOf(engines.logistics),
  "the bank's figures": () => probesOf(bank.clientOf('operator')),
  "the merchant's figures": () => probesOf(merchant.clientOf('operator')),
  "the logistics company's figures": () => probesOf(logistics.clientOf('operator', 'o-1')),
  'the written interfaces': () =>
    ['bank', 'merchant', 'logistics', 'auditor'].map((name) =>
      readFileSync(`docs/api/${name}.json`, 'utf8'),
    ),
  "the auditor's tables": async () => {
    const kept = await KeptHistories.open();
    opened.push(kept);
    await kept.keep(order.memory.ledger);
    return kept.everything();
  },
  "the merchant's events": () => rowsOf(engines.merchant, 'select * from webhook_events'),
  "the bank's alerts": () => rowsOf(engines.bank, 'select * from alerts'),
  "the bank's outbox rows": () => rowsOf(engines.bank, 'select * from messages'),
};

test.each(Object.keys(PLACES))('nothing personal stands in %s', async (place) => {
  const bytes = bytesOf(await PLACES[place]?.());
  expect(bytes.length).toBeGreaterThan(20);
  expect(search().in(bytes)).toEqual([]);
});
