// SPDX-License-Identifier: Apache-2.0
// The first registry: every founder confirms it, and no endorser lends itself to one in which its own organisation does not
// stand.
import { contracts } from '@fabric-offline-pay/chaincode';
import type { InputOf } from '@fabric-offline-pay/domain';
import { parseRefusal } from '@fabric-offline-pay/sdk';
import { BANK, POLICY, makeCaller, memoryClient } from '@fabric-offline-pay/testing';
import { DEFAULT_NETWORK, MSP_IDS, PARTICIPANTS } from '@fabric-offline-pay/testing';
import { leading } from '../support/defined.js';
import { WatchedLedger } from '../support/watched-ledger.js';

type Founding = InputOf<'identity', 'bootstrap'>;
type Founder = 'bank' | 'merchant' | 'logistics';

const ROLES = ['bank', 'merchant', 'logistics'] as const satisfies readonly Founder[];
const RIGHT: Founding = { participants: PARTICIPANTS, policy: POLICY };

let ledger: WatchedLedger;

beforeEach(() => {
  ledger = new WatchedLedger({ ...DEFAULT_NETWORK, contracts });
});

const identityOf = (role: Founder, attribute = 'operator') =>
  memoryClient(ledger, makeCaller({ mspId: MSP_IDS[role], role: attribute, actor: 'whoever' }), {
    organisations: MSP_IDS,
  }).identity;

const confirm = async (role: Founder, founding = RIGHT) =>
  (await identityOf(role).bootstrap(founding)).result;

const isFounded = (): boolean => ledger.state().has('registry');

const ORDERS = ROLES.flatMap((first) =>
  ROLES.filter((role) => role !== first).map((second) => [
    first,
    second,
    ...ROLES.filter((role) => role !== first && role !== second),
  ]),
);

test.each(ORDERS)('%s, %s and %s confirm, and only the last one founds', async (...order) => {
  for (const [index, role] of order.entries()) {
    expect(isFounded()).toBe(false);
    await expect(identityOf(role).readPolicy({})).rejects.toMatchObject({
      code: 'PARTICIPANT_UNKNOWN',
    });
    const { missing } = await confirm(role);
    expect(missing).toHaveLength(order.length - 1 - index);
  }
  expect((await identityOf('bank').readParticipants({})).participants).toHaveLength(3);
  expect(ledger.range('founding/')).toEqual([]);
  for (const role of ROLES)
    await expect(confirm(role)).rejects.toMatchObject({ code: 'ALREADY_BOOTSTRAPPED' });
});

test('the order in which the participants are named does not matter', async () => {
  await confirm('bank');
  await confirm('merchant', { ...RIGHT, participants: PARTICIPANTS.toReversed() });
  expect((await confirm('logistics')).missing).toEqual([]);
  expect(isFounded()).toBe(true);
});

test('a confirmation counts once, and the last word of a founder counts', async () => {
  const other = { ...RIGHT, policy: { ...POLICY, loginSeconds: 60 } };
  expect(await confirm('bank')).toMatchObject({ replayed: false });
  expect(await confirm('bank')).toMatchObject({ replayed: true });
  await confirm('merchant');
  await confirm('bank', other);
  expect((await confirm('logistics')).missing).toEqual([MSP_IDS.bank]);
  expect(isFounded()).toBe(false);
  await confirm('bank');
  expect((await identityOf('bank').readPolicy({})).loginSeconds).toBe(POLICY.loginSeconds);
});

describe('without the bank', () => {
  const [, merchant, logistics] = leading(PARTICIPANTS, 3);
  const asBank = { ...merchant, role: 'bank' as const, actor: BANK };
  const pair = { ...RIGHT, participants: [asBank, logistics] };
  const missing = (mspId: string) => ({
    code: 'REGISTRY_INVALID',
    details: { reason: 'founderMissing', mspId },
  });

  test('no two become the first registry: its own peer endorses none', async () => {
    for (const role of ['merchant', 'logistics'] as const)
      await expect(confirm(role, pair)).rejects.toMatchObject(missing(MSP_IDS.bank));
    expect(ledger.state().size).toBe(0);
  });

  test('endorsed by themselves it is not valid', async () => {
    for (const role of ['merchant', 'logistics'] as const) {
      const caller = makeCaller({ mspId: MSP_IDS[role], role: 'operator', actor: 'x' });
      const proposal = ledger.propose(caller, 'identity:bootstrap', [JSON.stringify(pair)]);
      const { merchant: one, logistics: other } = MSP_IDS;
      const endorsed = await ledger.endorseBy(proposal, [one, other]);
      const { validationCode } = await ledger.submit(endorsed);
      expect(validationCode).toBe('ENDORSEMENT_POLICY_FAILURE');
    }
    expect(ledger.state().size).toBe(0);
  });

  test('nobody founds one that makes the bank something else: the bank does not confirm it', async () => {
    const demoted = {
      ...RIGHT,
      participants: [asBank, logistics, { ...merchant, mspId: MSP_IDS.bank, actor: 'nobody' }],
    };
    await confirm('merchant', demoted);
    expect((await confirm('logistics', demoted)).missing).toEqual([MSP_IDS.bank]);
    expect(isFounded()).toBe(false);
    for (const role of ROLES) await confirm(role);
    expect((await identityOf('bank').readParticipants({})).participants).toEqual(
      PARTICIPANTS.toSorted((a, b) => (a.mspId < b.mspId ? -1 : 1)),
    );
  });

  test('who does not stand in it cannot confirm it', async () => {
    const others = { ...RIGHT, participants: PARTICIPANTS.slice(0, 2) };
    await expect(confirm('logistics', others)).rejects.toMatchObject(missing(MSP_IDS.logistics));
  });
});

test('nor do those who stand in it endorse the word of one who does not', async () => {
  const others = { ...RIGHT, participants: PARTICIPANTS.slice(0, 2) };
  const stranger = makeCaller({ mspId: MSP_IDS.logistics, role: 'operator', actor: 'x' });
  const proposal = ledger.propose(stranger, 'identity:bootstrap', [JSON.stringify(others)]);
  for (const mspId of [MSP_IDS.bank, MSP_IDS.merchant]) {
    const { response } = await ledger.endorse(proposal, mspId);
    expect(parseRefusal(response.message)).toMatchObject({
      code: 'REGISTRY_INVALID',
      details: { reason: 'founderMissing', mspId: MSP_IDS.logistics },
    });
  }
});

test('only operators confirm', async () => {
  const byTeller = identityOf('bank', 'teller').bootstrap(RIGHT);
  await expect(byTeller).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
});

const [bank, shop, carrier] = leading(PARTICIPANTS, 3);

test.each<readonly [string, Founding['participants'], string]>([
  [
    'a merchant that calls itself the bank',
    [{ ...bank, mspId: MSP_IDS.merchant }],
    'endorserMissing',
  ],
  [
    'one organisation twice',
    [bank, shop, { ...carrier, mspId: MSP_IDS.merchant }],
    'organisationTwice',
  ],
  ['nobody active', PARTICIPANTS.map((entry) => ({ ...entry, status: 'suspended' })), 'notActive'],
  ['no bank for the logistics company', [bank, { ...carrier, bankId: null }], 'bankUnknown'],
])('%s is no registry', async (_, participants, reason) => {
  await expect(confirm('bank', { ...RIGHT, participants })).rejects.toMatchObject({
    code: 'REGISTRY_INVALID',
    details: { reason },
  });
});

test('an endorser whose organisation has no name lends itself to nothing', async () => {
  const members = [{ mspId: '' }, ...DEFAULT_NETWORK.members];
  ledger = new WatchedLedger({ ...DEFAULT_NETWORK, contracts, members });
  const caller = makeCaller({ mspId: MSP_IDS.bank, role: 'operator', actor: BANK });
  const proposal = ledger.propose(caller, 'identity:bootstrap', [JSON.stringify(RIGHT)]);
  const { response } = await ledger.endorse(proposal, '');
  expect(JSON.parse(response.message)).toMatchObject({
    code: 'REGISTRY_INVALID',
    details: { reason: 'founderMissing', mspId: '' },
  });
});
