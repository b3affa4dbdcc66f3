// SPDX-License-Identifier: Apache-2.0
// Votes on the ledger: who is asked, what expires, what is taken back, and that no vote of others makes money.
import { licensingOf, type InputOf, type OutputOf } from '@fabric-offline-pay/domain';
import { BANK, CURRENCY, LOGISTICS, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { defined, itemWhere } from '../support/defined.js';
import { memoryWorld, MSP, PARTICIPANTS, type MemoryWorld } from '../support/memory-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

type Proposal = InputOf<'identity', 'vote'>['proposal'];
type Participant = Extract<Proposal, { kind: 'participant' }>['participant'];
type Voter = 'bank' | 'merchant' | 'logistics';

let memory: MemoryWorld;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  memory = await memoryWorld();
});

const identityOf = (role: Voter) => memory.clientFor(role, 'operator', 'whoever').identity;

async function vote(role: Voter, proposal: Proposal): Promise<OutputOf<'identity', 'vote'>> {
  return (await identityOf(role).vote({ proposal })).result;
}

const policyOf = (change: Partial<typeof POLICY>): Proposal => ({
  kind: 'policy',
  policy: { ...POLICY, ...change },
});
const shortLogins = policyOf({ loginSeconds: 600 });

const longLogins = policyOf({ loginSeconds: 1200 });

const member = (role: Voter): Participant =>
  itemWhere(PARTICIPANTS, (entry) => entry.role === role);
const becoming = (role: Voter, change: Partial<Participant>): Proposal => ({
  kind: 'participant',
  participant: { ...member(role), ...change },
});
const entering = (change: Partial<Participant>): Proposal => ({
  kind: 'participant',
  participant: {
    mspId: 'NewcomerMSP',
    role: 'merchant',
    actor: 'newcomer',
    bankId: null,
    status: 'active',
    ...change,
  },
});

const reader = async () => (await memory.world.bank('auditor')).identity;
const loginSeconds = async () => (await (await reader()).readPolicy({})).loginSeconds;
const statusOf = async (role: Voter) =>
  (await (await reader()).readParticipants({})).participants.find(
    ({ mspId }) => mspId === MSP[role],
  )?.status;

describe('a vote', () => {
  test('counts only for the policy of its time: after another policy was agreed, it does not bring the old one back', async () => {
    await vote('bank', longLogins);
    await vote('bank', shortLogins);
    expect(await vote('merchant', shortLogins)).toMatchObject({ enacted: true });
    expect(await vote('merchant', longLogins)).toMatchObject({ votes: 1, enacted: false });
    expect(await vote('logistics', longLogins)).toMatchObject({ votes: 2, enacted: false });
    expect(await loginSeconds()).toBe(600);
    expect(await vote('bank', longLogins)).toMatchObject({ enacted: true });
  });

  test('counts only for the licence of its time: a licence that the bank widened since is not taken away', async () => {
    const { goods } = memory.clientFor('bank', 'teller', BANK);
    const standing = licensingOf(await goods.readMerchant({ merchantId: MERCHANT }));
    const narrow: Proposal = { kind: 'licence', merchant: { ...standing, categories: [] } };
    await vote('bank', narrow);
    const categories = [...standing.categories, '14000000'];
    await goods.licenseMerchants({ bankId: BANK, merchants: [{ ...standing, categories }] });
    expect(await vote('merchant', narrow)).toMatchObject({ votes: 1, enacted: false });
    expect(await vote('bank', narrow)).toMatchObject({ enacted: true });
  });

  test('counts once, and the last one that is needed enacts', async () => {
    expect(await vote('bank', shortLogins)).toMatchObject({ votes: 1, enacted: false });
    expect(await vote('bank', shortLogins)).toMatchObject({ votes: 1, replayed: true });
    expect(await loginSeconds()).toBe(POLICY.loginSeconds);
    expect(await vote('merchant', shortLogins)).toMatchObject({ votes: 2, enacted: true });
    expect(await loginSeconds()).toBe(600);
  });

  test('for the current state changes nothing', async () => {
    await vote('bank', shortLogins);
    await vote('merchant', shortLogins);
    expect(await vote('logistics', shortLogins)).toMatchObject({ replayed: true, enacted: true });
    expect(memory.ledger.range('vote/')).toEqual([]);
  });

  test('can enact what was enacted before', async () => {
    for (const seconds of [600, 700, 600]) {
      const proposal = policyOf({ loginSeconds: seconds });
      await vote('bank', proposal);
      expect(await vote('merchant', proposal)).toMatchObject({ votes: 2, enacted: true });
      expect(await loginSeconds()).toBe(seconds);
    }
  });

  test('expires', async () => {
    await vote('bank', shortLogins);
    passSeconds(POLICY.voteSeconds - 1);
    await vote('bank', policyOf({ loginSeconds: 700 }));
    passSeconds(1);
    expect(await vote('merchant', shortLogins)).toMatchObject({ votes: 1, enacted: false });
    expect(await vote('merchant', policyOf({ loginSeconds: 700 }))).toMatchObject({ votes: 2 });
    expect(await loginSeconds()).toBe(700);
  });

  test('stays expired even if a later policy gives votes more time', async () => {
    const newcomer = entering({});
    await vote('bank', newcomer);
    passSeconds(POLICY.voteSeconds);
    const patient = policyOf({ voteSeconds: 2 * POLICY.voteSeconds });
    await vote('bank', patient);
    expect(await vote('logistics', patient)).toMatchObject({ enacted: true });
    expect(await vote('merchant', newcomer)).toMatchObject({ votes: 1, enacted: false });
  });

  test('can be taken back', async () => {
    const withdraw = async () =>
      (await identityOf('bank').withdrawVote({ proposal: shortLogins })).result;
    await vote('bank', shortLogins);
    expect(await withdraw()).toMatchObject({ votes: 0, replayed: false });
    expect(await withdraw()).toMatchObject({ votes: 0, replayed: true });
    expect(await vote('merchant', shortLogins)).toMatchObject({ votes: 1, enacted: false });
    expect(memory.ledger.range('vote/')).toHaveLength(1);
  });

  test('of a participant that was suspended since does not count', async () => {
    const rich = policyOf({ holdSeconds: 7200 });
    await vote('logistics', rich);
    for (const role of ['bank', 'merchant'] as const)
      await vote(role, becoming('logistics', { status: 'suspended' }));
    expect(await vote('merchant', rich)).toMatchObject({ enacted: false });
    await expect(vote('logistics', rich)).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' });
  });
});

describe('an outdated vote does not become valid again', () => {
  test('when the old policy is agreed again', async () => {
    await vote('bank', longLogins);
    for (const other of [shortLogins, policyOf({})]) {
      await vote('bank', other);
      expect(await vote('merchant', other)).toMatchObject({ enacted: true });
    }
    await vote('merchant', longLogins);
    expect(await vote('logistics', longLogins)).toMatchObject({ votes: 2, enacted: false });
    expect(await loginSeconds()).toBe(POLICY.loginSeconds);
  });

  test('when a bank changes a licence and changes it back', async () => {
    const { goods } = memory.clientFor('bank', 'teller', BANK);
    const standing = licensingOf(await goods.readMerchant({ merchantId: MERCHANT }));
    const narrow: Proposal = { kind: 'licence', merchant: { ...standing, categories: [] } };
    await vote('merchant', narrow);
    const licence = { ...defined(standing.licence, 'licence'), number: 'OTHER-1' };
    for (const merchant of [{ ...standing, licence }, standing])
      await goods.licenseMerchants({ bankId: BANK, merchants: [merchant] });
    expect(await vote('bank', narrow)).toMatchObject({ votes: 1, enacted: false });
  });
});

describe('merchant and logistics company', () => {
  const both = async (proposal: Proposal): Promise<boolean> => {
    await vote('merchant', proposal);
    return (await vote('logistics', proposal)).enacted;
  };

  test.each<readonly [string, Proposal]>([
    ['make the merchant a bank', becoming('merchant', { role: 'bank', actor: 'bank-evil' })],
    ['make the logistics company the bank', becoming('logistics', { role: 'bank', actor: BANK })],
    ['rename the bank', becoming('bank', { actor: 'bank-dead' })],
    ['make the bank an auditor', becoming('bank', { role: 'auditor' })],
  ])('cannot %s', async (_, proposal) => {
    await expect(both(proposal)).rejects.toMatchObject({ code: 'PARTICIPANT_FIXED' });
  });

  test('admit no bank, no policy and no logistics company of the bank without the bank', async () => {
    const bank = entering({ role: 'bank' });
    const carrier = entering({
      ...{ mspId: 'CarrierMSP', actor: 'carrier' },
      ...{ role: 'logistics', bankId: BANK },
    });
    for (const proposal of [shortLogins, carrier, bank]) {
      expect(await both(proposal)).toBe(false);
      expect(await vote('bank', proposal)).toMatchObject({ enacted: true });
    }
    expect(await loginSeconds()).toBe(600);
  });

  test('issue nothing with any certificate', async () => {
    const evil = becoming('merchant', { role: 'bank', actor: 'bank-evil' });
    for (const role of ['merchant', 'logistics'] as const)
      await expect(vote(role, evil)).rejects.toMatchObject({ code: 'PARTICIPANT_FIXED' });
    const before = memory.ledger.range('supply/');
    for (const role of ['merchant', 'logistics'] as const)
      for (const actor of ['bank-evil', BANK]) {
        const teller = memory.clientFor(role, 'teller', actor);
        const enrolling = teller.identity.enrolCustomer({
          customerId: 'ghost',
          bankId: actor,
          missing: [],
        });
        await expect(enrolling).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
        const issuing = teller.settlement.issue({
          issueId: 'evil-1',
          customerId: 'ghost',
          token: 'tok',
          currency: CURRENCY,
          amount: '1',
        });
        await expect(issuing).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
      }
    expect(memory.ledger.range('supply/')).toEqual(before);
  });

  test('cannot suspend the only bank, nor be suspended both', async () => {
    const invalid = { code: 'REGISTRY_INVALID' };
    const closing = becoming('bank', { status: 'suspended' });
    await expect(both(closing)).rejects.toMatchObject({
      ...invalid,
      details: { reason: 'bankMissing' },
    });
    await expect(vote('bank', closing)).rejects.toMatchObject(invalid);
    expect(await vote('merchant', becoming('merchant', { status: 'suspended' }))).toMatchObject({
      enacted: true,
    });
    await expect(
      vote('logistics', becoming('logistics', { status: 'suspended' })),
    ).rejects.toMatchObject({ ...invalid, details: { reason: 'endorserMissing' } });
  });
});

test('a participant comes and goes by the same proposals', async () => {
  for (const status of ['suspended', 'active', 'suspended', 'active'] as const) {
    await vote('bank', becoming('logistics', { status }));
    expect(await vote('merchant', becoming('logistics', { status }))).toMatchObject({
      enacted: true,
    });
    expect(await statusOf('logistics')).toBe(status);
  }
});

describe('names', () => {
  test.each([BANK, LOGISTICS, 'merchant-org', MERCHANT])('%s is taken', async (actor) => {
    await expect(vote('bank', entering({ actor }))).rejects.toMatchObject({ code: 'ACTOR_TAKEN' });
  });

  test.each([BANK, LOGISTICS, 'merchant-org'])(
    'no merchant is licensed as %s',
    async (merchantId) => {
      const { goods } = await memory.world.bank('teller');
      const merchants = [
        { merchantId, mspId: MSP.merchant, active: true, licence: null, categories: [] },
      ];
      await expect(goods.licenseMerchants({ bankId: BANK, merchants })).rejects.toMatchObject({
        code: 'ACTOR_TAKEN',
      });
    },
  );
});

describe('the rules of offline payments', () => {
  const { offline } = POLICY;

  test('change with their version', async () => {
    const changed = { ...offline, count: 10 };
    for (const wrong of [changed, { ...offline, version: offline.version + 1 }])
      await expect(vote('bank', policyOf({ offline: wrong }))).rejects.toMatchObject({
        code: 'REGISTRY_INVALID',
        details: { reason: 'offlineVersion' },
      });
    const right = policyOf({ offline: { ...changed, version: offline.version + 1 } });
    await vote('bank', right);
    expect(await vote('logistics', right)).toMatchObject({ enacted: true });
  });
});

describe('a licence', () => {
  const license = async (change: object = {}) => {
    const { goods } = await memory.world.bank('teller');
    return { ...licensingOf(await goods.readMerchant({ merchantId: MERCHANT })), ...change };
  };
  const grant = async (change: object): Promise<unknown> => {
    const { goods } = await memory.world.bank('teller');
    return goods.licenseMerchants({ bankId: BANK, merchants: [await license(change)] });
  };
  const refused = { code: 'LICENCE_NARROWED' };

  test.each([
    ['inactive', { active: false }],
    ['gone', { licence: null }],
    ['shorter', { licence: { number: 'LIC-2', validUntil: 4_000_000_000 } }],
    ['narrower', { categories: ['43000000'] }],
  ])('is not made %s by its bank alone', async (_, change) => {
    const before = await license();
    await expect(grant(change)).rejects.toMatchObject(refused);
    expect(await license()).toEqual(before);
  });

  test('moves to another organisation by no bank alone', async () => {
    for (const role of ['bank', 'merchant'] as const) await vote(role, entering({}));
    await expect(grant({ mspId: 'NewcomerMSP' })).rejects.toMatchObject(refused);
  });

  test('is widened and prolonged by its bank alone', async () => {
    await grant({ categories: ['43000000', '26000000', '14000000'] });
    await grant({ licence: { number: 'LIC-2', validUntil: 4_102_444_801 } });
    expect((await license()).categories).toHaveLength(3);
  });

  const idle = async (): Promise<Proposal> => ({
    kind: 'licence',
    merchant: await license({ active: false }),
  });

  test.each([
    ['the merchant', 'merchant'],
    ['most', 'logistics'],
  ] as const)('is ended by its bank with %s', async (_, other) => {
    const proposal = await idle();
    expect(await vote(other, proposal)).toMatchObject({ enacted: false });
    expect(await vote('bank', proposal)).toMatchObject({ enacted: true });
    expect(await license()).toMatchObject({ active: false });
  });

  test('is not ended without its bank', async () => {
    const proposal = await idle();
    await vote('merchant', proposal);
    expect(await vote('logistics', proposal)).toMatchObject({ enacted: false });
    expect(await license()).toMatchObject({ active: true });
  });
});
