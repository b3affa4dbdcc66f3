// SPDX-License-Identifier: Apache-2.0
// A small world of one bank, one merchant and one logistics company with goods, couriers and customers. Real transactions build it,
// the same on the ledger in memory and on real peers.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  commitmentTo,
  DEFAULT_POLICY,
  digestOf,
  goodsDigest,
  sha256Hex,
  signEs256,
  signedText,
  type AddressBookRow,
  type Amount,
  type Attribute,
  type InputOf,
  type Role,
  type Statement,
} from '@fabric-offline-pay/domain';
import {
  chooseBest,
  signDispute,
  type Client,
  type Parties,
  type Purchase,
} from '@fabric-offline-pay/sdk';

/** Gives the client of a certificate with this role, attribute and actor. */
export type ClientFor = (
  role: Role,
  attribute: Attribute,
  actor: string,
) => Promise<Client> | Client;

/** Id of the small world's bank. */
export const BANK = 'bank-1';
/** Id of the small world's logistics company. */
export const LOGISTICS = 'logistics-1';
/** Id of the small world's merchant. */
export const MERCHANT = 'merchant-1';
/** The currency of all prices in the small world. */
export const CURRENCY = 'EUR';

const BERLIN = { latitude: 52_520_008, longitude: 13_404_954 };
const FAR_FUTURE = 4_102_444_800;

/** The goods of the small world's merchant. Prices are in minor units. */
export const GOODS = {
  laptop: {
    gtin: '4006381333931',
    category: '43211503',
    price: '89900',
    currency: CURRENCY,
    origin: 'DE',
    certificate: 'CE-2024-118',
    weightGrams: 1400,
    location: BERLIN,
    withdrawn: false,
  },
  charger: {
    gtin: '4006381333948',
    category: '26111704',
    price: '2490',
    currency: CURRENCY,
    origin: 'CN',
    certificate: 'CE-2024-119',
    weightGrams: 200,
    location: BERLIN,
    withdrawn: false,
  },
} satisfies Record<string, InputOf<'goods', 'registerGoods'>['goods'][number]>;

const courier = (courierId: string, base: Amount, categories: string[]) => ({
  courierId,
  active: true,
  depot: { latitude: 52_516_275, longitude: 13_377_704 },
  tariffs: [{ currency: CURRENCY, base, perKm: '20', perKg: '50' }],
  areas: [{ centre: BERLIN, radiusMetres: 40_000 }],
  categories,
});

/** The small world's policy: limits that no ordinary test reaches. */
export const POLICY = {
  ...DEFAULT_POLICY,
  loginSeconds: 900,
  authenticationSeconds: 120,
  quoteSeconds: 900,
  holdSeconds: 3600,
  currencies: {
    [CURRENCY]: {
      perOrder: '500000',
      perWindow: '100000000',
      stepUp: '100000',
      issue: '100000000',
      lossPerReserve: '20000',
      lossPerPayee: '1000000',
    },
  },
  offline: {
    version: 1,
    caps: { [CURRENCY]: { perPayment: '5000', total: '20000' } },
    count: 64,
    spendSeconds: 3600,
    claimSeconds: 7200,
    bulletinSeconds: 3600,
    clockToleranceSeconds: 60,
    acceptSeconds: 600,
    lossBearer: 'merchant' as const,
  },
};

/** A customer and the private key of its device. */
export interface CustomerDevice {
  readonly customerId: string;
  readonly privateKey: KeyObject;
}

export type Participant = InputOf<'identity', 'bootstrap'>['participants'][number];

export interface FoundingOptions {
  readonly policy?: typeof POLICY;
  /** Returns the operator's client of a founder. Needed when a role has several organisations. Default: the client of the role. */
  readonly operatorOf?: (founder: Participant) => Promise<Client> | Client;
}

/** How a purchase differs from the default one. */
export interface PurchaseOptions {
  readonly orderNumber: string;
  readonly lines?: readonly {
    readonly goods: keyof typeof GOODS;
    readonly quantity: number;
    /** Price in the basket, in minor units. Default: the registered price. */
    readonly price?: Amount;
  }[];
  /** How long the money is held for the merchant, in seconds. Default: 3600. */
  readonly holdSeconds?: number;
  /** What the merchant claims, in minor units; '0': nothing yet. Default: everything. Null: the bank's money is left alone. */
  readonly claim?: Amount | null;
  /** What the merchant or the logistics company states differently from the customer's order. */
  readonly merchantStatement?: Partial<Statement>;
  readonly logisticsStatement?: Partial<Statement>;
}

/**
 * The addresses that a customer offers for an order. The courier receives them again at pick-up. A bank draws a random salt; here
 * it depends on the order number, so that nobody has to keep it.
 */
export const addressesOf = (orderNumber: string): AddressBookRow => ({
  salt: sha256Hex(orderNumber),
  addresses: [
    {
      ref: `home-${orderNumber}`,
      latitude: 52_530_644,
      longitude: 13_383_068,
      text: 'Invalidenstr. 1, Berlin',
    },
  ],
});

type Licensed = InputOf<'goods', 'licenseMerchants'>['merchants'][number];

/** The secret that proves the delivery of an order. A device draws it; here it depends on the order number. */
export const deliverySecretOf = (orderNumber: string): string => sha256Hex(`door ${orderNumber}`);

/** Builds and uses the small world through the given clients. */
export class World {
  readonly #clientFor: ClientFor;
  readonly #merchantId: string;
  readonly #channel: string;
  readonly #parties: ((merchantId: string) => Promise<Parties>) | undefined;
  #logins = 0;

  constructor(
    clientFor: ClientFor,
    channel: string,
    merchantId = MERCHANT,
    parties?: (merchantId: string) => Promise<Parties>,
  ) {
    this.#clientFor = clientFor;
    this.#channel = channel;
    this.#merchantId = merchantId;
    this.#parties = parties;
  }

  /** Id of the merchant that owns the shop. */
  get merchantId(): string {
    return this.#merchantId;
  }

  /** @returns the bank's client with this attribute. */
  async bank(attribute: Attribute): Promise<Client> {
    return this.#clientFor('bank', attribute, BANK);
  }

  /** @returns the merchant's client with this attribute. */
  async merchant(attribute: Attribute = 'cashier'): Promise<Client> {
    return this.#clientFor('merchant', attribute, this.#merchantId);
  }

  /** @returns the logistics company's client with this attribute. */
  async logistics(attribute: Attribute = 'dispatcher'): Promise<Client> {
    return this.#clientFor('logistics', attribute, LOGISTICS);
  }

  /** @returns the clients that an order needs. */
  async parties(): Promise<Parties> {
    if (this.#parties !== undefined) return this.#parties(this.#merchantId);
    return {
      cashier: await this.merchant(),
      dispatcher: await this.logistics(),
      bankNode: await this.bank('bank-node'),
    };
  }

  /** Founds the registry, which every founder's operator confirms, then opens the shop. */
  async found(
    participants: readonly Participant[],
    { policy = POLICY, operatorOf = this.#operatorOf }: FoundingOptions = {},
  ): Promise<void> {
    for (const founder of participants) {
      const { identity } = await operatorOf(founder);
      await identity.bootstrap({ participants, policy });
    }
    await this.openShop();
  }

  readonly #operatorOf = ({ role, actor }: Participant): Promise<Client> | Client =>
    this.#clientFor(role, 'operator', actor);

  /** Licenses the merchant, registers its goods and the couriers. @param licensed how the licence differs from the default one */
  async openShop(licensed: Partial<Licensed> = {}): Promise<void> {
    const merchants = [
      {
        merchantId: this.#merchantId,
        mspId: 'MerchantMSP',
        active: true,
        licence: { number: 'LIC-1', validUntil: FAR_FUTURE },
        categories: ['43000000', '26000000'],
        ...licensed,
      },
    ];
    await (await this.bank('teller')).goods.licenseMerchants({ bankId: BANK, merchants });
    await (
      await this.merchant()
    ).goods.registerGoods({ merchantId: this.#merchantId, goods: Object.values(GOODS) });
    const couriers = [
      courier('courier-cheap', '300', ['43000000', '26000000']),
      courier('courier-dear', '900', ['43000000', '26000000']),
      courier('courier-paper', '100', ['14000000']),
    ];
    await (await this.logistics()).logistics.registerCouriers({ logisticsId: LOGISTICS, couriers });
  }

  /** Enrols a customer with a device and money. */
  async customer(customerId: string, money: Amount = '1000000'): Promise<CustomerDevice> {
    const teller = await this.bank('teller');
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    await teller.identity.enrolCustomer({ customerId, bankId: BANK, missing: [] });
    await teller.identity.registerDevice({ customerId, deviceId: 'phone', publicKey: spki });
    await teller.settlement.linkInstrument({
      customerId,
      token: `tok-${customerId}`,
      kind: 'card',
    });
    if (money !== '0') await this.#issue(customerId, money);
    return { customerId, privateKey };
  }

  /** Opens a dispute of an order. The customer's device signs it. */
  async dispute(device: CustomerDevice, orderNumber: string, disputeId = 'dispute-1') {
    const key = { merchantId: this.#merchantId, orderNumber };
    const { settlement } = await this.bank('teller');
    const signature = signDispute(device.privateKey, key, disputeId);
    return settlement.dispute({ ...key, disputeId, signature });
  }

  /** Decides a dispute as the bank's operator. */
  async decide(orderNumber: string, decision: 'uphold' | 'reject', disputeId = 'dispute-1') {
    const { settlement } = await this.bank('operator');
    return settlement.resolveDispute({
      merchantId: this.#merchantId,
      orderNumber,
      disputeId,
      decision,
    });
  }

  /** Picks the goods up and delivers them. `proven`: with the secret from the door (the default). */
  async deliver(orderNumber: string, { proven = true } = {}) {
    const key = { merchantId: this.#merchantId, orderNumber };
    const { logistics } = await this.logistics();
    await logistics.pickUp(key, { transient: { ...addressesOf(orderNumber) } });
    return logistics.deliver({ ...key, ...(proven && { secret: deliverySecretOf(orderNumber) }) });
  }

  /** Requests a payout as the payee, and pays it out as the bank. */
  async payOut(payeeId: string, redeemId: string, amount: Amount) {
    const payout = { payeeId, currency: CURRENCY, redeemId, amount };
    const payee = payeeId === LOGISTICS ? await this.logistics() : await this.merchant();
    await payee.settlement.requestPayout(payout);
    return (await this.bank('teller')).settlement.redeem(payout);
  }

  /** Issues money by a teller. Above the policy's `issue` limit, the operator confirms it. */
  async #issue(customerId: string, amount: Amount): Promise<void> {
    const issued = {
      issueId: `issue-${customerId}`,
      customerId,
      token: `tok-${customerId}`,
      currency: CURRENCY,
      amount,
    };
    const { result } = await (await this.bank('teller')).settlement.issue(issued);
    if (result.state === 'proposed')
      await (await this.bank('operator')).settlement.confirmIssue(issued);
  }

  /** Runs units 2 to 7: verified, both factors passed, limits set. @returns the login's id */
  async login(device: CustomerDevice): Promise<string> {
    const { identity } = await this.bank('auth-service');
    this.#logins += 1;
    const loginId = `login-${device.customerId}-${this.#logins}`;
    await identity.verifyIdentity({ loginId, customerId: device.customerId, deviceId: 'phone' });
    await identity.openLogin({ loginId });
    await identity.beginAuthentication({ loginId });
    await Promise.all([
      identity.attestSms({ loginId, boundTo: 'login', nonce: `sms-${loginId}` }),
      identity.attestPassword({ loginId, boundTo: 'login', nonce: `password-${loginId}` }),
    ]);
    await identity.completeAuthentication({ loginId });
    await identity.assessReputation({ loginId });
    return loginId;
  }

  /** Makes a purchase: by default two chargers, one address, three equal statements, and everything claimed. */
  purchase(device: CustomerDevice, loginId: string, options: PurchaseOptions): Purchase {
    const picked = options.lines ?? [{ goods: 'charger', quantity: 2 }];
    const lines = picked.map(({ goods, quantity, price }) => {
      const entry = { ...GOODS[goods], ...(price === undefined ? {} : { price }) };
      return {
        gtin: entry.gtin,
        quantity,
        unitPrice: entry.price,
        goodsDigest: goodsDigest(entry),
      };
    });
    const addresses = addressesOf(options.orderNumber);
    const statement: Statement = {
      orderNumber: options.orderNumber,
      lines: lines.map(({ gtin, quantity }) => ({ gtin, quantity })),
      goodsTotal: lines
        .reduce((sum, line) => sum + BigInt(line.unitPrice) * BigInt(line.quantity), 0n)
        .toString(),
      currency: CURRENCY,
    };
    return {
      channel: this.#channel,
      basket: {
        merchantId: this.#merchantId,
        orderNumber: options.orderNumber,
        customerId: device.customerId,
        loginId,
        logisticsId: LOGISTICS,
        currency: CURRENCY,
        lines,
        addressRefs: addresses.addresses.map((entry) => entry.ref),
        addressesDigest: digestOf(addresses),
      },
      addresses,
      choose: chooseBest,
      sign: (terms) => signEs256(device.privateKey, signedText(terms)),
      merchantStatement: { ...statement, ...options.merchantStatement },
      logisticsStatement: {
        ...statement,
        waybill: `WB-${options.orderNumber}`,
        ...options.logisticsStatement,
      },
      holdSeconds: options.holdSeconds ?? 3600,
      deliveryCommitment: commitmentTo(deliverySecretOf(options.orderNumber)),
      ...(options.claim === undefined ? {} : { claim: options.claim }),
    };
  }
}
