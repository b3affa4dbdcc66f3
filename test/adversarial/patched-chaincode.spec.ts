// SPDX-License-Identifier: Apache-2.0
// Organisations that run other chaincode than agreed: no set of them without the bank, and not the bank alone, can move money. And an auditor,
// who sees everything, can neither write nor help anybody to.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapLedger, describedOrganisation, issuedFiles } from '@fabric-offline-pay/operate';
import type { CommittedBlock, Connection } from '@fabric-offline-pay/sdk';
import { StatusCode } from '@hyperledger/fabric-gateway';
import { BANK, CURRENCY, LOGISTICS, MERCHANT } from '@fabric-offline-pay/testing';
import { auditedTopology, bareNetwork, type BareNetwork } from '../support/bare-network.js';
import {
  orderingArguments,
  peerAs,
  updateChannel,
  type ChannelConfig,
} from '../support/channel-update.js';
import { firstOf } from '../support/defined.js';
import { type Signatory, withEndorsement, withSender } from '../support/forged-envelope.js';
import { patchedChaincode } from '../support/patched-chaincode.js';
import { type RawGateway, RawGateways, soon, textOf } from '../support/raw-gateway.js';

/** Issues money to every caller, without any check. */
const MINT = `
replace('settlement', 'issue', async (ctx, json) => {
  const { customerId, currency, amount } = JSON.parse(json);
  const account = { customerId, money: { [currency]: { available: amount, spent: [], sinceStepUp: [] } } };
  await ctx.stub.putState('account/' + customerId, Buffer.from(JSON.stringify(account)));
  return JSON.stringify({ replayed: false, units: [], state: 'issued' });
});
`;

/** Registers couriers under the cheat's own prices. */
const CHEAPER = `
replace('logistics', 'registerCouriers', async (ctx, json) => {
  const { logisticsId, couriers } = JSON.parse(json);
  await ctx.stub.putState('courier/' + logisticsId + '/' + couriers[0].courierId, Buffer.from('{}'));
  return JSON.stringify({ replayed: false, units: [] });
});
`;

const ORGANISATIONS = ['bank', 'merchant', 'logistics'] as const;
type Organisation = (typeof ORGANISATIONS)[number];
type Anybody = Organisation | 'auditor';

const MSP: Readonly<Record<Anybody, string>> = {
  bank: 'BankMSP',
  merchant: 'MerchantMSP',
  logistics: 'LogisticsMSP',
  auditor: 'AuditorMSP',
};

/** What a peer tells who may not write to the channel. */
const NO_WRITER = 'check policy [/Channel/Application/Writers]';

let folder: string;
let network: BareNetwork;
let gateways: RawGateways;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-patched-'));
  const minting = patchedChaincode(join(folder, 'minting'), MINT);
  const cheating = patchedChaincode(join(folder, 'cheating'), MINT + CHEAPER);
  network = await bareNetwork({
    topology: auditedTopology,
    chaincodeDirectory: minting,
    chaincodeDirectories: { logistics: cheating },
  });
  await bootstrapLedger(network.clients);
  gateways = new RawGateways(network.home, network.clients.description);
}, 300_000);
afterAll(async () => {
  await gateways.close();
  await network.end();
  rmSync(folder, { recursive: true });
}, 60_000);

const AMOUNT = '999999';

/** Money out of nothing. */
function minting(customerId: string, by: readonly Organisation[]) {
  const input = { issueId: 'theft', customerId, token: 'none', currency: CURRENCY, amount: AMOUNT };
  return {
    transaction: 'settlement:issue',
    input: JSON.stringify(input),
    by: by.map((organisation) => MSP[organisation]),
  };
}

const operatorOf = (organisation: Organisation): Promise<RawGateway> =>
  gateways.as(organisation, 'operator', actorOf(organisation));

/** Has these organisations endorse money out of nothing, sends it, and says how the peers judged it. */
async function mint(
  customerId: string,
  by: readonly Organisation[],
  change: (prepared: Uint8Array) => Promise<Uint8Array> = (prepared) => Promise.resolve(prepared),
): Promise<string> {
  const operator = await operatorOf(firstOf(by));
  const endorsed = await operator.proposal(minting(customerId, by)).endorse(soon());
  const changed = operator.gateway.newTransaction(await change(endorsed.getBytes()));
  const sent = await changed.submit(soon());
  const { code, blockNumber } = await sent.getStatus(soon());
  for (const organisation of ORGANISATIONS)
    await (await network.clients.connection(organisation, 'operator')).waitForBlock(blockNumber);
  return Object.entries(StatusCode).find(([, value]) => value === code)?.[0] ?? String(code);
}

const actorOf = (organisation: Anybody): string =>
  describedOrganisation(network.clients.description, organisation).actor;

/** What every organisation's own peer says of the account. */
const balances = (customerId: string): Promise<string[]> =>
  Promise.all(
    ORGANISATIONS.map(async (organisation) => {
      const { settlement } = await network.clients.client(organisation, 'operator');
      return (await settlement.readAccount({ customerId, currency: CURRENCY })).available;
    }),
  );

describe('all organisations run chaincode that mints money', () => {
  it.each([
    { by: ['merchant', 'logistics'] as const },
    { by: ['bank'] as const },
    { by: ['merchant'] as const },
    { by: ['logistics'] as const },
  ])('$by cannot commit any', async ({ by }) => {
    const customerId = `thief-${by.join('-')}`;
    expect(await mint(customerId, by)).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await balances(customerId)).toEqual(['0', '0', '0']);
  });

  it.each([{ by: ['bank', 'merchant'] as const }, { by: ['bank', 'logistics'] as const }])(
    '$by could, so what stops the others is the policy',
    async ({ by }) => {
      const customerId = `pair-${by.join('-')}`;
      expect(await mint(customerId, by)).toBe('VALID');
      expect(await balances(customerId)).toEqual([AMOUNT, AMOUNT, AMOUNT]);
    },
  );
});

describe('logistics alone runs chaincode that answers differently', () => {
  it('is found out by the SDK, and nothing is sent', async () => {
    const dispatcher = await network.clients.connection('logistics', 'dispatcher', LOGISTICS);
    const before = await dispatcher.height();
    const courier = {
      courierId: 'courier-1',
      active: true,
      depot: { latitude: 0, longitude: 0 },
      tariffs: [{ currency: CURRENCY, base: '1', perKm: '1', perKg: '1' }],
      areas: [{ centre: { latitude: 0, longitude: 0 }, radiusMetres: 1 }],
      categories: ['43000000'],
    };
    const registering = dispatcher.client.logistics.registerCouriers(
      { logisticsId: LOGISTICS, couriers: [courier] },
      { retries: { attempts: 2 } },
    );
    await expect(registering).rejects.toMatchObject({ code: 'ENDORSEMENT_MISMATCH' });
    expect(await dispatcher.height()).toBe(before);
    const { couriers } = await dispatcher.client.logistics.listCouriers({ logisticsId: LOGISTICS });
    expect(couriers).toEqual([]);
  });

  it('does not stop parties that do not need it', async () => {
    const { goods } = await network.clients.client('bank', 'teller');
    const merchants = [
      { merchantId: MERCHANT, mspId: MSP.merchant, active: true, licence: null, categories: [] },
    ];
    const { attempts } = await goods.licenseMerchants({ bankId: BANK, merchants });
    expect(attempts).toBe(1);
  });
});

describe('one organisation wants other chaincode, with a policy that needs only itself', () => {
  const upgrade = (organisation: Anybody, version = 'captured') => [
    ...[
      '--channelID',
      network.clients.channel,
      '--name',
      network.clients.description.chaincode.name,
    ],
    ...['--version', version, '--sequence', '2'],
    ...['--signature-policy', `OR('${MSP[organisation]}.peer')`],
    ...['--collections-config', join(network.home, 'channel', 'collections.json')],
  ];

  const lifecycle = (organisation: Anybody, ...args: string[]): Promise<string> =>
    peerAs(network.clients.description, organisation, ['lifecycle', 'chaincode', ...args]);

  const ordering = (): string[] => orderingArguments(network.clients.description);

  const endorsing = (...organisations: readonly Organisation[]): string[] =>
    organisations.flatMap((id) => {
      const { peer, tlsRootCertPath } = describedOrganisation(network.clients.description, id);
      return ['--peerAddresses', peer.endpoint, '--tlsRootCertFiles', tlsRootCertPath];
    });

  const readCommitted = async (): Promise<unknown> => {
    const { channel, description } = network.clients;
    const where = ['--channelID', channel, '--name', description.chaincode.name];
    return JSON.parse(await lifecycle('bank', 'querycommitted', ...where, '--output', 'json'));
  };

  it.each(ORGANISATIONS)('%s may approve it for itself, and can never commit it', async (id) => {
    const before = await readCommitted();
    await lifecycle(id, 'approveformyorg', ...upgrade(id), ...ordering());
    const alone = lifecycle(id, 'commit', ...upgrade(id), ...ordering(), ...endorsing(id));
    await expect(alone).rejects.toThrow('ENDORSEMENT_POLICY_FAILURE');
    const all = [...ordering(), ...endorsing(...ORGANISATIONS)];
    const asking = lifecycle(id, 'commit', ...upgrade(id), ...all);
    await expect(asking).rejects.toThrow('chaincode definition not agreed to by this org');
    expect(await readCommitted()).toEqual(before);
    expect(before).toMatchObject({ sequence: 1 });
  });

  it('the auditor cannot even approve it for itself', async () => {
    const approving = lifecycle('auditor', 'approveformyorg', ...upgrade('auditor'), ...ordering());
    await expect(approving).rejects.toThrow(/'Writers' sub-policies/);
  });

  describe('or two of them, without the bank', () => {
    const pair = ['merchant', 'logistics'] as const;
    const terms = () => upgrade('merchant', 'captured-by-two');

    it('may approve it', async () => {
      for (const id of pair) await lifecycle(id, 'approveformyorg', ...terms(), ...ordering());
    });

    it('and can never commit it: they would mint', async () => {
      const sending = [...terms(), ...ordering(), ...endorsing(...pair)];
      const committing = lifecycle('merchant', 'commit', ...sending);
      await expect(committing).rejects.toThrow('ENDORSEMENT_POLICY_FAILURE');
    });
  });
});

describe('the channel', () => {
  /** A policy that one administrator, or one peer, of any organisation satisfies. */
  const anyOne = (name: 'Admins' | 'Endorsement') => ({
    type: 3,
    value: { rule: 'ANY', sub_policy: name },
  });

  const decideChaincode = ({ groups }: ChannelConfig): void => {
    groups.Application.policies.LifecycleEndorsement.policy = anyOne('Endorsement');
  };

  const changes: Readonly<Record<string, (channel: ChannelConfig) => void>> = {
    'who may change the chaincode': decideChaincode,
    'who may change the application': ({ groups }) => {
      groups.Application.policies.Admins.policy = anyOne('Admins');
    },
    'who may change the channel': ({ policies }) => {
      policies.Admins.policy = anyOne('Admins');
    },
    'who its members are': ({ groups }) => {
      delete groups.Application.groups['BankMSP'];
    },
  };

  const update = (
    signers: readonly Organisation[],
    change: (channel: ChannelConfig) => void,
  ): Promise<void> => updateChannel(network.clients.description, signers, change);

  it.each(Object.entries(changes))(
    'does not let merchant and logistics decide %s',
    async (_, change) => {
      const updating = update(['merchant', 'logistics'], change);
      await expect(updating).rejects.toThrow(/policy for .* not satisfied/);
    },
  );

  it('does not let the bank decide alone', async () => {
    const updating = update(['bank'], decideChaincode);
    await expect(updating).rejects.toThrow(/policy for .* not satisfied/);
  });

  it('follows the bank and another, so the policy is what stops the others', async () => {
    await update(['merchant', 'bank'], decideChaincode);
  });
  it('does not let merchant and logistics decide who orders', async () => {
    const updating = update(['merchant', 'logistics'], ({ groups }) => {
      groups.Orderer.policies.Admins.policy = anyOne('Admins');
    });
    await expect(updating).rejects.toThrow(/policy for .* not satisfied/);
  });
});

describe('an auditor', () => {
  const described = (id: Anybody) => describedOrganisation(network.clients.description, id);

  /** Whoever runs a peer has its key, and can sign with it what the peer would never answer. */
  function keyOfPeer(id: Anybody): Signatory {
    const { mspId, peer } = described(id);
    const folder = join(network.home, 'organisations', id);
    const { cert, key } = issuedFiles(folder, 'ca', peer.name);
    return { mspId, certPath: cert, keyPath: key };
  }

  const asAuditor = (): Promise<Connection> => network.clients.connection('auditor', 'auditor');

  it('reads every block from its own peer, as the bank reads it', async () => {
    const bank = await network.clients.connection('bank', 'operator');
    const own = await asAuditor();
    const height = await bank.height();
    await own.waitForBlock(height - 1n);
    expect(await own.height()).toBe(height);
    const [theirs, ours] = await Promise.all([upTo(bank, height), upTo(own, height)]);
    expect(ours).toEqual(theirs);
    expect(ours.at(0)?.number).toBe(0n);
    const minted = ours.flatMap(({ transactions }) =>
      transactions.flatMap(({ changes }) => changes),
    );
    expect(minted.map(({ key }) => key)).toContain('account/pair-bank-merchant');
  });

  it.each(['auditor', 'operator', 'reporter'] as const)(
    'has no certificate with which an endorser takes a call: %s',
    async (role) => {
      const gateway = await gateways.as('auditor', role, actorOf('auditor'));
      const sending = gateway.proposal(minting('auditors-friend', ['bank', 'merchant']));
      const answer = await sending.endorse(soon()).then(() => 'endorsed', textOf);
      expect(answer).toContain(NO_WRITER);
      expect(await gateway.codeOf(minting('auditors-friend', ['bank']))).toContain(NO_WRITER);
    },
  );

  it('hears from the SDK that it may not', async () => {
    const { client } = await network.clients.connection('auditor', 'operator');
    const issue = { issueId: 'theft', customerId: 'auditors-friend', token: 'none' };
    const issuing = client.settlement.issue({ ...issue, currency: CURRENCY, amount: AMOUNT });
    await expect(issuing).rejects.toMatchObject({ code: 'IDENTITY_REJECTED' });
  });

  it('cannot send what others have endorsed: orderers refuse it', async () => {
    const operator = await operatorOf('bank');
    const minted = operator.proposal(minting('auditors-friend', ['bank', 'merchant']));
    const prepared = (await minted.endorse(soon())).getBytes();
    const { mspId, identities } = described('auditor');
    const sender = firstOf(identities);
    const { gateway } = await gateways.as('auditor', sender.role, sender.actor);
    const forged = await withSender(prepared, { mspId, ...sender });
    const answer = await gateway
      .newTransaction(forged)
      .submit(soon())
      .then(() => 'taken', textOf);
    expect(answer).toMatch(/FORBIDDEN.*'Writers'/s);
    expect(await balances('auditors-friend')).toEqual(['0', '0', '0']);
  });

  it.each([
    ['auditor', 'ENDORSEMENT_POLICY_FAILURE', '0'],
    ['merchant', 'VALID', AMOUNT],
  ] as const)(
    "beside the bank's endorsement, that of the %s's peer makes: %s",
    async (second, code, amount) => {
      const customerId = `friend-by-${second}`;
      const add = (prepared: Uint8Array) => withEndorsement(prepared, keyOfPeer(second));
      expect(await mint(customerId, ['bank'], add)).toBe(code);
      expect(await balances(customerId)).toEqual([amount, amount, amount]);
    },
  );

  it('decides nothing about the channel, not even beside the bank', async () => {
    const adding = (signers: readonly Anybody[]) =>
      updateChannel(network.clients.description, signers, ({ groups }) => {
        groups.Application.policies.Admins.policy = {
          type: 3,
          value: { rule: 'ANY', sub_policy: 'Admins' },
        };
      });
    await expect(adding(['auditor', 'bank'])).rejects.toThrow(/policy for .* not satisfied/);
    await expect(adding(['bank', 'merchant', 'auditor'])).rejects.toThrow(/'Writers'/);
  });
});

/** All blocks below a height. */
async function upTo(connection: Connection, height: bigint): Promise<CommittedBlock[]> {
  const blocks: CommittedBlock[] = [];
  for await (const block of connection.committedBlocks()) {
    blocks.push(block);
    if (block.number + 1n >= height) break;
  }
  return blocks;
}
