// SPDX-License-Identifier: Apache-2.0
// Customers' addresses: kept from the merchant and the auditor by the peers themselves, in no block and no log, gone after delivery.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADDRESS_COLLECTION, ROWS } from '@fabric-offline-pay/domain';
import { networkLogs, networkStatus } from '@fabric-offline-pay/operate';
import { runExpress, runStepwise, type Purchase } from '@fabric-offline-pay/sdk';
import { StatusCode } from '@hyperledger/fabric-gateway';
import { BANK, LOGISTICS, MERCHANT } from '@fabric-offline-pay/testing';
import { auditedTopology, bareNetwork, type BareNetwork } from '../support/bare-network.js';
import { filesUnder, readBytes } from '../support/canaries.js';
import { firstOf } from '../support/defined.js';
import { patchedChaincode } from '../support/patched-chaincode.js';
import { RawGateways, soon, textOf } from '../support/raw-gateway.js';

/** Reads and writes the collection for every caller, so that only the peers' own rules protect it. */
const PROBE = `
add(class Probe extends Contract {
  constructor() { super('probe'); }
  async read(ctx, collection, key) {
    return Buffer.from(await ctx.stub.getPrivateData(collection, key)).toString('utf8');
  }
  async write(ctx, collection, key) {
    await ctx.stub.putPrivateData(collection, key, ctx.stub.getTransient().get('private'));
  }
});
`;

const FOUNDERS = ['bank', 'merchant', 'logistics'] as const;
const ORGANISATIONS = [...FOUNDERS, 'auditor'] as const;
type Organisation = (typeof ORGANISATIONS)[number];

const ACTOR: Readonly<Record<Organisation, string>> = {
  bank: BANK,
  merchant: MERCHANT,
  logistics: LOGISTICS,
  auditor: 'auditor-1',
};

const ROLE: Readonly<Record<Organisation, string>> = {
  bank: 'teller',
  merchant: 'cashier',
  logistics: 'dispatcher',
  auditor: 'auditor',
};

let folder: string;
let network: BareNetwork;
let gateways: RawGateways;
let stepwise: Purchase;
let express: Purchase;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-patched-'));
  const chaincodeDirectory = patchedChaincode(join(folder, 'probe'), PROBE);
  network = await bareNetwork({ chaincodeDirectory, topology: auditedTopology });
  gateways = new RawGateways(network.home, network.clients.description);
  const { world } = network;
  await world.found(network.participants(...FOUNDERS));
  const device = await world.customer('customer-1');
  const loginId = await world.login(device);
  stepwise = world.purchase(device, loginId, { orderNumber: 'ORD-STEPWISE' });
  express = world.purchase(device, loginId, { orderNumber: 'ORD-EXPRESS' });
  await runStepwise(await world.parties(), stepwise);
  await runExpress(await world.parties(), express);
  await everywhere();
  for (const { basket, addresses } of bothOrders()) {
    const key = { merchantId: MERCHANT, orderNumber: basket.orderNumber };
    await (await courier()).pickUp(key, { transient: { ...addresses } });
  }
  await everywhere();
}, 300_000);
afterAll(async () => {
  await gateways.close();
  await network.end();
  rmSync(folder, { recursive: true });
}, 60_000);

/** Waits until every peer holds what any peer holds. */
async function everywhere(): Promise<void> {
  const peers = ORGANISATIONS.map((role) => network.clients.connection(role, 'operator'));
  const heights = await Promise.all(peers.map(async (peer) => (await peer).height()));
  const last = heights.reduce((most, height) => (height > most ? height : most)) - 1n;
  for (const peer of peers) await (await peer).waitForBlock(last);
}

const peerFolder = (organisation: Organisation): string =>
  join(
    network.home,
    ...[
      'organisations',
      organisation,
      'nodes',
      network.clients.organisation(organisation).peer.name,
    ],
  );

/** What `getPrivateData` gives to an organisation's client at an organisation's peer, or why not. */
async function readAt(
  client: Organisation,
  peer: Organisation,
  orderNumber: string,
): Promise<string> {
  const gateway = await gateways.as(client, ROLE[client], ACTOR[client], peer);
  const options = {
    arguments: [ADDRESS_COLLECTION, ROWS.address.key(MERCHANT, orderNumber, LOGISTICS)],
    endorsingOrganizations: [network.clients.organisation(peer).mspId],
  };
  const proposal = gateway.contract.newProposal('probe:read', options);
  return proposal.evaluate(soon()).then((bytes) => Buffer.from(bytes).toString('utf8'), textOf);
}

const courier = async () => (await network.clients.client('logistics', 'courier')).logistics;

const bothOrders = (): readonly Purchase[] => [stepwise, express];

describe('the collection', () => {
  it.each(['bank', 'logistics'] as const)('answers %s at its own peer', async (member) => {
    for (const { basket, addresses } of bothOrders())
      expect(JSON.parse(await readAt(member, member, basket.orderNumber))).toEqual(addresses);
  });

  it.each(['bank', 'logistics'] as const)(
    "refuses the merchant's client at the %s's peer",
    async (member) => {
      const answer = await readAt('merchant', member, 'ORD-STEPWISE');
      expect(answer).toContain('does not have read access permission');
    },
  );

  it("refuses the merchant's client at its own peer", async () => {
    const answer = await readAt('merchant', 'merchant', 'ORD-STEPWISE');
    expect(answer).toContain('does not have read access permission');
  });

  it.each(['bank', 'logistics'] as const)(
    "is not there at the merchant's peer, even for the %s",
    async (member) => {
      const answer = await readAt(member, 'merchant', 'ORD-STEPWISE');
      expect(answer).toMatch(/private data matching public hash version is not available/);
    },
  );

  it.each(['bank', 'logistics'] as const)(
    "refuses the auditor's client at the %s's peer",
    async (member) => {
      const answer = await readAt('auditor', member, 'ORD-STEPWISE');
      expect(answer).toContain('check policy [/Channel/Application/Writers]');
    },
  );

  it.each(['auditor', 'bank'] as const)(
    "cannot be asked for at the auditor's peer, which runs no chaincode, by the %s",
    async (client) => {
      const answer = await readAt(client, 'auditor', 'ORD-STEPWISE');
      expect(answer).toContain('no peers available to evaluate chaincode');
    },
  );

  it.each([
    ['bank', true],
    ['logistics', true],
    ['merchant', false],
    ['auditor', false],
  ] as const)("is on the disk of the %s's peer: %s", (organisation, isThere) => {
    const data = filesUnder(join(peerFolder(organisation), 'data'), []).map(readBytes);
    const texts = bothOrders().flatMap(({ addresses }) =>
      addresses.addresses.map(({ text }) => text),
    );
    const needles = [...new Set(texts)].map((text) => Buffer.from(text));
    expect(foundIn(data, needles).length > 0).toBe(isThere);
    expect(foundIn(data, [Buffer.from('ORD-STEPWISE')])).toEqual(['ORD-STEPWISE']);
  });

  const writing = {
    arguments: [ADDRESS_COLLECTION, ROWS.address.key(MERCHANT, 'ORD-STEPWISE', LOGISTICS)],
    transientData: { private: 'a false address' },
  };

  it("refuses to be written by the merchant's client", async () => {
    const gateway = await gateways.as('merchant', 'cashier', MERCHANT);
    const endorsingOrganizations = ['BankMSP', 'LogisticsMSP'];
    const proposal = gateway.contract.newProposal('probe:write', {
      ...writing,
      endorsingOrganizations,
    });
    const answer = await proposal.endorse(soon()).then(() => 'endorsed', textOf);
    expect(answer).toContain('does not have write access permission');
  });

  it('refuses what bank and merchant endorse without logistics', async () => {
    const gateway = await gateways.as('bank', 'teller', BANK);
    const endorsingOrganizations = ['BankMSP', 'MerchantMSP'];
    const proposal = gateway.contract.newProposal('probe:write', {
      ...writing,
      endorsingOrganizations,
    });
    const sent = await (await proposal.endorse(soon())).submit(soon());
    const { code } = await sent.getStatus(soon());
    expect(code).toBe(StatusCode.ENDORSEMENT_POLICY_FAILURE);
    await everywhere();
    const kept: unknown = JSON.parse(await readAt('bank', 'bank', 'ORD-STEPWISE'));
    expect(kept).toEqual(stepwise.addresses);
  });
});

/** Every form in which a guess could find an address again: plain, in micro-degrees, hashed without salt. */
function canaries({ addresses: { addresses, salt } }: Purchase): Buffer[] {
  const plain = addresses.flatMap(({ text, latitude, longitude, ...rest }) => [
    text,
    String(latitude),
    String(longitude),
    `${latitude},${longitude}`,
    JSON.stringify({ ...rest, latitude, longitude, text }),
  ]);
  const digests = plain.map((text) => createHash('sha256').update(text).digest());
  const encoded = [...plain.map((text) => Buffer.from(text)), ...digests].flatMap((bytes) => [
    bytes.toString('hex'),
    bytes.toString('base64'),
  ]);
  return [...digests, ...[...plain, ...encoded, salt].map((text) => Buffer.from(text))];
}

async function allBlocks(): Promise<Buffer[]> {
  const auditor = await network.clients.connection('merchant', 'auditor');
  const height = await auditor.height();
  const blocks: Buffer[] = [];
  for await (const block of auditor.blocks(0n)) {
    blocks.push(Buffer.from(block.serializeBinary()));
    if (BigInt(blocks.length) === height) break;
  }
  return blocks;
}

/** @returns the needles that the hay contains. */
const foundIn = (hay: readonly Buffer[], needles: readonly Buffer[]): string[] =>
  needles
    .filter((needle) => hay.some((bytes) => bytes.includes(needle)))
    .map((needle) => needle.toString('utf8'));

describe('blocks and logs', () => {
  it('hold no address, no coordinate and no bare hash of them', async () => {
    const blocks = await allBlocks();
    const needles = bothOrders().flatMap(canaries);
    expect(foundIn(blocks, needles)).toEqual([]);
    const order = Buffer.from('ORD-STEPWISE');
    expect(foundIn(blocks, [order, Buffer.from('a false address')])).toEqual(['ORD-STEPWISE']);
    console.log(`${needles.length} canaries in ${blocks.length} blocks: none`);
  });

  it('appear in no log of a node', () => {
    const { nodes } = networkStatus(network.home);
    const logs = nodes.map(({ name }) => Buffer.from(networkLogs(network.home, name, 100_000)));
    expect(foundIn(logs, bothOrders().flatMap(canaries))).toEqual([]);
    expect(Buffer.concat(logs).length).toBeGreaterThan(10_000);
  });
});

describe('after the delivery', () => {
  it.each(['ORD-STEPWISE', 'ORD-EXPRESS'])(
    'nobody can read the address of %s any more',
    async (orderNumber) => {
      const key = { merchantId: MERCHANT, orderNumber };
      const logistics = await courier();
      const asked = { ...key, ref: `home-${orderNumber}` };
      expect(await logistics.readAddress(asked)).toMatchObject({
        text: firstOf(stepwise.addresses.addresses).text,
      });
      await logistics.deliver(key);
      await everywhere();
      await expect(logistics.readAddress(asked)).rejects.toMatchObject({ code: 'ADDRESS_UNKNOWN' });
      expect(await readAt('bank', 'bank', orderNumber)).toBe('');
      expect(await readAt('logistics', 'logistics', orderNumber)).toBe('');
    },
  );

  it('nor find it in a block after the purge', async () => {
    expect(foundIn(await allBlocks(), bothOrders().flatMap(canaries))).toEqual([]);
  });
});
