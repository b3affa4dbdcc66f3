// SPDX-License-Identifier: Apache-2.0
// The registry on the ledger: the founding that every founder confirms, and the votes that change it (unit 1).
import {
  ballotDigest,
  castVote,
  digestOf,
  ensure,
  ensureFounder,
  ensureOfThisVersion,
  foundingRegistry,
  LEDGER_VERSION,
  liveVotes,
  merchantNamed,
  ROWS,
  withoutVote,
  type ParsedInputOf as InputOf,
  type Proposal,
  type RegistryRow,
  type Governed,
  type Vote,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { registryRow } from '../shared/rows.js';

/** The founders that have not confirmed this registry, or confirmed another one later. */
async function readUnconfirmed(
  call: Call,
  { participants }: RegistryRow,
  digest: string,
): Promise<string[]> {
  const missing: string[] = [];
  for (const { mspId } of participants) {
    const word = await call.store.get('founding', mspId);
    if (word?.digest !== digest) missing.push(mspId);
  }
  return missing;
}

const putRegistry = (call: Call, registry: RegistryRow): void =>
  call.store.put('registry', { ...registry, version: LEDGER_VERSION });

/** Writes the registry and removes the confirmations. */
function writeRegistry(call: Call, registry: RegistryRow): void {
  putRegistry(call, registry);
  for (const { mspId } of registry.participants)
    if (mspId !== call.caller.mspId) call.store.remove(ROWS.founding.key(mspId));
}

/**
 * Every founder confirms the same registry, and the last one writes it. An endorser protects its own organisation: it
 * endorses only a registry that contains its organisation and that its organisation has confirmed.
 */
export async function bootstrap(call: Call<InputOf<'identity', 'bootstrap'>>) {
  const { mspId } = call.caller;
  const standing = await call.store.get('registry');
  if (standing !== undefined) ensureOfThisVersion(standing);
  ensure(standing === undefined, 'ALREADY_BOOTSTRAPPED');
  const registry = foundingRegistry(call.input);
  ensureFounder(registry, mspId);
  ensureFounder(registry, call.endorser());
  const digest = digestOf(registry);
  const missing = await readUnconfirmed(call, registry, digest);
  const others = missing.filter((founder) => founder !== mspId);
  if (others.length === 0) writeRegistry(call, registry);
  else call.store.put('founding', { mspId, digest });
  return { missing: others };
}

type Voting = InputOf<'identity', 'vote'>;

async function standingFor(call: Call, proposal: Proposal): Promise<Governed> {
  const merchantId = merchantNamed(proposal);
  const merchant = merchantId === null ? undefined : await call.store.get('merchant', merchantId);
  return { registry: await registryRow(call), merchant };
}

const votesFor = async (call: Call, digest: string): Promise<readonly Vote[]> =>
  (await call.store.get('vote', digest))?.votes ?? [];

function keepVotes(call: Call, digest: string, votes: readonly Vote[]): void {
  if (votes.length === 0) call.store.remove(ROWS.vote.key(digest));
  else call.store.put('vote', { votes }, digest);
}

function carryOutProposal(call: Call, { kind }: Proposal, { registry, merchant }: Governed): void {
  if (kind !== 'licence') putRegistry(call, registry);
  else if (merchant !== undefined) call.store.put('merchant', merchant);
}

/** The vote that enacts a proposal ends its count, so that the same proposal can be voted on again later. */
export async function vote(call: Call<Voting>) {
  const { proposal } = call.input;
  const standing = await standingFor(call, proposal);
  const digest = ballotDigest(standing, proposal);
  const before = await votesFor(call, digest);
  const ballot = { proposal, before, voter: call.caller.mspId, now: call.now };
  const { votes, enacted } = castVote(standing, ballot);
  keepVotes(call, digest, enacted === null ? votes : []);
  if (enacted !== null) carryOutProposal(call, proposal, enacted);
  return { votes: votes.length, enacted: enacted !== null };
}

/** Withdraws the caller's own vote while the proposal is not enacted. */
export async function withdrawVote(call: Call<Voting>) {
  const { proposal } = call.input;
  const standing = await standingFor(call, proposal);
  const digest = ballotDigest(standing, proposal);
  const votes = withoutVote(await votesFor(call, digest), call.caller.mspId);
  keepVotes(call, digest, votes);
  return { votes: liveVotes(votes, call.now).length };
}
