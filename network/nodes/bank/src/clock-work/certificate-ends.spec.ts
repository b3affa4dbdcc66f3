// SPDX-License-Identifier: Apache-2.0
// The ends of a node's own files: read from real certificates and lists, and warned of in time.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeMetrics } from '@fabric-offline-pay/node-common/node';
import { TestAuthority } from '../../../common/src/testing/certificates.js';
import { endingFiles, endSubjects, fileEnds, warningDays } from './certificate-ends.js';
import { certificateFigures } from './certificate-figures.js';

const DAY = 86_400_000;
/** Of every certificate of the test. */
const CERTIFICATES_END = Date.parse('2120-01-01T00:00:00Z');
const LIST_ENDS = Date.parse('2030-06-01T00:00:00Z');

let folder: string;
const authority = new TestAuthority('ca.bank');

function write(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-ends-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function filesOf(revocations = authority.revocations({ until: '20300601000000Z' })) {
  const root = write('root.pem', authority.root);
  const own = write('own.pem', authority.issue({ commonName: 'bank' }).cert);
  return endingFiles({
    tls: {
      ...{ cert: own, key: own, clientRoots: [root] },
      revocations: write('crl.pem', revocations),
    },
    ledger: {
      ...{ peers: [], tlsRoot: root, mspId: 'BankMSP', actor: 'bank-1' },
      ...{ channel: 'c', chaincode: 'offpay', organisations: {} },
      identities: { teller: { certificate: own, privateKey: own } },
    },
  });
}

test('each certificate and the revocation list is read, and named without its path', () => {
  expect(fileEnds(filesOf())).toEqual([
    ...['tls', 'ledger-tls-root', 'client-root-1', 'ledger-teller'].map((name) => ({
      name,
      end: CERTIFICATES_END,
    })),
    { name: 'revocations', end: LIST_ENDS },
  ]);
});

test('a file that is missing, damaged, or of another authority is unreadable', () => {
  const other = new TestAuthority('ca.other').revocations();
  const files = filesOf(other);
  write('own.pem', 'damaged');
  rmSync(join(folder, 'root.pem'));
  expect(endSubjects(fileEnds(files), 0)).toEqual(
    ['tls', 'ledger-tls-root', 'client-root-1', 'ledger-teller', 'revocations'].map(
      (name) => `${name}/unreadable`,
    ),
  );
  write('root.pem', authority.root);
  expect(endSubjects(fileEnds(filesOf(other)), 0)).toEqual(['revocations/unreadable']);
});

test.each([
  [31, undefined],
  [30, 30],
  [8, 30],
  [7, 7],
  [2, 7],
  [1, 1],
  [-1, 1],
])('%s days before the end the warning is that of %s days', (left, days) => {
  expect(warningDays(100 * DAY, (100 - left) * DAY)).toBe(days);
});

test('an operator is warned again as the end comes nearer', () => {
  const subjects = (left: number) => endSubjects(fileEnds(filesOf()), LIST_ENDS - left * DAY);
  expect(subjects(31)).toEqual([]);
  expect(subjects(20)).toEqual(['revocations/30']);
  expect(subjects(3)).toEqual(['revocations/7']);
});

test('figures say when each ends', async () => {
  const metrics = new NodeMetrics('bank');
  certificateFigures(metrics)([
    { name: 'tls', end: CERTIFICATES_END },
    { name: 'revocations', end: undefined },
  ]);
  const text = await metrics.registry.metrics();
  expect(text).toContain(
    `offpay_certificate_end_timestamp_seconds{certificate="tls",node="bank"} ${CERTIFICATES_END / 1000}`,
  );
  expect(text).toContain('{certificate="revocations",node="bank"} 0');
});
