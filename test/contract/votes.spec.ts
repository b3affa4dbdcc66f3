// SPDX-License-Identifier: Apache-2.0
// The registry and the policy change by a majority of the participants, and each proposal can be voted for again.
import type { InputOf } from '@fabric-offline-pay/domain';
import { memoryWorld, PARTICIPANTS, type MemoryWorld } from '../support/memory-world';
import { BANK, POLICY } from '../support/world';

type Proposal = InputOf<'identity', 'vote'>['proposal'];
type Voter = 'bank' | 'merchant' | 'logistics';

let memory: MemoryWorld;

beforeEach(async () => {
  memory = await memoryWorld();
});

const policyOf = (loginSeconds: number): Proposal => ({
  kind: 'policy',
  policy: { ...POLICY, loginSeconds },
});
const secondBank = { mspId: 'SecondBankMSP', role: 'bank' as const, bankId: null };

async function vote(role: Voter, proposal: Proposal) {
  const { result } = await memory
    .clientFor(role, 'operator', 'whoever')
    .identity.vote({ proposal });
  return [result.votes, result.enacted, result.replayed] as const;
}

const loginSeconds = async (): Promise<number> =>
  (await (await memory.world.bank('auditor')).identity.readPolicy({})).loginSeconds;

test('two of three enact a proposal, and one voice counts once', async () => {
  expect(await vote('bank', policyOf(600))).toEqual([1, false, false]);
  expect(await vote('bank', policyOf(600))).toEqual([1, false, true]);
  expect(await loginSeconds()).toBe(POLICY.loginSeconds);
  expect(await vote('merchant', policyOf(600))).toEqual([2, true, false]);
  expect(await loginSeconds()).toBe(600);
});

test('an enacted proposal can be enacted again', async () => {
  for (const seconds of [600, 700, 600]) {
    await vote('bank', policyOf(seconds));
    expect(await vote('merchant', policyOf(seconds))).toEqual([2, true, false]);
    expect(await loginSeconds()).toBe(seconds);
  }
});

test('a late third vote enacts nothing: it begins a new count', async () => {
  for (const seconds of [600, 700])
    for (const role of ['bank', 'merchant'] as const) await vote(role, policyOf(seconds));
  expect(await vote('logistics', policyOf(600))).toEqual([1, false, false]);
  expect(await loginSeconds()).toBe(700);
  expect(await vote('bank', policyOf(600))).toEqual([2, true, false]);
  expect(await loginSeconds()).toBe(600);
});

test('a suspended participant is admitted once more by the same proposal', async () => {
  const logistics = PARTICIPANTS.find(({ role }) => role === 'logistics')!;
  const propose = (status: 'active' | 'suspended'): Proposal => ({
    kind: 'participant',
    participant: { ...logistics, status },
  });
  for (const status of ['suspended', 'active', 'suspended', 'active'] as const) {
    await vote('bank', propose(status));
    expect((await vote('merchant', propose(status)))[1]).toBe(true);
    const asked = memory.clientFor('logistics', 'operator', 'whoever').identity.readPolicy({});
    if (status === 'active') await expect(asked).resolves.toBeDefined();
    else await expect(asked).rejects.toMatchObject({ code: 'PARTICIPANT_UNKNOWN' });
  }
});

test('no participant takes the actor of another', async () => {
  const proposal: Proposal = {
    kind: 'participant',
    participant: { ...secondBank, actor: BANK, status: 'active' },
  };
  await vote('bank', proposal);
  await expect(vote('merchant', proposal)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    details: { field: 'actor' },
  });
  const { participants } = await (await memory.world.bank('auditor')).identity.readParticipants({});
  expect(participants).toHaveLength(PARTICIPANTS.length);
});
