// SPDX-License-Identifier: Apache-2.0
// False identities: revoked certificates, forged customers' signatures, borrowed logins, factors of other orders.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  canonicalJson,
  signedText,
  signEs256,
  termsDigest,
  type OrderTerms,
} from '@fabric-offline-pay/domain';
import { enrolIdentity, revokeIdentity } from '@fabric-offline-pay/operate';
import { bankClient, bankClientWith, startBankService } from '@fabric-offline-pay/run';
import {
  chooseBest,
  runStepwise,
  termsOf,
  type Client,
  type Purchase,
} from '@fabric-offline-pay/sdk';
import { BANK, CURRENCY, MERCHANT, type CustomerDevice } from '@fabric-offline-pay/testing';
import { codeOf } from '../support/code-of.js';
import { firstOf } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';
import { rawGateway, soon, textOf } from '../support/raw-gateway.js';

const ORGANISATIONS = ['bank', 'merchant', 'logistics'] as const;

let network: NetworkWorld;
let device: CustomerDevice;
let loginId: string;
let other: CustomerDevice;
let otherLogin: string;
let cashier: Client;
let teller: Client;
let authService: Client;

beforeAll(async () => {
  network = await networkWorld();
  const { world } = network;
  [cashier, teller, authService] = [
    await world.merchant(),
    await world.bank('teller'),
    await world.bank('auth-service'),
  ];
  device = await world.customer('customer-1');
  other = await world.customer('customer-2');
  [loginId, otherLogin] = await Promise.all([world.login(device), world.login(other)]);
}, 300_000);
afterAll(() => network.end(), 60_000);

const newKey = (): { privateKey: KeyObject; spki: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  return { privateKey, spki };
};

/** Quotes the purchase and answers what the customer would sign. */
async function quoteTerms(purchase: Purchase): Promise<OrderTerms> {
  const { express } = await network.world.logistics();
  const asked = {
    basket: purchase.basket,
    statement: purchase.logisticsStatement,
  };
  const { result, blockNumber } = await express.quote(asked, {
    transient: { ...purchase.addresses },
  });
  // The merchant's peer is asked for the order; it may be a block behind the logistics company's.
  await network.clients.catchUp(blockNumber);
  return termsOf(purchase, result, chooseBest(result));
}

const signed = (terms: OrderTerms, key: KeyObject): string => signEs256(key, signedText(terms));

/** @returns the code of the refusal, or the state that the order came to. */
async function order(terms: OrderTerms, signature: string, purchase: Purchase): Promise<string> {
  const statement = purchase.merchantStatement;
  return codeOf(async () => {
    const { result } = await cashier.express.order({
      terms,
      signature,
      statement,
    });
    return result.state;
  });
}

const available = async ({ customerId }: CustomerDevice): Promise<string> =>
  (await teller.settlement.readAccount({ customerId, currency: CURRENCY })).available;

describe("a customer's signature over its terms", () => {
  let purchase: Purchase;
  let terms: OrderTerms;

  beforeAll(async () => {
    purchase = network.world.purchase(device, loginId, { orderNumber: 'ORD-SIGNED' });
    terms = await quoteTerms(purchase);
  });

  it('cannot be forged', async () => {
    expect(await order(terms, signed(terms, newKey().privateKey), purchase)).toBe(
      'SIGNATURE_INVALID',
    );
  });

  it("cannot be another device's of the same customer", async () => {
    const tablet = newKey();
    const { customerId } = device;
    await teller.identity.registerDevice({
      customerId,
      deviceId: 'tablet',
      publicKey: tablet.spki,
    });
    expect(await order(terms, signed(terms, tablet.privateKey), purchase)).toBe(
      'SIGNATURE_INVALID',
    );
  });

  it("cannot be another customer's", async () => {
    expect(await order(terms, signed(terms, other.privateKey), purchase)).toBe('SIGNATURE_INVALID');
  });

  it('has one form only: high S is refused', async () => {
    const bytes = Buffer.from(signed(terms, device.privateKey), 'base64');
    const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const s = n - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
    const high = Buffer.concat([
      bytes.subarray(0, 32),
      Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
    ]);
    expect(await order(terms, high.toString('base64'), purchase)).toBe('SIGNATURE_INVALID');
  });

  it.each([
    ['the bare terms', (all: OrderTerms) => canonicalJson(all)],
    ['their digest', termsDigest],
    ['another purpose', (all: OrderTerms) => signedText(all).replace('order-terms', 'ratings')],
  ])('does not count over %s', async (_, textToSign) => {
    const signature = signEs256(device.privateKey, textToSign(terms));
    expect(await order(terms, signature, purchase)).toBe('SIGNATURE_INVALID');
  });

  /** A change of every field after signing; the type sees to it that none is forgotten. */
  const changed: { [Field in keyof OrderTerms]: [() => OrderTerms[Field], refusal: string] } = {
    merchantId: [() => 'merchant-2', 'NOT_OWNER'],
    orderNumber: [() => 'ORD-OTHER', 'SIGNATURE_INVALID'],
    customerId: [() => other.customerId, 'LOGIN_NOT_AUTHENTICATED'],
    loginId: [() => otherLogin, 'LOGIN_NOT_AUTHENTICATED'],
    logisticsId: [() => 'logistics-2', 'SIGNATURE_INVALID'],
    currency: [() => 'USD', 'SIGNATURE_INVALID'],
    lines: [
      () => terms.lines.map((line) => ({ ...line, quantity: line.quantity + 1 })),
      'INPUT_INVALID',
    ],
    addressRefs: [() => [...terms.addressRefs, 'elsewhere'], 'SIGNATURE_INVALID'],
    addressesDigest: [() => '00'.repeat(32), 'SIGNATURE_INVALID'],
    channel: [() => 'another-channel', 'INPUT_INVALID'],
    addressRef: [() => 'elsewhere', 'SIGNATURE_INVALID'],
    courierId: [() => 'courier-dear', 'SIGNATURE_INVALID'],
    fee: [() => '0', 'INPUT_INVALID'],
    goodsTotal: [() => '1', 'INPUT_INVALID'],
    total: [() => '1', 'INPUT_INVALID'],
    holdSeconds: [() => terms.holdSeconds + 1, 'SIGNATURE_INVALID'],
    deliveryCommitment: [() => '00'.repeat(32), 'SIGNATURE_INVALID'],
  };

  it.each(Object.entries(changed))(
    'does not cover another %s',
    async (field, [change, refusal]) => {
      const signature = signed(terms, device.privateKey);
      const forged = { ...terms, [field]: change() };
      expect(forged).not.toEqual(terms);
      expect(await order(forged, signature, purchase)).toBe(refusal);
    },
  );

  it('does not cover other sums, even when they add up', async () => {
    const signature = signed(terms, device.privateKey);
    const fee = (BigInt(terms.fee) + 1n).toString();
    const dearer = { ...terms, fee, total: (BigInt(terms.total) + 1n).toString() };
    expect(await order(dearer, signature, purchase)).toBe('SIGNATURE_INVALID');
    const lines = terms.lines.map((line) => ({ ...line, goodsDigest: '00'.repeat(32) }));
    expect(await order({ ...terms, lines }, signature, purchase)).toBe('SIGNATURE_INVALID');
  });

  it('places the order when nothing is false, so the signature was the only fault', async () => {
    expect(Object.keys(changed).sort()).toEqual(Object.keys(terms).sort());
    const before = await available(device);
    expect(await order(terms, signed(terms, device.privateKey), purchase)).toBe('categoryChecked');
    // The merchant's peer committed it; the one that is asked may be a block behind.
    const after = await eventually("the hold on the bank's peer", async () => {
      const now = await available(device);
      return now === before ? undefined : now;
    });
    expect(BigInt(before) - BigInt(after)).toBe(BigInt(terms.total));
  });

  it('is asked for stepwise as well, before any money is held', async () => {
    const { world } = network;
    const stepwise = world.purchase(device, loginId, { orderNumber: 'ORD-STEPWISE' });
    const forging = { ...stepwise, sign: (all: OrderTerms) => signed(all, newKey().privateKey) };
    const before = await available(device);
    await expect(runStepwise(await world.parties(), forging)).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    });
    expect(await available(device)).toBe(before);
    const { state, hold } = await cashier.orderNumber.readOrder({
      merchantId: MERCHANT,
      orderNumber: 'ORD-STEPWISE',
    });
    expect({ state, hold }).toEqual({ state: 'quoted', hold: null });
  });
});

describe('a factor', () => {
  const attest = (login: string, boundTo: string, ...factors: ('attestSms' | 'attestPassword')[]) =>
    Promise.all(
      factors.map((factor) =>
        authService.identity[factor]({
          loginId: login,
          boundTo,
          nonce: `${factor}-${boundTo.slice(0, 20)}`,
        }),
      ),
    );

  it('counts once: the same attestation is a repetition, another nonce is a conflict', async () => {
    const input = { loginId, boundTo: 'login', nonce: `sms-${loginId}` };
    expect((await authService.identity.attestSms(input)).result.replayed).toBe(true);
    const again = authService.identity.attestSms({ ...input, nonce: 'another' });
    await expect(again).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  it('steps up only the order that it is bound to, in the login that it was given to', async () => {
    const lines = [{ goods: 'laptop' as const, quantity: 2 }];
    const purchase = network.world.purchase(device, loginId, { orderNumber: 'ORD-DEAR', lines });
    const terms = await quoteTerms(purchase);
    const signature = signed(terms, device.privateKey);
    const ask = () => order(terms, signature, purchase);
    expect(await ask()).toBe('STEP_UP_REQUIRED');
    const cheaper = { ...terms, total: '1' };
    const elsewhere = { ...terms, merchantId: 'merchant-2' };
    await attest(loginId, termsDigest(cheaper), 'attestSms', 'attestPassword');
    await attest(loginId, termsDigest(elsewhere), 'attestSms', 'attestPassword');
    await attest(otherLogin, termsDigest(terms), 'attestSms', 'attestPassword');
    expect(await ask()).toBe('STEP_UP_REQUIRED');
    await attest(loginId, termsDigest(terms), 'attestSms');
    expect(await ask()).toBe('STEP_UP_REQUIRED');
    await attest(loginId, termsDigest(terms), 'attestPassword');
    expect(await ask()).toBe('categoryChecked');
  });
});

describe('a revoked certificate', () => {
  it('is refused by every peer, and so is what it had endorsed before', async () => {
    const { description } = network.clients;
    const leaver = await enrolIdentity(network.home, 'bank', {
      name: 'leaver',
      role: 'teller',
      actor: BANK,
    });
    const certificate = { mspId: 'BankMSP', ...leaver };
    const peers = ORGANISATIONS.map((at) => rawGateway(description, certificate, at));
    const own = firstOf(peers);
    const asking = { transaction: 'identity:readPolicy', input: '{}' };
    const input = JSON.stringify({
      customerId: device.customerId,
      token: 'tok-leaver',
      kind: 'card',
    });
    const linking = {
      transaction: 'settlement:linkInstrument',
      input,
      by: ['BankMSP', 'MerchantMSP'],
    };
    for (const peer of peers) expect(await peer.codeOf(asking)).toBe('OK');
    const envelope = await own.proposal(linking).endorse(soon());
    await revokeIdentity(network.home, 'bank', 'leaver');
    for (const peer of peers)
      await eventually('the peer to refuse', async () =>
        (await peer.codeOf(asking)).includes('access denied') ? true : undefined,
      );
    const sent = await envelope.submit(soon()).then(() => 'taken', textOf);
    expect(sent).toMatch(/FORBIDDEN|access denied/);
    for (const peer of peers) peer.close();
  }, 60_000);

  it("is refused by the bank's service, on open connections and new ones, without a restart", async () => {
    const { home } = network;
    await startBankService(home);
    const running = readFileSync(join(home, 'bank', 'ready.json'), 'utf8');
    const fired = await enrolIdentity(home, 'bank', {
      name: 'fired-teller',
      role: 'teller',
      actor: BANK,
    });
    const [open, colleague] = [bankClientWith(home, fired), bankClient(home, 'operator')];
    // Its certificate opens the ledger, not the service.
    const other = bankClient(home, 'auth-service');
    const denied = { code: 'ACCESS_DENIED' };
    await open.health();
    await expect(other.health()).rejects.toMatchObject(denied);
    await revokeIdentity(home, 'bank', 'fired-teller');
    await expect(open.health()).rejects.toMatchObject(denied);
    const fresh = bankClientWith(home, fired);
    await expect(fresh.health()).rejects.toMatchObject(denied);
    await expect(colleague.health()).resolves.toBeUndefined();
    expect(readFileSync(join(home, 'bank', 'ready.json'), 'utf8')).toBe(running);
    for (const client of [open, colleague, other, fresh]) client.close();
  }, 90_000);
});

/** The embedded database gives its files modes of its own, within a folder that is the service's only. */
const DATABASE = join('bank', 'database');

/** Everything below a folder that others of the machine could look into. */
const openToOthers = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith(`${DATABASE}/`))
    .map((name) => join(folder, name))
    .filter((path) => {
      const entry = lstatSync(path, { throwIfNoEntry: false });
      return entry !== undefined && !entry.isSymbolicLink() && (entry.mode & 0o077) !== 0;
    });

it("leaves no key, database or log of the network's home to other users of the machine", () => {
  expect(lstatSync(join(network.home, DATABASE)).isDirectory()).toBe(true);
  expect(lstatSync(network.home).mode & 0o077).toBe(0);
  expect(openToOthers(network.home)).toEqual([]);
});
