// SPDX-License-Identifier: Apache-2.0
// Who takes part, on real peers: no two found the network without the bank, or vote themselves into its place; nobody is
// admitted, suspended or bound to other rules without those whom it concerns; and what a second bank that was admitted can
// do to the first one's customers.
import {
  ALL_TRANSACTIONS,
  type InputOf,
  type NamedTransaction,
  type Role,
} from '@fabric-offline-pay/domain';
import type { OrganisationTopology } from '@fabric-offline-pay/operate';
import { runExpress, type Client, type Connection } from '@fabric-offline-pay/sdk';
import { StatusCode } from '@hyperledger/fabric-gateway';
import { BANK, CURRENCY, POLICY, type CustomerDevice } from '@fabric-offline-pay/testing';
import { bareNetwork, quickTopology, type BareNetwork } from '../support/bare-network.js';
import { codeOf } from '../support/code-of.js';
import { firstOf, leading } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { RawGateways, soon } from '../support/raw-gateway.js';

const FOUNDERS = ['bank', 'merchant', 'logistics'] as const;

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
  readsOnly: false,
  identities: ['teller', 'operator'].map((role) => ({ name: role, role, actor: 'bank-2' })),
};

let network: BareNetwork;
let gateways: RawGateways;
let device: CustomerDevice;
let loginId: string;
let cashier: Client;
let teller: Client;
let authService: Client;

beforeAll(async () => {
  const topology = {
    ...quickTopology,
    organisations: [...quickTopology.organisations, SECOND_BANK],
  };
  network = await bareNetwork({ topology });
  gateways = new RawGateways(network.home, network.clients.description);
}, 300_000);
afterAll(async () => {
  await gateways.close();
  await network.end();
}, 60_000);

/** What every founder confirms, and an order that was paid. */
async function openNetwork(): Promise<void> {
  const { world } = network;
  await world.found(network.participants(...FOUNDERS));
  [cashier, teller, authService] = [
    await world.merchant(),
    await world.bank('teller'),
    await world.bank('auth-service'),
  ];
  device = await world.customer('customer-1');
  loginId = await world.login(device);
  const purchase = world.purchase(device, loginId, { orderNumber: 'ORD-1001' });
  expect((await runExpress(await world.parties(), purchase)).state).toBe('released');
}

describe('before there is a registry, merchant and logistics company', () => {
  const PAIR = ['merchant', 'logistics'] as const;

  /** The two, one of them as the bank. */
  function founding() {
    const [merchant, logistics] = leading(network.participants(...PAIR), 2);
    const usurper = { ...merchant, role: 'bank' as const, actor: BANK };
    return JSON.stringify({
      participants: [usurper, { ...logistics, bankId: BANK }],
      policy: POLICY,
    });
  }

  const confirmAs = async (organisation: (typeof PAIR)[number]) => {
    const { actor } = network.clients.organisation(organisation);
    const gateway = await gateways.as(organisation, 'operator', actor);
    return { gateway, call: { transaction: 'identity:bootstrap', input: founding() } };
  };

  it.each(PAIR)("cannot have the bank's peer endorse a registry of the two: %s", async (id) => {
    const { gateway, call } = await confirmAs(id);
    expect(await gateway.codeOf({ ...call, by: ['BankMSP'] })).toBe('REGISTRY_INVALID');
  });

  it.each(PAIR)('cannot write one by their own endorsements: %s', async (id) => {
    const { gateway, call } = await confirmAs(id);
    const proposal = gateway.proposal({ ...call, by: ['MerchantMSP', 'LogisticsMSP'] });
    const sent = await (await proposal.endorse(soon())).submit(soon());
    const { code, blockNumber } = await sent.getStatus(soon());
    expect(code).toBe(StatusCode.ENDORSEMENT_POLICY_FAILURE);
    await network.clients.catchUp(blockNumber);
  });

  it('leave the ledger without one', async () => {
    for (const role of FOUNDERS) {
      const { identity } = await network.clients.client(role, 'operator');
      await expect(identity.readPolicy({})).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' });
    }
  });
});

type Founder = (typeof FOUNDERS)[number];
type Proposal = InputOf<'identity', 'vote'>['proposal'];

describe('two of three, without the bank', () => {
  beforeAll(openNetwork, 120_000);

  const becoming = (id: Founder, actor: string): Proposal => ({
    kind: 'participant',
    participant: { ...firstOf(network.participants(id)), role: 'bank', actor, bankId: null },
  });

  const vote = async (role: Founder, proposal: Proposal): Promise<string> =>
    codeOf(async () => {
      const { identity } = await network.clients.client(role, 'operator');
      const { result, blockNumber } = await identity.vote({ proposal });
      await network.clients.catchUp(blockNumber);
      return result.enacted ? 'enacted' : 'open';
    });

  it.each([
    ['merchant', 'bank-evil'],
    ['logistics', BANK],
    ['bank', 'bank-dead'],
  ] as const)('cannot vote %s to be the bank %s', async (id, actor) => {
    for (const role of ['merchant', 'logistics'] as const)
      expect(await vote(role, becoming(id, actor))).toBe('PARTICIPANT_FIXED');
  });

  it('cannot make rules for its money', async () => {
    const policy = { ...POLICY, offline: { ...POLICY.offline, lossBearer: 'bank' as const } };
    const versioned = { ...policy, offline: { ...policy.offline, version: 2 } };
    for (const role of ['merchant', 'logistics'] as const) {
      expect(await vote(role, { kind: 'policy', policy })).toBe('REGISTRY_INVALID');
      expect(await vote(role, { kind: 'policy', policy: versioned })).toBe('open');
    }
    expect((await teller.identity.readPolicy({})).offline.lossBearer).toBe('merchant');
  });

  it.each([
    ['merchant', 'bank-evil'],
    ['merchant', BANK],
    ['logistics', BANK],
  ] as const)('issue nothing: %s as %s', async (role, actor) => {
    const { currencies: before } = await teller.settlement.totals({});
    const { identity, settlement } = await network.clients.client(role, 'teller', actor);
    const ghost = { customerId: 'ghost', bankId: actor, missing: [] };
    await expect(identity.enrolCustomer(ghost)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    const { customerId } = device;
    const issued = { issueId: 'evil-1', customerId, token: `tok-${customerId}` };
    await expect(
      settlement.issue({ ...issued, currency: CURRENCY, amount: '999999999999' }),
    ).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect((await teller.settlement.totals({})).currencies).toEqual(before);
  });
});

describe('a vote', () => {
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
  async function vote(organisation: Role, proposal: Proposal) {
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
    access.flatMap((entry) => /^(?:bank|\*)\.(.+)$/.exec(entry)?.[1] ?? []);

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

  it('is refused to an organisation that is not admitted yet', async () => {
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
    const owned = ALL_TRANSACTIONS.flatMap((transaction) =>
      transaction.owner.of === 'network'
        ? []
        : attributesOf(transaction).map((attribute) => ({ transaction, attribute })),
    );
    const answers = owned.map(async ({ transaction, attribute }) => {
      const gateway = await gateways.as(SECOND_BANK.id, attribute, 'bank-2');
      const input = JSON.stringify(transaction.example).replaceAll(
        '"login-1"',
        JSON.stringify(loginId),
      );
      return `${transaction.fullName} ${await gateway.codeOf({ transaction: transaction.fullName, input })}`;
    });
    const refusals = owned.map(({ transaction }) => `${transaction.fullName} NOT_OWNER`);
    expect(await Promise.all(answers)).toEqual(refusals);
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

  it('of all others suspends the bank, which can still end its business', async () => {
    expect(await vote('bank', suspension)).toMatchObject({ enacted: false });
    expect(await vote('merchant', suspension)).toMatchObject({ votes: 2, enacted: false });
    expect(await vote('logistics', suspension)).toMatchObject({ votes: 3, enacted: true });
    expect(await registered()).toEqual([...THREE, 'SecondBankMSP suspended']);
    expect(await enrol('another-of-2')).toBe('enrolled');
  });

  it('reinstates the bank only with its own vote', async () => {
    expect(await vote('bank', admission)).toMatchObject({ votes: 1, enacted: false });
    expect(await vote('merchant', admission)).toMatchObject({ enacted: false });
    expect(await vote('auditor', admission)).toMatchObject({ enacted: true });
    expect(await registered()).toEqual([...THREE, 'SecondBankMSP active']);
  });

  it('shortens logins, and an expired login can neither buy nor authenticate', async () => {
    expect(await vote('merchant', shortLogins)).toMatchObject({ enacted: false });
    expect(await vote('logistics', shortLogins)).toMatchObject({ votes: 2, enacted: false });
    expect(await vote('bank', shortLogins)).toMatchObject({ votes: 3, enacted: false });
    expect(await vote('auditor', shortLogins)).toMatchObject({ enacted: true });
    const { world } = network;
    const late = await world.login(device);
    const slow = await halfAuthenticate('login-slow');
    await over(slow, 'factorsUntil');
    const password = { loginId: slow, boundTo: 'login', nonce: 'too-late' };
    const attesting = authService.identity.attestPassword(password);
    await expect(attesting).rejects.toMatchObject({ code: 'AUTHENTICATION_EXPIRED' });
    await over(late, 'expiresAt');
    const { basket } = world.purchase(device, late, { orderNumber: 'ORD-LATE' });
    const opening = cashier.orderNumber.openBasket(basket);
    await expect(opening).rejects.toMatchObject({ code: 'LOGIN_EXPIRED' });
  }, 60_000);

  const over = (id: string, end: 'expiresAt' | 'factorsUntil') =>
    eventually(`${end} of ${id}`, async () => {
      const login = await authService.identity.readLogin({ loginId: id });
      return Date.now() / 1000 > login[end] + 1 ? true : undefined;
    });

  /** A login that has passed one factor only. */
  async function halfAuthenticate(id: string): Promise<string> {
    const { identity } = authService;
    const login = { loginId: id };
    await identity.verifyIdentity({ ...login, customerId: device.customerId, deviceId: 'phone' });
    await identity.openLogin(login);
    await identity.beginAuthentication(login);
    await identity.attestSms({ ...login, boundTo: 'login', nonce: 'in-time' });
    return id;
  }
});
