// SPDX-License-Identifier: Apache-2.0
// False identities: revoked certificates, forged customers' signatures, borrowed logins, factors of other orders, votes.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  ALL_TRANSACTIONS,
  canonicalJson,
  signedText,
  signEs256,
  termsDigest,
  type InputOf,
  type NamedTransaction,
  type OrderTerms,
  type Role,
} from '@fabric-offline-pay/domain';
import {
  defaultTopology,
  enrolIdentity,
  revokeIdentity,
  type OrganisationTopology,
} from '@fabric-offline-pay/network';
import {
  chooseBest,
  runStepwise,
  termsOf,
  toMutable,
  type Client,
  type Connection,
  type Purchase,
} from '@fabric-offline-pay/sdk';
import { bareNetwork, type BareNetwork } from '../support/bare-network';
import { eventually } from '../support/eventually';
import { rawGateway, RawGateways, soon, textOf } from '../support/raw-gateway';
import { BANK, CURRENCY, MERCHANT, POLICY, type CustomerDevice } from '../support/world';

const FOUNDERS = ['bank', 'merchant', 'logistics'] as const;
type Founder = (typeof FOUNDERS)[number];

/**
 * A bank that runs a peer on the channel and is in no registry yet. The topology's role only says who endorses; what an
 * organisation may do on the ledger is decided by the vote.
 */
const SECOND_BANK: OrganisationTopology = {
  id: 'second-bank',
  name: 'Second Bank',
  mspId: 'SecondBankMSP',
  role: 'auditor',
  actor: 'bank-2',
  host: '127.0.0.1',
  peers: ['second-bank-peer'],
  orderers: [],
  identities: ['teller', 'operator'].map((role) => ({ name: role, role, actor: 'bank-2' })),
};

let network: BareNetwork;
let device: CustomerDevice;
let loginId: string;
let other: CustomerDevice;
let otherLogin: string;
let cashier: Client;
let teller: Client;
let authService: Client;

beforeAll(async () => {
  const topology = {
    ...defaultTopology,
    organisations: [...defaultTopology.organisations, SECOND_BANK],
  };
  network = await bareNetwork({ topology });
  const { world } = network;
  await world.found(network.participants(...FOUNDERS));
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
async function quoted(purchase: Purchase): Promise<OrderTerms> {
  const { express } = await network.world.logistics();
  const asked = {
    basket: toMutable(purchase.basket),
    statement: toMutable(purchase.logisticsStatement),
  };
  const { result } = await express.quote(asked, { transient: { ...purchase.addresses } });
  return termsOf(purchase, result, chooseBest(result));
}

const signed = (terms: OrderTerms, key: KeyObject): string => signEs256(key, signedText(terms));

/** @returns the code of the refusal, or the state that the order came to. */
async function order(terms: OrderTerms, signature: string, purchase: Purchase): Promise<string> {
  const statement = toMutable(purchase.merchantStatement);
  return codeOf(async () => {
    const { result } = await cashier.express.order({
      terms: toMutable(terms),
      signature,
      statement,
    });
    return result.state;
  });
}

async function codeOf(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const available = async ({ customerId }: CustomerDevice): Promise<string> =>
  (await teller.settlement.readAccount({ customerId, currency: CURRENCY })).available;

describe("a customer's signature over its terms", () => {
  let purchase: Purchase;
  let terms: OrderTerms;

  beforeAll(async () => {
    purchase = network.world.purchase(device, loginId, { orderNumber: 'ORD-SIGNED' });
    terms = await quoted(purchase);
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

  it('places the order when nothing is false, so it was the signature that mattered', async () => {
    expect(Object.keys(changed).sort()).toEqual(Object.keys(terms).sort());
    const before = await available(device);
    expect(await order(terms, signed(terms, device.privateKey), purchase)).toBe('categoryChecked');
    expect(BigInt(before) - BigInt(await available(device))).toBe(BigInt(terms.total));
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

  it('counts once: the same again is a repetition, with another nonce a conflict', async () => {
    const input = { loginId, boundTo: 'login', nonce: `sms-${loginId}` };
    expect((await authService.identity.attestSms(input)).result.replayed).toBe(true);
    const again = authService.identity.attestSms({ ...input, nonce: 'another' });
    await expect(again).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  it('steps up only the order that it is bound to, in the login that it was given to', async () => {
    const lines = [{ goods: 'laptop' as const, quantity: 2 }];
    const purchase = network.world.purchase(device, loginId, { orderNumber: 'ORD-DEAR', lines });
    const terms = await quoted(purchase);
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
    const peers = [...FOUNDERS, SECOND_BANK.id].map((at) =>
      rawGateway(description, certificate, at),
    );
    const [own] = peers;
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
    for (const peer of peers.slice(0, 3)) expect(await peer.codeOf(asking)).toBe('OK');
    const envelope = await own!.proposal(linking).endorse(soon());
    await revokeIdentity(network.home, 'bank', 'leaver');
    for (const peer of peers)
      await eventually('the peer to refuse', async () =>
        (await peer.codeOf(asking)).includes('access denied') ? true : undefined,
      );
    const sent = await envelope.submit(soon()).then(() => 'taken', textOf);
    expect(sent).toMatch(/FORBIDDEN|access denied/);
    for (const peer of peers) peer.close();
  }, 60_000);
});

describe('a vote', () => {
  type Proposal = InputOf<'identity', 'vote'>['proposal'];
  const second = {
    mspId: SECOND_BANK.mspId,
    role: 'bank' as const,
    actor: SECOND_BANK.actor,
    bankId: null,
  };
  const admission: Proposal = { kind: 'participant', participant: { ...second, status: 'active' } };
  const suspension: Proposal = {
    kind: 'participant',
    participant: { ...second, status: 'suspended' },
  };
  const shortLogins: Proposal = {
    kind: 'policy',
    policy: { ...POLICY, loginSeconds: 16, authenticationSeconds: 6 },
  };

  /** Everybody's peer knows the vote afterwards. */
  async function vote(organisation: Founder, proposal: Proposal) {
    const { identity } = await network.clients.client(organisation, 'operator');
    const { result, blockNumber } = await identity.vote({ proposal });
    const roles: readonly Role[] = [...FOUNDERS, 'auditor'];
    for (const role of roles) await (await connectionOf(role)).waitForBlock(blockNumber);
    return result;
  }

  const connectionOf = (role: Role): Promise<Connection> =>
    network.clients.connection(role, 'operator');

  const secondTeller = (actor = 'bank-2'): Promise<Client> =>
    network.clients.client('auditor', 'teller', actor);

  async function registered(): Promise<string[]> {
    const { participants } = await teller.identity.readParticipants({});
    return participants.map(({ mspId, status }) => `${mspId} ${status}`).sort();
  }

  const enrol = async (customerId: string): Promise<string> =>
    codeOf(async () => {
      const { identity } = await secondTeller();
      await identity.enrolCustomer({ customerId, bankId: 'bank-2', missing: [] });
      return 'enrolled';
    });

  /** Attributes of a bank's certificates that may call a transaction. */
  const attributesOf = ({ access }: NamedTransaction): string[] =>
    access.flatMap((entry) => (entry.startsWith('bank.') ? [entry.slice('bank.'.length)] : []));

  const THREE = ['BankMSP active', 'LogisticsMSP active', 'MerchantMSP active'];

  it('of one organisation admits nobody, however often it votes', async () => {
    expect(await vote('bank', admission)).toMatchObject({ votes: 1, enacted: false });
    expect(await vote('bank', admission)).toMatchObject({
      votes: 1,
      enacted: false,
      replayed: true,
    });
    expect(await registered()).toEqual(THREE);
    expect(await enrol('customer-of-2')).toBe('PARTICIPANT_UNKNOWN');
  });

  it('is not open to those who are to be admitted', async () => {
    const { identity } = await network.clients.client('auditor', 'operator');
    await expect(identity.vote({ proposal: admission })).rejects.toMatchObject({
      code: 'PARTICIPANT_UNKNOWN',
    });
  });

  it('of two of three admits a second bank, which then enrols its own customer', async () => {
    expect(await vote('merchant', admission)).toMatchObject({ votes: 2, enacted: true });
    expect(await registered()).toEqual([...THREE, 'SecondBankMSP active']);
    expect(await enrol('customer-of-2')).toBe('enrolled');
  });

  const issue = async (actor: string): Promise<string> => {
    const { customerId } = device;
    const input = {
      issueId: `theft-${actor}`,
      customerId,
      token: `tok-${customerId}`,
      currency: CURRENCY,
      amount: '1',
    };
    const { settlement } = await secondTeller(actor);
    return codeOf(async () => (await settlement.issue(input)).transactionId);
  };

  it("gives it no power over the first bank's customers, orders and payees", async () => {
    const gateways = new RawGateways(network.home, network.clients.description);
    const owned = ALL_TRANSACTIONS.flatMap((transaction) =>
      transaction.owner.of === 'network'
        ? []
        : attributesOf(transaction).map((attribute) => ({ transaction, attribute })),
    );
    const answers = owned.map(async ({ transaction, attribute }) => {
      const gateway = await gateways.as(SECOND_BANK.id, attribute, 'bank-2');
      const input = JSON.stringify(transaction.example)
        .replaceAll('"login-1"', JSON.stringify(loginId))
        .replaceAll('"ORD-1001"', '"ORD-SIGNED"');
      return `${transaction.fullName} ${await gateway.codeOf({ transaction: transaction.fullName, input })}`;
    });
    const refusals = owned.map(({ transaction }) => `${transaction.fullName} NOT_OWNER`);
    expect(await Promise.all(answers)).toEqual(refusals);
    await gateways.close();
    console.log(`${owned.length} pairs of another bank on the channel: NOT_OWNER`);
  });

  it('nor over its money', async () => {
    expect(await issue('bank-2')).toBe('NOT_OWNER');
    expect((await network.clients.connection('auditor', 'teller', BANK)).mspId).toBe(
      'SecondBankMSP',
    );
  });

  it('not even with certificates that bear the name of the first bank', async () => {
    expect(await issue(BANK)).toBe('NOT_OWNER');
  });

  it('of three of four suspends it again', async () => {
    expect(await vote('bank', suspension)).toMatchObject({ enacted: false });
    expect(await vote('merchant', suspension)).toMatchObject({ votes: 2, enacted: false });
    expect(await vote('logistics', suspension)).toMatchObject({ votes: 3, enacted: true });
    expect(await enrol('another-of-2')).toBe('PARTICIPANT_UNKNOWN');
  });

  it('can admit it once more', async () => {
    for (const organisation of FOUNDERS) await vote(organisation, admission);
    expect(await registered()).toContain('SecondBankMSP active');
  });

  it('shortens logins, and what is over can neither buy nor authenticate', async () => {
    expect(await vote('merchant', shortLogins)).toMatchObject({ enacted: false });
    expect(await vote('logistics', shortLogins)).toMatchObject({ enacted: true });
    const { world } = network;
    const late = await world.login(device);
    const slow = await halfAuthenticated('login-slow');
    await over(slow, 'factorsUntil');
    const password = { loginId: slow, boundTo: 'login', nonce: 'too-late' };
    const attesting = authService.identity.attestPassword(password);
    await expect(attesting).rejects.toMatchObject({ code: 'AUTHENTICATION_EXPIRED' });
    await over(late, 'expiresAt');
    const { basket } = world.purchase(device, late, { orderNumber: 'ORD-LATE' });
    const opening = cashier.orderNumber.openBasket(toMutable(basket));
    await expect(opening).rejects.toMatchObject({ code: 'LOGIN_EXPIRED' });
  }, 60_000);

  const over = (id: string, end: 'expiresAt' | 'factorsUntil') =>
    eventually(`${end} of ${id}`, async () => {
      const login = await authService.identity.readLogin({ loginId: id });
      return Date.now() / 1000 > login[end] + 1 ? true : undefined;
    });

  /** A login that has passed one factor only. */
  async function halfAuthenticated(id: string): Promise<string> {
    const { identity } = authService;
    const login = { loginId: id };
    await identity.verifyIdentity({ ...login, customerId: device.customerId, deviceId: 'phone' });
    await identity.openLogin(login);
    await identity.beginAuthentication(login);
    await identity.attestSms({ ...login, boundTo: 'login', nonce: 'in-time' });
    return id;
  }
});
