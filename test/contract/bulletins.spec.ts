// SPDX-License-Identifier: Apache-2.0
// When a bank must issue its bulletin again, and what stays in it, on the ledger in memory.
import type { KeyObject } from 'node:crypto';
import { Bulletins } from '@fabric-offline-pay/run';
import { Issuer, softwareKey } from '@fabric-offline-pay/sdk/offline';
import { BANK, POLICY } from '@fabric-offline-pay/testing';
import { CHANNEL, memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { nowSeconds, OFFLINE, OfflineLedger, reserveKeyOf } from '../support/offline-ledger.js';
import { CERTIFICATES, ISSUER, VECTOR_KEYS } from '../support/offline-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

const HALF = Math.floor(OFFLINE.bulletinSeconds / 2);

let memory: MemoryWorld;
let ledger: OfflineLedger;
let bulletins: Bulletins;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  memory = await memoryWorld();
  ledger = await OfflineLedger.open(memory);
  const { issuer: certificate, root: authority } = CERTIFICATES;
  const issuer = issuerOf(VECTOR_KEYS.issuer, certificate, authority);
  bulletins = new Bulletins(issuer, ledger.node);
});

const issuerOf = (key: KeyObject, certificate: string, authority: string): Issuer =>
  new Issuer({
    ...{ bankId: BANK, channel: CHANNEL, key: softwareKey(key), certificate, authority },
    clock: nowSeconds,
  });

const dueIn = (): Promise<number> => bulletins.dueIn(nowSeconds());

test('it is due when half of its time is over, and then has its full time again', async () => {
  expect(await dueIn()).toBe(HALF);
  passSeconds(HALF - 1);
  expect(await dueIn()).toBe(1);
  passSeconds(1);
  expect(await dueIn()).toBe(0);
  await bulletins.issueAnew();
  expect(await dueIn()).toBe(HALF);
  expect(await bulletins.current()).toMatchObject({ number: 1, issuedAt: nowSeconds() });
});

test('a new issue names the same devices under the same number', async () => {
  const lost = reserveKeyOf(await ledger.device('customer-1'));
  expect(await bulletins.revoke(lost)).toBe(2);
  passSeconds(HALF);
  await bulletins.issueAnew();
  const current = await bulletins.current();
  const { customerId, deviceId } = lost;
  const revoked = [{ customerId, deviceId, epoch: 'all' }];
  expect(current).toMatchObject({ number: 2, revoked, issuedAt: nowSeconds() });
});

test('a device is revoked once, whichever of its epochs is named', async () => {
  const lost = reserveKeyOf(await ledger.device('customer-1'));
  expect(await bulletins.revoke(lost)).toBe(2);
  expect(await bulletins.revoke(lost)).toBe(2);
  expect((await bulletins.current())?.revoked).toHaveLength(1);
});

test('a new issue after a device can no longer spend drops the device, under the next number', async () => {
  await bulletins.revoke(reserveKeyOf(await ledger.device('customer-1')));
  passSeconds(OFFLINE.spendSeconds + 60);
  await bulletins.issueAnew();
  expect(await bulletins.current()).toMatchObject({ number: 2, revoked: [{ epoch: 'all' }] });
  passSeconds(100);
  await bulletins.issueAnew();
  expect(await bulletins.current()).toMatchObject({ number: 3, revoked: [] });
});

test('it is due at once when the policy changed, and contains the new policy', async () => {
  const offline = { ...OFFLINE, version: OFFLINE.version + 1, count: OFFLINE.count - 1 };
  const proposal = { kind: 'policy' as const, policy: { ...POLICY, offline } };
  for (const role of ['bank', 'merchant'] as const)
    await memory.clientFor(role, 'operator', BANK).identity.vote({ proposal });
  passSeconds(1);
  expect(await dueIn()).toBe(0);
  await bulletins.issueAnew();
  expect((await bulletins.current())?.policy).toEqual(offline);
  expect(await dueIn()).toBe(HALF);
});

test('it is due at once when its issuer was retired, and the next issuer issues it', async () => {
  const { otherIssuer: certificate, otherRoot: authority } = CERTIFICATES;
  const { offline } = ledger.bank('operator');
  await offline.registerIssuer({ bankId: BANK, certificate, authority });
  const next = new Bulletins(
    issuerOf(VECTOR_KEYS.otherIssuer, certificate, authority),
    ledger.node,
  );
  expect(await next.dueIn(nowSeconds())).toBe(HALF);
  await offline.retireIssuer({ bankId: BANK, kid: ISSUER.kid, compromised: true });
  passSeconds(1);
  expect([await dueIn(), await next.dueIn(nowSeconds())]).toEqual([0, 0]);
  await expect(bulletins.issueAnew()).rejects.toMatchObject({ code: 'OFFLINE_ISSUER_RETIRED' });
  await next.issueAnew();
  expect(await next.dueIn(nowSeconds())).toBe(HALF);
});
