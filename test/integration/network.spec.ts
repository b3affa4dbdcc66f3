// SPDX-License-Identifier: Apache-2.0
// The network's life on real nodes: up, harmed, upgraded, down, up over kept data, reset.
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  describedOrganisation,
  downNetwork,
  enrolIdentity,
  enrolTls,
  killNode,
  type NetworkDescription,
  networkLogs,
  networkStatus,
  type OrganisationDescription,
  readDescription,
  resetNetwork,
  restartNode,
  revokeIdentity,
  startService,
  stopService,
  upNetwork,
  waitForNode,
} from '@fabric-offline-pay/operate';
import { defined, firstOf, itemWhere } from '../support/defined.js';

const BUILD_AND_UP_MS = 900_000;
const run = promisify(execFile);

const CONTRACT = `
const { Contract } = require('fabric-contract-api');
class Probe extends Contract {
  async put(ctx, key, value) { await ctx.stub.putState(key, Buffer.from(value)); }
  async get(ctx, key) { return 'v1:' + (await ctx.stub.getState(key)).toString(); }
  async caller(ctx) {
    const { clientIdentity } = ctx;
    return ['role', 'actor'].map((name) => clientIdentity.getAttributeValue(name)).join(' of ');
  }
}
exports.contracts = [Probe];
`;

let folder: string;
let home: string;
let chaincodeDirectory: string;
let network: NetworkDescription;

const up = (): Promise<NetworkDescription> =>
  upNetwork({ home, ports: 'free', chaincodeDirectory });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'network-'));
  home = join(folder, 'home');
  chaincodeDirectory = join(folder, 'probe');
  mkdirSync(chaincodeDirectory);
  writeFileSync(join(chaincodeDirectory, 'package.json'), '{"name":"probe","main":"index.js"}');
  writeFileSync(join(chaincodeDirectory, 'index.js'), CONTRACT);
  symlinkSync(
    join(__dirname, '..', '..', 'node_modules'),
    join(chaincodeDirectory, 'node_modules'),
  );
  network = await up();
}, BUILD_AND_UP_MS);

afterAll(async () => {
  await downNetwork({ home });
  rmSync(folder, { recursive: true });
});

describe('a network that came up from nothing', () => {
  it('runs every node under its supervisor', () => {
    const status = networkStatus(home);
    expect(status).toMatchObject({ isUp: true, supervisor: { running: true } });
    const endorsers = ['bank', 'logistics', 'merchant'].flatMap((organisation) =>
      ['ca', 'chaincode', 'orderer', 'peer'].map((kind) => `${kind} of ${organisation}`),
    );
    expect(
      status.nodes.map(({ kind, organisation }) => `${kind} of ${organisation}`).sort(),
    ).toEqual([...endorsers, 'ca of auditor', 'peer of auditor'].sort());
  });

  it('describes itself to its clients', () => {
    expect(readDescription(home)).toEqual(network);
    expect(network).toMatchObject({ channel: 'offline-pay', chaincode: { sequence: 1 } });
    const roles = network.organisations.map(({ mspId, identities }) => [
      mspId,
      identities.map(({ role }) => role),
    ]);
    expect(roles).toEqual([
      [
        'BankMSP',
        ['auditor', 'auth-service', 'bank-node', 'customer-channel', 'operator', 'teller'],
      ],
      ['MerchantMSP', ['auditor', 'cashier', 'operator', 'terminal']],
      ['LogisticsMSP', ['auditor', 'courier', 'dispatcher', 'operator']],
      ['AuditorMSP', ['auditor', 'operator', 'reporter']],
    ]);
    expect(network.organisations.map(({ readsOnly }) => readsOnly)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('shows the chaincode who calls, by the attributes in the certificate', async () => {
    await expect(query('bank', 'teller', 'caller')).resolves.toBe('teller of bank-1');
    await expect(query('logistics', 'courier', 'caller')).resolves.toBe('courier of logistics-1');
  });

  it('commits what the bank and another endorse', async () => {
    await expect(submit(['bank', 'merchant'], 'put', 'a', '1')).resolves.toContain('(VALID)');
    await expect(submit(['bank', 'logistics'], 'put', 'b', '2')).resolves.toContain('(VALID)');
    await expect(query('merchant', 'cashier', 'get', 'a')).resolves.toBe('v1:1');
  });

  it.each([[['bank']], [['merchant', 'logistics']]])(
    'marks as invalid what %j endorse',
    async (endorsers) => {
      await expect(submit(endorsers, 'put', 'a', 'forged')).rejects.toThrow(
        'ENDORSEMENT_POLICY_FAILURE',
      );
    },
  );

  it("opens health, metrics and channel participation to the organisation's operator alone", async () => {
    const bank = describedOrganisation(network, 'bank');
    const merchant = describedOrganisation(network, 'merchant');
    const tls = await enrolTls(home, 'bank', { name: 'a-service', hosts: ['127.0.0.1'] });
    const orderer = firstOf(bank.orderers);
    const health = `https://${bank.peer.operationsEndpoint}/healthz`;
    const channels = `https://${orderer.adminEndpoint}/participation/v1/channels`;
    await expect(httpStatus(health, bank, bank.operations)).resolves.toBe(200);
    await expect(httpStatus(channels, bank, bank.operations)).resolves.toBe(200);
    for (const url of [health, channels]) {
      await expect(httpStatus(url, bank)).rejects.toThrow();
      await expect(httpStatus(url, bank, tls)).rejects.toThrow();
      await expect(httpStatus(url, bank, bank.admin)).rejects.toThrow();
      await expect(httpStatus(url, bank, merchant.operations)).rejects.toThrow();
    }
  });

  it('is not changed by another up', async () => {
    const before = networkStatus(home).nodes.map(({ pid }) => pid);
    await expect(up()).resolves.toEqual(network);
    expect(networkStatus(home).nodes.map(({ pid }) => pid)).toEqual(before);
  });
});

describe('certificates', () => {
  it('issues one to a new identity, once', async () => {
    const wanted = { name: 'shop-7', role: 'cashier', actor: 'shop-7' };
    const [first, second] = await Promise.all([
      enrolIdentity(home, 'merchant', wanted),
      enrolIdentity(home, 'merchant', wanted),
    ]);
    expect(second).toEqual(first);
    expect(describedOrganisation(readDescription(home), 'merchant').identities).toContainEqual(
      first,
    );
    await expect(query('merchant', 'shop-7', 'caller')).resolves.toBe('cashier of shop-7');
    const other = enrolIdentity(home, 'merchant', { ...wanted, actor: 'shop-8' });
    await expect(other).rejects.toMatchObject({ code: 'IDENTITY_CONFLICT' });
  });

  it('never lets a client take the name of a node', async () => {
    const posing = enrolIdentity(home, 'merchant', {
      name: 'administrator',
      role: 'cashier',
      actor: 'x',
    });
    await expect(posing).rejects.toMatchObject({ code: 'IDENTITY_CONFLICT' });
  });

  it('makes every peer refuse a revoked one', async () => {
    await enrolIdentity(home, 'bank', { name: 'leaver', role: 'teller', actor: 'bank-1' });
    const msp = clientMsp(describedOrganisation(readDescription(home), 'bank'), 'leaver');
    await expect(queryAs('bank', msp, 'caller')).resolves.toBe('teller of bank-1');
    await revokeIdentity(home, 'bank', 'leaver');
    await expect(queryAs('bank', msp, 'caller')).rejects.toThrow('access denied');
    const again = enrolIdentity(home, 'bank', { name: 'leaver', role: 'teller', actor: 'bank-1' });
    await expect(again).rejects.toMatchObject({ code: 'IDENTITY_CONFLICT' });
  });
});

describe('an organisation that only reads', () => {
  const reader = (): OrganisationDescription =>
    describedOrganisation(readDescription(home), 'auditor');

  /** The newest block that its own peer shows to one of its certificates. */
  const newest = (msp: string): Promise<unknown> => {
    const file = join(folder, 'newest.block');
    return peer('auditor', msp, ['channel', 'fetch', 'newest', file, '-c', network.channel]);
  };

  it('follows the channel with its own peer', async () => {
    await newest(clientMsp(reader(), 'auditor'));
    await expect(query('auditor', 'auditor', 'get', 'a')).rejects.toThrow(
      'check policy [/Channel/Application/Writers]',
    );
  });

  it('revokes what is its own: another one sends what it has signed', async () => {
    const left = { name: 'shop-7', role: 'reporter', actor: 'shop-7' };
    await enrolIdentity(home, 'auditor', left);
    const msp = clientMsp(reader(), 'shop-7');
    await newest(msp);
    await revokeIdentity(home, 'auditor', 'shop-7');
    await expect(newest(msp)).rejects.toThrow('FORBIDDEN');
    expect(reader().identities.map(({ name }) => name)).not.toContain('shop-7');
  });
});

describe('a network under harm', () => {
  it('starts a killed peer again, with its data', async () => {
    const killed = await killNode(home, 'merchant-peer', 'SIGKILL');
    await waitForNode(home, 'merchant-peer');
    const peer = networkStatus(home).nodes.find(({ name }) => name === 'merchant-peer');
    expect(peer).toMatchObject({ state: 'running', restarts: 1, lastExit: { signal: 'SIGKILL' } });
    expect(peer?.pid).not.toBe(killed);
    await expect(query('merchant', 'cashier', 'get', 'b')).resolves.toBe('v1:2');
  });

  it('restarts a paused chaincode process on demand', async () => {
    await killNode(home, 'bank-chaincode', 'SIGSTOP');
    await restartNode(home, 'bank-chaincode');
    await expect(query('bank', 'teller', 'get', 'a')).resolves.toBe('v1:1');
  });

  it('runs a service beside the nodes until it is stopped', async () => {
    const readyFile = join(folder, 'service.ready');
    const script = `require('fs').writeFileSync(${JSON.stringify(readyFile)}, ''); setInterval(() => {}, 1000)`;
    await startService(home, {
      name: 'clerk',
      command: process.execPath,
      args: ['-e', script],
      readyFile,
    });
    const before = await killNode(home, 'clerk', 'SIGKILL');
    await waitForNode(home, 'clerk');
    await expect(killNode(home, 'clerk', 'SIGCONT')).resolves.not.toBe(before);
    await stopService(home, 'clerk');
    await expect(killNode(home, 'clerk')).rejects.toMatchObject({ code: 'NODE_UNKNOWN' });
  });

  it('names the node that has no log', () => {
    expect(networkLogs(home, 'supervisor', 1)).toContain('clerk');
    expect(() => networkLogs(home, 'nobody')).toThrow(
      expect.objectContaining({ code: 'NODE_UNKNOWN' }) as Error,
    );
  });
});

describe('changed chaincode', () => {
  it('is deployed with the next sequence, in one organisation other code than in the rest', async () => {
    const cheating = join(folder, 'cheating');
    cpSync(chaincodeDirectory, cheating, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(chaincodeDirectory, 'index.js'), CONTRACT.replaceAll('v1:', 'v2:'));
    writeFileSync(join(cheating, 'index.js'), CONTRACT.replaceAll('v1:', 'cheating:'));
    const options = { home, chaincodeDirectory, chaincodeDirectories: { logistics: cheating } };
    network = await upNetwork(options);
    expect(network.chaincode.sequence).toBe(2);
    await expect(query('bank', 'teller', 'get', 'a')).resolves.toBe('v2:1');
    await expect(query('logistics', 'courier', 'get', 'a')).resolves.toBe('cheating:1');
  });
});

describe('a network that goes down', () => {
  it('leaves no process, and comes up again with its data', async () => {
    await downNetwork({ home });
    expect(networkStatus(home)).toMatchObject({
      isUp: false,
      supervisor: { running: false },
      nodes: [],
    });
    expect(processesOf(home)).toEqual([]);
    await expect(up()).resolves.toMatchObject({ chaincode: { sequence: 2 } });
    await expect(query('logistics', 'courier', 'get', 'b')).resolves.toBe('v2:2');
    await expect(submit(['bank', 'merchant'], 'put', 'c', '3')).resolves.toContain('(VALID)');
  });

  it('leaves no process when its supervisor was killed before', async () => {
    const { pid } = networkStatus(home).supervisor;
    process.kill(defined(pid, 'process id of the supervisor'), 'SIGKILL');
    await eventually(() =>
      networkStatus(home).nodes.every(({ state }) => state === 'unsupervised'),
    );
    await downNetwork({ home });
    expect(processesOf(home)).toEqual([]);
  });

  it('leaves nothing at all after a reset', async () => {
    await resetNetwork({ home });
    expect(readdirSync(home)).toEqual(['run']);
    expect(() => readDescription(home)).toThrow(
      expect.objectContaining({ code: 'NETWORK_NOT_UP' }) as Error,
    );
  });
});

async function eventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    expect(Date.now()).toBeLessThan(deadline);
    await new Promise(setImmediate);
  }
}

/** Processes whose command line names the home, as any of its nodes' does. */
function processesOf(place: string): string[] {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return numbers.map(commandLine).filter((command) => command.includes(place));
}

function commandLine(pid: string): string {
  try {
    return (
      readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8')
    );
  } catch {
    return '';
  }
}

/** An MSP folder with which the peer program acts as a client. */
function clientMsp(organisation: OrganisationDescription, name: string): string {
  const { certPath, keyPath } = itemWhere(
    organisation.identities,
    (identity) => identity.name === name,
  );
  const msp = mkdtempSync(join(folder, 'msp-'));
  const common = join(organisation.admin.mspPath, '..', 'channel');
  cpSync(join(common, 'cacerts'), join(msp, 'cacerts'), { recursive: true });
  cpSync(join(common, 'config.yaml'), join(msp, 'config.yaml'));
  cpSync(certPath, join(msp, 'signcerts', 'cert.pem'));
  cpSync(keyPath, join(msp, 'keystore', 'key.pem'));
  return msp;
}

async function query(organisationId: string, identity: string, ...args: string[]): Promise<string> {
  const organisation = describedOrganisation(readDescription(home), organisationId);
  return queryAs(organisationId, clientMsp(organisation, identity), ...args);
}

async function queryAs(organisationId: string, msp: string, ...args: string[]): Promise<string> {
  const { stdout } = await peer(organisationId, msp, ['chaincode', 'query', ...call(args)]);
  return stdout.trim();
}

/** Submits as the bank's teller with the endorsements of these organisations; returns what the peers say of it. */
async function submit(endorsers: string[], ...args: string[]): Promise<string> {
  const bank = describedOrganisation(network, 'bank');
  const peers = endorsers.flatMap((id) => {
    const endorser = describedOrganisation(network, id);
    return [
      '--peerAddresses',
      endorser.peer.endpoint,
      '--tlsRootCertFiles',
      endorser.tlsRootCertPath,
    ];
  });
  const orderer = [
    '--orderer',
    firstOf(bank.orderers).endpoint,
    '--tls',
    '--cafile',
    bank.tlsRootCertPath,
  ];
  const command = ['chaincode', 'invoke', ...call(args), ...orderer, ...peers, '--waitForEvent'];
  const { stderr } = await peer('bank', clientMsp(bank, 'teller'), command);
  return stderr;
}

function call(args: string[]): string[] {
  return [
    '-C',
    network.channel,
    '-n',
    network.chaincode.name,
    '-c',
    JSON.stringify({ Args: args }),
  ];
}

async function peer(
  organisationId: string,
  msp: string,
  args: string[],
): Promise<{ stdout: string; stderr: string }> {
  const { peerConfigPath } = describedOrganisation(network, organisationId).admin;
  const env = { ...process.env, FABRIC_CFG_PATH: peerConfigPath, CORE_PEER_MSPCONFIGPATH: msp };
  return run(join(network.programs, 'peer'), args, { env });
}

async function httpStatus(
  url: string,
  organisation: OrganisationDescription,
  client?: { certPath: string; keyPath: string },
): Promise<number | undefined> {
  const certificate =
    client === undefined
      ? {}
      : { cert: readFileSync(client.certPath), key: readFileSync(client.keyPath) };
  const ca = readFileSync(organisation.tlsRootCertPath);
  return new Promise((resolve, reject) => {
    const attempt = request(url, { ca, ...certificate, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    attempt.once('error', reject);
    attempt.end();
  });
}
