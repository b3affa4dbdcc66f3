// SPDX-License-Identifier: Apache-2.0
// A certificate that nobody can use is told before a node needs it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAuthority } from '../../../nodes/common/src/testing/certificates.js';
import { faultIn, unusableCertificates } from './certificate-folders.js';

const authority = new TestAuthority('tls ca');
const other = new TestAuthority('another ca');
const { cert, key } = authority.issue({ commonName: 'bank-peer' });

let home: string;
let folder: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'doctor-certificates-'));
  folder = join(home, 'organisations', 'bank', 'certificates', 'tlsca', 'bank-peer');
  mkdirSync(folder, { recursive: true });
  const files = { 'cert.pem': cert, 'key.pem': key, 'ca.pem': authority.root };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterEach(() => rmSync(home, { recursive: true }));

test('one that is whole has no fault', () => {
  expect(faultIn(folder, Date.now())).toBeUndefined();
  expect(unusableCertificates(home, Date.now())).toEqual([]);
});

test.each([
  ['an empty certificate', 'cert.pem', '', 'cert.pem is damaged'],
  ['garbage for a certificate', 'cert.pem', 'garbage', 'cert.pem is damaged'],
  ['an empty key', 'key.pem', '', 'key.pem is damaged'],
  ['a cut key', 'key.pem', key.slice(0, 90), 'key.pem is damaged'],
  ['another key', 'key.pem', other.issue({ commonName: 'x' }).key, 'key.pem is not the key of'],
  ['another root', 'ca.pem', other.root, 'ca.pem did not issue cert.pem'],
  ['no certificate', 'cert.pem', undefined, 'cert.pem cannot be read: ENOENT'],
  ['no key', 'key.pem', undefined, 'key.pem cannot be read: ENOENT'],
])('%s is told with its place', (_, name, text, found) => {
  if (text === undefined) rmSync(join(folder, name));
  else writeFileSync(join(folder, name), text);
  const [check] = unusableCertificates(home, Date.now());
  expect(check).toMatchObject({ outcome: 'failed' });
  expect(check?.found).toContain(`organisations/bank/certificates/tlsca/bank-peer: ${found}`);
});

test('one that is not valid yet is told', () => {
  expect(faultIn(folder, 0)?.found).toContain('it is not valid before');
});
