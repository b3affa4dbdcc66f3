// SPDX-License-Identifier: Apache-2.0
// The bank: one order is funded from a card, captured, refunded in part; one from a mobile account, and its alarm is upheld; a merchant is
// paid out; customers are told all of it by SMS and mail.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BANK,
  CURRENCY,
  MERCHANT,
  type CustomerDevice,
  type MemoryNetwork,
} from '@fabric-offline-pay/testing';
import type { Parties } from '@fabric-offline-pay/sdk';
import { dayOf } from '../../../network/nodes/bank/src/core-banking/book/post-entry.js';
import type { Report } from '../../../network/nodes/bank/src/reconciliation/report.js';
import { CardHostSimulator } from '../../../network/nodes/bank/src/testing/hosts/card-host-simulator.js';
import {
  API_KEY,
  BANK_ACCOUNT,
  MobileHostSimulator,
} from '../../../network/nodes/bank/src/testing/hosts/mobile-host-simulator.js';
import { MailHost } from '../../../network/nodes/bank/src/testing/message-hosts/mail-host.js';
import { Smsc } from '../../../network/nodes/bank/src/testing/message-hosts/smsc.js';
import { TestAuthority } from '../../../network/nodes/common/src/testing/certificates.js';
import { availableTo } from '../../support/balances.js';
import { RUN } from '../../support/both-ways.js';
import { memoryWorld } from '../../support/memory-world.js';
import { missingMoney } from '../../support/money.js';
import type { History, Played } from '../history.js';
import type { Lives } from '../lives.js';
import type { BankSettings } from '../settings.js';

const PASSWORD = 'secret';
const REFERENCE_TAG = 0x1401;

/** Two chargers and their delivery. */
const TOTAL = 5_450;
const OWN = 1_000;
const BEHIND = 20_000n;
const PAID_OUT = '3000';
const GIVEN_BACK = '1200';

const CARD = {
  customerId: 'customer-1',
  token: 'tok-card',
  kind: 'card',
  orderNumber: 'CARD-1',
} as const;
const MOBILE = {
  customerId: 'customer-2',
  token: 'tok-mobile',
  kind: 'mobile',
  orderNumber: 'MOBILE-1',
} as const;
const SHOP = 'acc-shop';

type Buyer = typeof CARD | typeof MOBILE;

const keyOf = ({ orderNumber }: Buyer) => ({ merchantId: MERCHANT, orderNumber });

interface Hosts {
  readonly card: CardHostSimulator;
  readonly mobile: MobileHostSimulator;
  readonly smsc: Smsc;
  readonly mail: MailHost;
}

function writeConfiguration(folder: string, { card, mobile, smsc, mail }: Hosts): string {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return name;
  };
  const [unused, password] = [write('unused.pem', ''), write('password', PASSWORD)];
  mkdirSync(join(folder, 'statements'));
  const config = {
    ...{ databaseFolder: 'unused', keyFile: 'code.key' },
    ...{ outboxFolder: 'outbox', logLevel: 'silent' },
    tls: { cert: unused, key: unused, clientRoots: [unused], revocations: unused },
    ledger: {
      peers: [{ address: 'unused' }],
      ...{ tlsRoot: unused, mspId: 'BankMSP', actor: BANK, identities: {} },
      ...{ channel: 'c', chaincode: 'c', organisations: {} },
    },
    coreBanking: {
      card: {
        ...{ adapter: 'iso8583', host: '127.0.0.1', port: card.port, bitmap: 'hex' },
        ...{ institution: '1', terminal: 'T1', acceptor: 'A1', statementFolder: 'statements' },
      },
      mobile: {
        ...{ adapter: 'mobile-money', url: mobile.url, account: BANK_ACCOUNT },
        apiKeyFile: write('api-key', API_KEY),
        poll: { everyMs: 20, times: 10 },
      },
      payees: 'card',
    },
    messages: {
      sms: {
        ...{ adapter: 'smpp', host: '127.0.0.1', port: smsc.port, systemId: 'bank' },
        ...{ passwordFile: password, source: 'BANK', referenceTag: REFERENCE_TAG },
        reconnectMs: { least: 20, most: 200 },
      },
      mail: {
        ...{ adapter: 'smtp', host: 'localhost', port: mail.port, user: 'bank' },
        ...{ passwordFile: password, from: 'bank@bank.example', listId: 'notices.bank.example' },
        caFile: 'mail-root.pem',
      },
    },
  };
  return join(folder, write('bank.json', JSON.stringify(config)));
}

/** The bank's node does its part by itself. */
async function withoutBank({ world }: MemoryNetwork): Promise<Parties> {
  const { bankNode, ...others } = await world.parties();
  const compare = () => Promise.reject(new Left());
  return {
    ...others,
    bankNode: { ...bankNode, orderNumber: { ...bankNode.orderNumber, compare } },
  };
}

class Left extends Error {
  override readonly name = 'Left';
}

const leaves = async (run: Promise<unknown>): Promise<void> => {
  await run.catch((error: unknown) => {
    if (!(error instanceof Left)) throw error;
  });
};

const MESSAGE_ID = /^Message-ID: (.*)$/im;

export class BankHistory implements History {
  readonly node = 'bank';
  readonly identity = { role: 'bank', actor: BANK } as const;

  private constructor(
    private readonly folder: string,
    private readonly hosts: Hosts,
    readonly settings: BankSettings,
  ) {}

  static async open(): Promise<BankHistory> {
    const folder = mkdtempSync(join(tmpdir(), 'offpay-chaos-bank-'));
    const authority = new TestAuthority('mail ca');
    writeFileSync(join(folder, 'mail-root.pem'), authority.root);
    const certificate = authority.issue({ commonName: 'localhost' });
    const hosts = {
      card: await CardHostSimulator.start(),
      mobile: await MobileHostSimulator.start(),
      smsc: await Smsc.open(PASSWORD, { referenceTag: REFERENCE_TAG }),
      mail: await MailHost.open({ certificate, user: 'bank', password: PASSWORD }),
    };
    return new BankHistory(folder, hosts, {
      configFile: writeConfiguration(folder, hosts),
      customers: [
        {
          customerId: CARD.customerId,
          phone: '+4915112345678',
          email: 'a@customers.example',
          language: 'en',
          token: CARD.token,
        },
        {
          customerId: MOBILE.customerId,
          phone: '+8613812345678',
          email: 'b@customers.example',
          language: 'zh',
          token: MOBILE.token,
        },
      ],
      payeeAccounts: [{ payeeId: MERCHANT, currency: CURRENCY, token: SHOP }],
    });
  }

  async begin(): Promise<MemoryNetwork> {
    const { card, mobile, smsc, mail } = this.hosts;
    card.reset();
    mobile.reset();
    smsc.forget();
    mail.taken.length = 0;
    card.accounts.set(CARD.token, BEHIND).set(SHOP, 0n);
    mobile.accounts.set(MOBILE.token, BEHIND);
    return memoryWorld();
  }

  async play(memory: MemoryNetwork, node: Lives): Promise<void> {
    await this.#buy(memory, node, CARD);
    await this.#state(memory, node, CARD, 'released');
    const { cashier } = await memory.world.parties();
    const payee = { payeeId: MERCHANT, currency: CURRENCY };
    await cashier.settlement.requestPayout({ ...payee, redeemId: 'P-1', amount: PAID_OUT });
    await node.until('the pay-out', () =>
      Promise.resolve(this.hosts.card.accounts.get(SHOP) === BigInt(PAID_OUT)),
    );
    await cashier.settlement.refund({ ...keyOf(CARD), refundId: 'R-1', amount: GIVEN_BACK });
    await this.#buy(memory, node, MOBILE, { goodsTotal: '1' });
    await this.#state(memory, node, MOBILE, 'blocked');
    const operator = await memory.world.bank('operator');
    await operator.alarm.uphold({ ...keyOf(MOBILE), reason: 'the totals differ' });
    await this.#state(memory, node, MOBILE, 'voided');
    await node.quiet();
  }

  async check(memory: MemoryNetwork, node: Lives): Promise<Played> {
    const { card, mobile, smsc, mail } = this.hosts;
    card.writeStatement(join(this.folder, 'statements'), dayOf(Date.now()));
    const { messages, reconciliation } = (await node.call('facts')) as {
      readonly messages: readonly string[];
      readonly reconciliation: Report;
    };
    assert.equal(missingMoney(memory.ledger.state()), 0n, 'money appeared or vanished');
    assert.deepEqual(reconciliation.differences, [], 'ledger, book and host differ');
    assert.deepEqual(reconciliation.underWay, [], 'something is still under way');
    for (const { unexplained } of Object.values(reconciliation.sums))
      assert.equal(unexplained, '0');
    const teller = await memory.world.bank('teller');
    return {
      facts: {
        messages,
        sums: reconciliation.sums,
        card: card.entries.map(({ kind, token, amount }) => [kind, token, amount].join(' ')).sort(),
        behind: [...card.accounts].map(([token, units]) => `${token} ${units}`),
        mobile: mobile.made.map(({ request, amount }) => `${request.type} ${amount}`).sort(),
        mobileBehind: `${mobile.accounts.get(MOBILE.token)}`,
        ledger: (await teller.settlement.totals({})).currencies,
      },
      delivered: {
        sms: smsc.taken.map(({ tag }) => String(tag)),
        mail: mail.taken.map(({ raw }) => MESSAGE_ID.exec(raw)?.[1]?.trim() ?? ''),
      },
    };
  }

  async close(): Promise<void> {
    const { card, mobile, smsc, mail } = this.hosts;
    await Promise.all([card.stop(), mobile.stop(), smsc.off(), mail.close()]);
    rmSync(this.folder, { recursive: true });
  }

  async #buy(
    memory: MemoryNetwork,
    node: Lives,
    buyer: Buyer,
    merchantStatement: { readonly goodsTotal?: string } = {},
  ): Promise<void> {
    const { world } = memory;
    const { customerId, token, kind, orderNumber } = buyer;
    const device: CustomerDevice = await world.customer(customerId, OWN.toString());
    const teller = await world.bank('teller');
    await teller.settlement.linkInstrument({ customerId, token, kind });
    const purchase = world.purchase(device, await world.login(device), {
      orderNumber,
      merchantStatement,
    });
    const fund = () =>
      node.until(
        `${orderNumber} to be funded`,
        async () => (await availableTo(teller, customerId)) >= BigInt(TOTAL),
      );
    await leaves(RUN.stepwise(await withoutBank(memory), { ...purchase, fund }));
    await node.until(
      'the hold',
      async () =>
        (await teller.settlement.readAccount({ customerId, currency: CURRENCY })).available === '0',
    );
  }

  async #state(memory: MemoryNetwork, node: Lives, buyer: Buyer, state: string): Promise<void> {
    const bankNode = await memory.world.bank('bank-node');
    await node.until(
      `${buyer.orderNumber} ${state}`,
      async () => (await bankNode.orderNumber.readOrder(keyOf(buyer))).state === state,
    );
  }
}
