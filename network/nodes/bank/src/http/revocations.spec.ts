// SPDX-License-Identifier: Apache-2.0
// A revoked certificate is refused at the next request on every connection. While the list is unknown, everybody is refused.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { BankHouse } from '../testing/bank-house.js';
import { TestAuthority, type TestCertificate } from '../../../common/src/testing/certificates.js';
import { expectRefused } from '../testing/refused.js';
import type { BankClient } from './bank-client.js';

let house: BankHouse;
let leaver: TestCertificate;
let colleague: BankClient;
let open: BankClient;

beforeAll(async () => {
  house = await BankHouse.open();
  leaver = house.authority.issue({ commonName: 'leaver', role: 'teller' });
  colleague = house.clientOf('teller', 'colleague');
});

beforeEach(async () => {
  rmSync(house.revocationsFile, { recursive: true, force: true });
  house.publish();
  open = house.clientWith(leaver);
  await open.health();
});

afterAll(() => house.close());

it('refuses it at once on open and new connections, and serves others', async () => {
  const others = house.authority.issue({ commonName: 'another leaver', role: 'teller' });
  house.publish({ certificates: [others, leaver] });
  await expectRefused(open.health(), 'ACCESS_DENIED');
  await expectRefused(house.clientWith(leaver).health(), 'ACCESS_DENIED');
  await expect(colleague.health()).resolves.toBeUndefined();
});

it('reads each new list, also one of the same length', async () => {
  const issue = (commonName: string) => house.authority.issue({ commonName, role: 'teller' });
  const [one, other] = [issue('one'), issue('other')];
  const [first, second] = [house.clientWith(one), house.clientWith(other)];
  for (let round = 0; round < 4; round += 1) {
    house.publish({ certificates: [one] });
    await expectRefused(first.health(), 'ACCESS_DENIED');
    await expect(second.health()).resolves.toBeUndefined();
    house.publish({ certificates: [other] });
    await expect(first.health()).resolves.toBeUndefined();
    await expectRefused(second.health(), 'ACCESS_DENIED');
  }
});

it('recognises a serial number that begins with zeros or a high bit', async () => {
  const many = Array.from({ length: 40 }, () =>
    house.authority.issue({ commonName: 'many', role: 'teller' }),
  );
  house.publish({ certificates: many });
  for (const certificate of many.slice(0, 10))
    await expectRefused(house.clientWith(certificate).health(), 'ACCESS_DENIED');
});

const tampered = (): string => {
  const list = house.authority.revocations({ certificates: [leaver] });
  const [head, ...lines] = list.trim().split('\n');
  const der = Buffer.from(lines.slice(0, -1).join(''), 'base64');
  // Changes a digit of a time, so that the list can still be parsed.
  der[der.indexOf('20200101') + 3] = '1'.charCodeAt(0);
  return [head, der.toString('base64'), lines.at(-1)].join('\n');
};

it.each([
  ['is missing', () => undefined],
  ['is empty', () => ''],
  ['is not a list', () => 'revoked: nobody'],
  ['is cut short', () => house.authority.revocations().slice(0, 150)],
  ['is not base64 of a list', () => '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n'],
  [
    'is from another authority with the same name',
    () => new TestAuthority('bank ca').revocations(),
  ],
  ['was changed after signing', tampered],
  ['has expired', () => house.authority.revocations({ until: '20200102000000Z' })],
  ['is not valid yet', () => house.authority.revocations({ from: '21190101000000Z' })],
])('refuses everybody while the list %s, and continues with a good one', async (_what, content) => {
  const text = content();
  rmSync(house.revocationsFile);
  if (text !== undefined) writeFileSync(house.revocationsFile, text);
  for (const client of [open, colleague, house.clientOf('operator')])
    await expectRefused(client.health(), 'REVOCATIONS_UNKNOWN');
  await expectRefused(
    colleague.registerDevice({ customerId: 'x', deviceId: 'y', publicKey: 'z' }),
    'REVOCATIONS_UNKNOWN',
  );
  rmSync(house.revocationsFile, { force: true });
  house.publish();
  await expect(colleague.health()).resolves.toBeUndefined();
});

it('refuses everybody while a folder is in its place', async () => {
  rmSync(house.revocationsFile);
  mkdirSync(house.revocationsFile);
  await expectRefused(colleague.health(), 'REVOCATIONS_UNKNOWN');
});

it('reads lists of several authorities from one file', async () => {
  const elsewhere = new TestAuthority('other ca').revocations();
  writeFileSync(
    house.revocationsFile,
    elsewhere + house.authority.revocations({ certificates: [leaver] }),
  );
  await expectRefused(open.health(), 'ACCESS_DENIED');
  await expect(colleague.health()).resolves.toBeUndefined();
});
