// SPDX-License-Identifier: Apache-2.0
// Who may call what, tried on real peers for every transaction of the table, below the SDK's own checks.
import {
  ALL_TRANSACTIONS,
  type Attribute,
  type NamedTransaction,
  type Role,
} from '@fabric-offline-pay/domain';
import { runStepwise, termsOf, type Purchase } from '@fabric-offline-pay/sdk';
import { BANK, LOGISTICS, MERCHANT } from '@fabric-offline-pay/testing';
import { bareNetwork, type BareNetwork } from '../support/bare-network.js';
import { itemRound } from '../support/defined.js';
import { rawGateway, RawGateways, type RawGateway } from '../support/raw-gateway.js';

type Organisation = Exclude<Role, 'auditor'>;

/** The bank's customers come to its own service, by a role that no transaction knows. */
type HeldAttribute = Attribute | 'customer-channel';

interface Holder {
  readonly organisation: Organisation;
  readonly attribute: HeldAttribute;
}

/** Every certificate that the default topology hands out. */
const ATTRIBUTES: Readonly<Record<Organisation, readonly HeldAttribute[]>> = {
  bank: ['teller', 'auth-service', 'customer-channel', 'bank-node', 'operator', 'auditor'],
  merchant: ['cashier', 'terminal', 'operator', 'auditor'],
  logistics: ['dispatcher', 'courier', 'operator', 'auditor'],
};

const ORGANISATIONS = Object.keys(ATTRIBUTES) as Organisation[];

const HOLDERS: readonly Holder[] = ORGANISATIONS.flatMap((organisation) =>
  ATTRIBUTES[organisation].map((attribute) => ({ organisation, attribute })),
);

const OWN: Readonly<Record<Organisation, string>> = {
  bank: BANK,
  merchant: MERCHANT,
  logistics: LOGISTICS,
};

/** Whose objects they are not. The other merchant is licensed to the same organisation. */
const ANOTHER: Readonly<Record<Organisation, string>> = {
  bank: 'bank-2',
  merchant: 'merchant-2',
  logistics: 'logistics-2',
};

/** Names that an organisation's authority may write into a certificate, and that the registry does not give it. */
const INVENTED: Readonly<Record<Organisation, string>> = { ...ANOTHER, merchant: 'merchant-3' };

/** Refused by every schema: were anything parsed before the access check, the answer would be INPUT_INVALID. */
const NONSENSE = ['no JSON', '{"unexpected":true}', '[]'] as const;

/** A fixture under the ids of the table's own examples; only the login has a name of its own. */
const ORDER_NUMBER = 'ORD-1001';
const TRANSIENT = JSON.stringify({
  salt: '00'.repeat(32),
  addresses: [{ ref: 'addr-1', latitude: 0, longitude: 0, text: 'somewhere' }],
});

const isAllowed = ({ organisation, attribute }: Holder, { access }: NamedTransaction): boolean =>
  access.some((entry) => ['any', `${organisation}.${attribute}`, `*.${attribute}`].includes(entry));

interface Attempt {
  readonly name: string;
  readonly expected: string;
  readonly make: () => Promise<string>;
}

const AT_ONCE = 16;

/** Makes all attempts, some at once. @returns those that were answered otherwise than expected. */
async function deviations(attempts: readonly Attempt[]): Promise<string[]> {
  const found: string[] = [];
  const queue = attempts.values();
  const work = async (): Promise<void> => {
    for (const { name, expected, make } of queue) {
      const answer = await make();
      if (answer !== expected) found.push(`${name}: ${answer} instead of ${expected}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found.sort();
}

let network: BareNetwork;
let gateways: RawGateways;
let loginId: string;
let purchase: Purchase;

beforeAll(async () => {
  network = await bareNetwork();
  gateways = new RawGateways(network.home, network.clients.description);
}, 300_000);
afterAll(async () => {
  await gateways.close();
  await network.end();
}, 60_000);

const as = ({ organisation, attribute }: Holder, actor = OWN[organisation]): Promise<RawGateway> =>
  gateways.as(organisation, attribute, actor);

const exampleOf = ({ example }: NamedTransaction): string =>
  JSON.stringify(example).replaceAll('"login-1"', JSON.stringify(loginId));

const nameOf = ({ organisation, attribute }: Holder, { fullName }: NamedTransaction): string =>
  `${fullName} by ${organisation}.${attribute}`;

function attempt(
  holder: Holder,
  transaction: NamedTransaction,
  input: string,
  expected: string,
): Attempt {
  return {
    name: `${nameOf(holder, transaction)} with ${input.slice(0, 40)}`,
    expected,
    make: async () => (await as(holder)).codeOf({ transaction: transaction.fullName, input }),
  };
}

async function adminOf(organisation: Organisation): Promise<RawGateway> {
  const { admin, mspId } = network.clients.organisation(organisation);
  return Promise.resolve(rawGateway(network.clients.description, { mspId, ...admin }));
}

describe('before there is a registry', () => {
  const later = ALL_TRANSACTIONS.filter(({ beforeRegistry }) => beforeRegistry !== true);

  it('knows nobody', async () => {
    const attempts = later.flatMap((transaction, index) =>
      ORGANISATIONS.map((organisation) => {
        const attribute = itemRound(ATTRIBUTES[organisation], index);
        const input = index % 2 === 0 ? NONSENSE[0] : JSON.stringify(transaction.example);
        return attempt({ organisation, attribute }, transaction, input, 'PARTICIPANT_UNKNOWN');
      }),
    );
    expect(await deviations(attempts)).toEqual([]);
    expect(attempts).toHaveLength((ALL_TRANSACTIONS.length - 1) * ORGANISATIONS.length);
    console.log(`${attempts.length} calls before the registry: PARTICIPANT_UNKNOWN`);
  });

  it('lets only operators found it', async () => {
    const bootstrap = ALL_TRANSACTIONS.filter(({ beforeRegistry }) => beforeRegistry === true);
    expect(bootstrap.map(({ fullName }) => fullName)).toEqual(['identity:bootstrap']);
    const attempts = HOLDERS.filter(({ attribute }) => attribute !== 'operator').flatMap((holder) =>
      bootstrap.map((transaction) =>
        attempt(holder, transaction, JSON.stringify(transaction.example), 'ACCESS_DENIED'),
      ),
    );
    expect(await deviations(attempts)).toEqual([]);
    expect(attempts).toHaveLength(11);
  });
});

describe('with a registry and an order under way', () => {
  beforeAll(async () => {
    const { world } = network;
    await world.found(network.participants(...ORGANISATIONS));
    await licenseAnother();
    const device = await world.customer('customer-1');
    loginId = await world.login(device);
    purchase = world.purchase(device, loginId, { orderNumber: ORDER_NUMBER, claim: null });
    const { state } = await runStepwise(await world.parties(), purchase);
    expect(state).toBe('matched');
    await catchUp();
  }, 120_000);

  async function licenseAnother(): Promise<void> {
    const { mspId } = network.clients.organisation('merchant');
    const licence = { active: true, licence: null, categories: [] };
    const { goods } = await network.world.bank('teller');
    await goods.licenseMerchants({
      bankId: BANK,
      merchants: [{ merchantId: ANOTHER.merchant, mspId, ...licence }],
    });
  }

  /** The peers asked below must know the fixture. */
  async function catchUp(): Promise<void> {
    const bankNode = await network.clients.connection('bank', 'bank-node');
    const height = await bankNode.height();
    for (const role of ORGANISATIONS) {
      const own = await network.clients.connection(role, 'operator');
      await own.waitForBlock(height - 1n);
    }
  }

  it('denies every transaction to every certificate that its access does not name', async () => {
    const pairs = ALL_TRANSACTIONS.flatMap((transaction) =>
      HOLDERS.filter((holder) => !isAllowed(holder, transaction)).map((holder) => ({
        transaction,
        holder,
      })),
    );
    const attempts = pairs.flatMap(({ transaction, holder }, index) =>
      [itemRound(NONSENSE, index), exampleOf(transaction)].map((input) =>
        attempt(holder, transaction, input, 'ACCESS_DENIED'),
      ),
    );
    expect(await deviations(attempts)).toEqual([]);
    const allowed = ALL_TRANSACTIONS.map(
      (transaction) => HOLDERS.filter((holder) => isAllowed(holder, transaction)).length,
    );
    const sum = allowed.reduce((total, count) => total + count, 0);
    expect(allowed.filter((count) => count === 0)).toEqual([]);
    expect(pairs).toHaveLength(ALL_TRANSACTIONS.length * HOLDERS.length - sum);
    console.log(`${pairs.length} pairs denied, ${attempts.length} calls; ${sum} pairs allowed`);
  });

  it('lets in every certificate that the access names: nonsense input reaches the schema', async () => {
    const pairs = ALL_TRANSACTIONS.flatMap((transaction) =>
      HOLDERS.filter((holder) => isAllowed(holder, transaction)).map((holder) =>
        attempt(holder, transaction, NONSENSE[0], 'INPUT_INVALID'),
      ),
    );
    expect(await deviations(pairs)).toEqual([]);
  });

  it('has no entry beside the table', async () => {
    const operator = await as({ organisation: 'bank', attribute: 'operator' });
    const names = ['unknownTransaction', 'constructor', 'createContext', '__proto__', 'mint'];
    for (const name of names)
      expect(await operator.codeOf({ transaction: `settlement:${name}`, input: '{}' })).toBe(
        'NOT_FOUND',
      );
  });

  it('refuses transactions to certificates without a role', async () => {
    for (const organisation of ORGANISATIONS) {
      const admin = await adminOf(organisation);
      const restricted = ALL_TRANSACTIONS.filter(({ access }) => !access.includes('any'));
      const attempts = restricted.map((transaction) => ({
        name: `${transaction.fullName} by the administrator of ${organisation}`,
        expected: 'ACCESS_DENIED',
        make: () =>
          admin.codeOf({ transaction: transaction.fullName, input: exampleOf(transaction) }),
      }));
      expect(await deviations(attempts)).toEqual([]);
      admin.close();
    }
  });

  it('answers queries that are open to every member, even without a role', async () => {
    const open = ALL_TRANSACTIONS.filter(({ access }) => access.includes('any'));
    const admin = await adminOf('bank');
    const answers = await Promise.all(
      open.map((transaction) =>
        admin.codeOf({ transaction: transaction.fullName, input: exampleOf(transaction) }),
      ),
    );
    admin.close();
    const refusals = ['ACCESS_DENIED', 'NOT_OWNER', 'PARTICIPANT_UNKNOWN', 'INPUT_INVALID'];
    expect(answers.filter((code) => refusals.includes(code))).toEqual([]);
    expect(answers).toContain('OK');
  });

  describe("the right role, but another party's object", () => {
    const owned = ALL_TRANSACTIONS.filter(({ owner }) => owner.of !== 'network');
    const pairs = owned.flatMap((transaction) =>
      HOLDERS.filter((holder) => isAllowed(holder, transaction)).map((holder) => ({
        transaction,
        holder,
      })),
    );

    /** The example as the holder would write it: payees of both kinds ask for their payouts. */
    const exampleFor = ({ organisation }: Holder, transaction: NamedTransaction): string =>
      transaction.owner.of === 'input' && transaction.owner.field === 'payeeId'
        ? exampleOf(transaction).replaceAll(`"${OWN.merchant}"`, `"${OWN[organisation]}"`)
        : exampleOf(transaction);

    const call = async (
      holder: Holder,
      transaction: NamedTransaction,
      actor: string,
      input = exampleFor(holder, transaction),
    ) =>
      (await as(holder, actor)).codeOf({
        transaction: transaction.fullName,
        input,
        ...(transaction.transient !== undefined && { transient: TRANSIENT }),
      });

    it('gets NOT_OWNER, for every transaction that has an owner', async () => {
      const attempts = pairs.map(({ transaction, holder }) => ({
        name: nameOf(holder, transaction),
        expected: 'NOT_OWNER',
        make: () => call(holder, transaction, ANOTHER[holder.organisation]),
      }));
      expect(await deviations(attempts)).toEqual([]);
      expect(new Set(pairs.map(({ transaction }) => transaction)).size).toBe(owned.length);
      console.log(`${pairs.length} pairs of ${owned.length} owned transactions: NOT_OWNER`);
    });

    it('never gives NOT_OWNER to the owner itself', async () => {
      const answers = await Promise.all(
        pairs.map(({ transaction, holder }) => call(holder, transaction, OWN[holder.organisation])),
      );
      expect(answers.filter((code) => ['NOT_OWNER', 'ACCESS_DENIED'].includes(code))).toEqual([]);
      expect(answers).toContain('OK');
    });

    it('gets it even with an invented name in certificate and input', async () => {
      const named = pairs.filter(({ transaction: { owner } }) => owner.of === 'input');
      const attempts = named.map(({ transaction, holder }) => {
        const { [holder.organisation]: own } = OWN;
        const { [holder.organisation]: invented } = INVENTED;
        const input = exampleFor(holder, transaction).replaceAll(`"${own}"`, `"${invented}"`);
        expect(input).toContain(invented);
        return {
          name: nameOf(holder, transaction),
          expected: 'NOT_OWNER',
          make: () => call(holder, transaction, invented, input),
        };
      });
      expect(await deviations(attempts)).toEqual([]);
      expect(new Set(named.map(({ holder }) => holder.organisation)).size).toBe(3);
      console.log(`${attempts.length} pairs with invented names: NOT_OWNER`);
    });

    it('gets it for a missing object under its own name', async () => {
      const another = await as(
        { organisation: 'merchant', attribute: 'cashier' },
        ANOTHER.merchant,
      );
      const statement = { orderNumber: ORDER_NUMBER, lines: [], goodsTotal: '0', currency: 'EUR' };
      const order = { merchantId: ANOTHER.merchant, orderNumber: ORDER_NUMBER };
      const input = JSON.stringify({ ...order, statement });
      expect(await another.codeOf({ transaction: 'orderNumber:stateMerchant', input })).toBe(
        'NOT_FOUND',
      );
    });

    it('gets it when a logistics company quotes an order of another one', async () => {
      const dispatcher = { organisation: 'logistics' as const, attribute: 'dispatcher' as const };
      const statement = purchase.logisticsStatement;
      const transient = JSON.stringify(purchase.addresses);
      for (const logisticsId of [LOGISTICS, ANOTHER.logistics]) {
        const input = JSON.stringify({ basket: { ...purchase.basket, logisticsId }, statement });
        const quoting = { transaction: 'express:quote', input, transient };
        const another = await as(dispatcher, ANOTHER.logistics);
        expect(await another.codeOf(quoting)).toBe('NOT_OWNER');
      }
    });
  });

  it('a placed order cannot be placed again under other terms', async () => {
    const cashier = await network.world.merchant();
    const { terms, signature } = await cashier.orderNumber.readTerms({
      merchantId: MERCHANT,
      orderNumber: ORDER_NUMBER,
    });
    const dearer = termsOf(
      purchase,
      { goodsTotal: terms.goodsTotal, offers: [] },
      { ...terms, fee: '1' },
    );
    const placing = cashier.orderNumber.place({
      terms: { ...terms, fee: dearer.fee, total: dearer.total },
      signature,
    });
    await expect(placing).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });
});
