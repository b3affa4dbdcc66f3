// SPDX-License-Identifier: Apache-2.0
// The doctor's rules on data, without a network.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { countPorts, defaultTopology, planNetwork } from '@fabric-offline-pay/operate';
import { whyNot } from './ask-nodes.js';
import {
  certificateChecks,
  certificatesUnder,
  type FoundCertificate,
} from './certificate-checks.js';
import { clockCheck, secondsAhead, type NodeClock } from './clock-difference.js';
import { diskCheck } from './disk-check.js';
import { pingHttp2 } from './ping-http2.js';
import { plannedPorts, portChecks, type PortUse } from './port-checks.js';
import { goCheck } from './prerequisite-checks.js';
import { saysHeld } from '../../../nodes/common/src/system/process-state.js';
import { foldersWithPrograms, versionIn } from './program-checks.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2030, 0, 1);

describe('certificates', () => {
  const ending = (days: number, isAuthority = false): FoundCertificate => ({
    file: `${days}.pem`,
    subject: `name-${days}`,
    isAuthority,
    validUntil: NOW + days * DAY,
  });

  test('when all are valid, one check names the first to expire', () => {
    const [only, ...others] = certificateChecks([ending(400), ending(31)], NOW);
    expect(only).toMatchObject({
      outcome: 'ok',
      found: expect.stringContaining('name-31') as string,
    });
    expect([only?.found, others]).toEqual([expect.stringContaining('in 31 days'), []]);
  });

  test.each([
    [30, 'ok'],
    [29, 'warning'],
    [0, 'warning'],
    [-0.01, 'failed'],
    [-3, 'failed'],
  ])('with %d days left: %s', (days, outcome) => {
    expect(certificateChecks([ending(days), ending(400)], NOW)).toMatchObject([{ outcome }]);
  });

  test('an authority has another remedy than the certificates that it issued', () => {
    const [leaf, root] = certificateChecks([ending(1), ending(2, true)], NOW);
    expect(leaf?.remedy).not.toBe(root?.remedy);
  });

  test('are found in every folder except those of ledgers, and named once', () => {
    const home = mkdtempSync(join(tmpdir(), 'doctor-'));
    const [first = '', second = ''] = rootCertificates;
    try {
      for (const place of ['msp', 'ca', join('nodes', 'data')])
        mkdirSync(join(home, place), { recursive: true });
      writeFileSync(join(home, 'ca', 'ca-cert.pem'), `${first}\n${second}\n`);
      writeFileSync(join(home, 'msp', 'copy.pem'), first);
      writeFileSync(join(home, 'msp', 'key.pem'), 'no certificate');
      writeFileSync(join(home, 'nodes', 'data', 'other.pem'), rootCertificates[2] ?? '');
      const found = certificatesUnder(home);
      expect(found).toHaveLength(2);
      expect(found.every(({ isAuthority }) => isAuthority)).toBe(true);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});

describe('clocks', () => {
  test.each([
    ['within the second to which it is rounded', 10_900, 10_950, 10_000, 0],
    ['within the time of the answer', 9_900, 12_400, 12_000, 0],
    ['ahead', 10_000, 10_500, 15_000, 4.5],
    ['behind', 10_000, 10_500, 5_000, -4],
  ])('%s', (_, sentAt, receivedAt, toldAt, seconds) => {
    expect(secondsAhead({ sentAt, receivedAt, toldAt })).toBe(seconds);
  });

  const clockAhead = (node: string, seconds: number): NodeClock => {
    const sentAt = 1_000_000;
    const toldAt = sentAt + seconds * 1_000 - (seconds < 0 ? 1_000 : 0);
    return { node, clock: { sentAt, receivedAt: sentAt, toldAt } };
  };

  test.each([
    [[0, 0], 'ok', 'less than 1 s'],
    [[3, 0], 'ok', 'a is 3.0 s ahead of this machine'],
    [[3, -3], 'warning', 'a is 6.0 s ahead of b'],
    [[-61, 0], 'failed', '61.0 s ahead of a'],
  ] as const)('%j: %s', ([a, b], outcome, found) => {
    expect(clockCheck([clockAhead('a', a), clockAhead('b', b)])).toMatchObject({
      outcome,
      found: expect.stringContaining(found) as string,
    });
  });

  test('are not asked when no node says its time', () => {
    expect(clockCheck([]).outcome).toBe('not asked');
  });
});

describe('ports', () => {
  const use: PortUse = {
    host: '127.0.0.1',
    port: 17_051,
    node: 'bank-peer',
    isFree: true,
    owner: undefined,
    isOurs: false,
  };

  test('checks every port of a plan once', () => {
    const ports = plannedPorts(planNetwork(defaultTopology, '/home', 17_050)).map(
      ({ port }) => port,
    );
    const count = countPorts(defaultTopology);
    expect(ports.sort()).toEqual(Array.from({ length: count }, (_, index) => 17_050 + index));
  });

  test('is good for free ports and our own processes, and names a stranger', () => {
    const own = { ...use, isFree: false, isOurs: true, owner: { pid: 7, program: 'peer' } };
    expect(portChecks([use, own])).toMatchObject([
      { outcome: 'ok', found: '17051 to 17051: 1 held by this network, 1 free' },
    ]);
    const stranger = { ...own, isOurs: false, owner: { pid: 42, program: 'nginx' } };
    const hidden = { ...stranger, port: 17_052, owner: undefined };
    expect(portChecks([use, stranger, hidden])).toMatchObject([
      {
        name: 'port 17051',
        outcome: 'failed',
        found: expect.stringContaining('process 42 (nginx)') as string,
      },
      { name: 'port 17052', outcome: 'failed' },
    ]);
  });

  test('another network of ours: one finding, and how to end that network', () => {
    const owner = { pid: 42, program: 'peer', home: '/srv/other' };
    const held = { ...use, isFree: false, owner };
    const checks = portChecks([held, { ...held, port: 17_052 }]);
    expect(checks).toMatchObject([
      {
        name: 'ports',
        outcome: 'failed',
        found: '17051, 17052: held by the network in /srv/other',
      },
    ]);
    expect(checks[0]?.remedy).toContain("npx offpay stop --home '/srv/other'");
  });
});

describe('programs', () => {
  test.each([
    ['peer:\n Version: 2.5.0\n Commit SHA: x\n Go version: go1.26.8', '2.5.0'],
    ['fabric-ca-server:\n Version: v1.5.15\n', '1.5.15'],
    ['Fabric peer server version 1.4.12', undefined],
  ])('%j is %s', (text, version) => {
    expect(versionIn(text)).toBe(version);
  });

  test('proposes a folder of PATH that holds all of them', () => {
    const path = ['/usr/bin', '', '/opt/some', '/opt/all', '/opt/all'].join(':');
    const isThere = (file: string): boolean =>
      file.startsWith('/opt/all/') || file === '/opt/some/peer';
    expect(foldersWithPrograms(path, isThere)).toEqual(['/opt/all']);
  });

  test.each([
    [undefined, false, 'failed'],
    [undefined, true, 'ok'],
    ['1.23.9', false, 'failed'],
    ['1.24.0', false, 'ok'],
    ['1.26.8', false, 'ok'],
  ])('Go %s, with programs ready: %s: %s', (version, isReady, outcome) => {
    expect(goCheck(version, '1.26.0', isReady).outcome).toBe(outcome);
  });
});

test.each([
  [3e9, 'ok'],
  [1e9, 'warning'],
  [1e8, 'failed'],
])('%d bytes free: %s', (free, outcome) => {
  expect(diskCheck('/home', free).outcome).toBe(outcome);
});

test.each([
  ['Name:\tpeer\nState:\tT (stopped)\n', true],
  ['Name:\tpeer\nState:\tt (tracing stop)\n', true],
  ['Name:\tT\nState:\tS (sleeping)\n', false],
])('%j is held: %s', (text, held) => {
  expect(saysHeld(text)).toBe(held);
});

describe('a server that accepts connections and does not answer', () => {
  const sockets: Socket[] = [];
  let server: Server;

  beforeAll(() => {
    server = createServer((socket) => sockets.push(socket));
    return new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });

  test('does not answer a ping, and the text says so', async () => {
    const { port } = server.address() as AddressInfo;
    const tls = { root: '', cert: '', key: '' };
    const endpoint = { kind: 'tls', host: '127.0.0.1', port } as const;
    const reason = await pingHttp2(endpoint, tls, 50).catch(whyNot);
    expect(reason).toBe('does not answer within 3 s');
  });
});
