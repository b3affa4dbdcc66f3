// SPDX-License-Identifier: Apache-2.0
// The three organisations' nodes, listening, on one ledger in memory on which each organisation has a rival: what an outsider would attack.
import { join } from 'node:path';
import type { ApiDescription, Operations } from '@fabric-offline-pay/node-common/client';
import { BANK_API } from '../../network/nodes/bank/src/bank-api.js';
import { BANK_ROLES } from '../../network/nodes/bank/src/caller.js';
import { BankHouse } from '../../network/nodes/bank/src/testing/bank-house.js';
import type {
  TestAuthority,
  TestCertificate,
} from '../../network/nodes/common/src/testing/certificates.js';
import type { SqlEngine } from '../../network/nodes/common/src/database/pglite-dialect.js';
import { testEngine, testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { LOGISTICS_API } from '../../network/nodes/logistics/src/api/logistics-api.js';
import { LOGISTICS_ROLES } from '../../network/nodes/logistics/src/context.js';
import { LogisticsHouse } from '../../network/nodes/logistics/src/testing/logistics-house.js';
import { MERCHANT_API } from '../../network/nodes/merchant/src/api/operations.js';
import { MerchantHouse } from '../../network/nodes/merchant/src/testing/merchant-house.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { ORGANISATIONS, rivals, type Rivals } from '../support/rivals.js';
import { Door } from './door.js';

export const NODE_NAMES = ['bank', 'merchant', 'logistics'] as const;

export type NodeName = (typeof NODE_NAMES)[number];

/** A node that listens, and what callers are made of. */
export interface AttackedNode {
  readonly name: NodeName;
  readonly api: ApiDescription & { readonly operations: Operations };
  readonly url: string;
  readonly authority: TestAuthority;
  /** Every value of the attribute `role` that its organisation's authority gives. */
  readonly roles: readonly string[];
  /** Where the revocation list of its authority is read from. */
  readonly revocationsFile: string;
  /** Lines of its log. */
  readonly logged: readonly string[];
}

/** No spec reaches a cap: what is tried is not how many calls there may be. */
const CAPS = {
  requests: 1_000_000,
  logins: 1_000_000,
  codes: 1_000_000,
  tries: 1_000_000,
  failures: 1_000_000,
};

/** Where the bank's page is. */
const SITE = { rpId: 'bank.example', rpName: 'Bank', origins: ['https://bank.example'] };

const bankOn = async ({ ledger, world }: Rivals, tables: SqlEngine): Promise<BankHouse> => {
  const height = (): Promise<bigint> =>
    Promise.resolve(BigInt(ledger.blocks().at(-1)?.number ?? 0) + 1n);
  return BankHouse.open(
    { caps: CAPS, passkeys: SITE },
    {
      place: { engine: tables },
      ledger: (await world.bank('auth-service')).identity,
      blocks: new MemoryBlocks(ledger),
      clients: {
        teller: await world.bank('teller'),
        bankNode: await world.bank('bank-node'),
        height,
      },
    },
  );
};

const merchantOn = async ({ ledger, world }: Rivals): Promise<MerchantHouse> =>
  MerchantHouse.open({
    client: await world.merchant(),
    blocks: new MemoryBlocks(ledger),
    mspId: ORGANISATIONS.merchant[0],
    place: await testPlace(),
  });

const logisticsOn = async ({ ledger, world }: Rivals): Promise<LogisticsHouse> =>
  LogisticsHouse.open({
    ledger: await world.logistics(),
    blocks: new MemoryBlocks(ledger),
    place: await testPlace(),
  });

export class AttackedNodes {
  readonly #doors: Door[] = [];

  private constructor(
    readonly rivals: Rivals,
    readonly bank: BankHouse,
    readonly merchant: MerchantHouse,
    readonly logistics: LogisticsHouse,
    /** The bank's, for what no operation makes without a device. */
    readonly bankTables: SqlEngine,
  ) {}

  static async open(): Promise<AttackedNodes> {
    const [all, tables] = [await rivals(), await testEngine()];
    const [bank, merchant, logistics] = await Promise.all([
      bankOn(all, tables),
      merchantOn(all),
      logisticsOn(all),
    ]);
    return new AttackedNodes(all, bank, merchant, logistics, tables);
  }

  get nodes(): Readonly<Record<NodeName, AttackedNode>> {
    const { bank, merchant, logistics } = this;
    return {
      bank: {
        name: 'bank',
        api: BANK_API,
        url: bank.bank.url,
        authority: bank.authority,
        roles: BANK_ROLES,
        revocationsFile: join(bank.folder, 'revocations.pem'),
        logged: bank.logged,
      },
      merchant: {
        name: 'merchant',
        api: MERCHANT_API,
        url: merchant.node.url,
        authority: merchant.authority,
        roles: BANK_ROLES,
        revocationsFile: join(merchant.folder, 'revocations.pem'),
        logged: merchant.logged,
      },
      logistics: {
        name: 'logistics',
        api: LOGISTICS_API,
        url: logistics.node.url,
        authority: logistics.authority,
        roles: [...new Set([...BANK_ROLES, ...LOGISTICS_ROLES])],
        revocationsFile: join(logistics.folder, 'revocations.pem'),
        logged: logistics.logged,
      },
    };
  }

  /** @returns the way in for whoever shows this certificate. */
  doorOf({ url, authority }: AttackedNode, certificate: TestCertificate): Door {
    const door = new Door(url, authority.root, certificate);
    this.#doors.push(door);
    return door;
  }

  /** @returns the way in for a role, with a certificate of the node's own authority. */
  doorAs(node: AttackedNode, role: string, commonName = role): Door {
    return this.doorOf(node, node.authority.issue({ commonName, role }));
  }

  async close(): Promise<void> {
    for (const door of this.#doors) door.close();
    await Promise.all([this.bank.close(), this.merchant.close(), this.logistics.close()]);
  }
}
