// SPDX-License-Identifier: Apache-2.0
// From signatures to those who signed: each once, and only where the signature is over the message.
import type { Signed, SignedIdentity } from '../blocks/raw-block.js';
import type { Identified, Identity } from './membership.js';
import { shortened } from './problem.js';
import { verifySignature } from './signatures.js';

/** What stands behind a set of signatures. */
export interface Signers {
  /** Each once, in the order of their first signature that is one. */
  readonly identities: readonly Identity[];
  /** For people: who signed, and what does not count, without content of certificates. */
  readonly text: string;
}

const LONGEST_NAME = 60;
/** More signers than an honest message has. */
const MOST_SHOWN = 12;

type IdentifyAll = (identity: SignedIdentity) => Identified;

interface Claim {
  /** Its place in the set. */
  readonly place: number;
  readonly signed: Signed;
  readonly identified: Identified;
}

interface Outcome {
  readonly place: number;
  readonly identity: Identity | undefined;
  readonly text: string;
}

const identityOf = (identified: Identified): Identity | undefined =>
  identified.valid ? identified : identified.identity;

function textOf({ signed, identified }: Claim, flaw: string): string {
  const roles = [...(identityOf(identified)?.roles ?? [])].filter((role) => role !== 'member');
  const name = [shortened(signed.identity.mspId, LONGEST_NAME), ...roles].join(' ');
  return flaw === '' ? name : `${name} (${flaw})`;
}

/** One after the other, as Fabric does, until one holds: an honest signer has one. */
async function outcomeOf(claims: readonly Claim[]): Promise<Outcome[]> {
  for (const claim of claims) {
    const { place, signed, identified } = claim;
    const identity = identityOf(identified);
    const flaw = identified.valid ? '' : identified.reason;
    if (identity === undefined) return [{ place, identity, text: textOf(claim, flaw) }];
    if (await verifySignature(identity.publicKey, signed.message, signed.signature))
      return [{ place, identity, text: textOf(claim, flaw) }];
  }
  const [claim] = claims;
  if (claim === undefined) return [];
  const text = textOf(claim, 'the signature is not over this message');
  return [{ place: claim.place, identity: undefined, text }];
}

/** Whoever cannot be identified stands alone. */
function groupOf({ place, identified }: Claim): string {
  const identity = identityOf(identified);
  return identity === undefined ? String(place) : `${identity.mspId} ${identity.fingerprint}`;
}

function groupsOf(claims: readonly Claim[]): Claim[][] {
  const groups = new Map<string, Claim[]>();
  for (const claim of claims) {
    const key = groupOf(claim);
    groups.set(key, [...(groups.get(key) ?? []), claim]);
  }
  return [...groups.values()];
}

/**
 * Mirrors `SignatureSetToValidIdentities` of common/policies/policy.go: whoever signs twice counts once, so that no organisation
 * stands in for another.
 */
export async function signersOf(
  signatures: readonly Signed[],
  identify: IdentifyAll,
): Promise<Signers> {
  const claims = signatures.map((signed, place) => ({
    place,
    signed,
    identified: identify(signed.identity),
  }));
  const groups = groupsOf(claims);
  const outcomes = (await Promise.all(groups.map(outcomeOf))).flat();
  const inOrder = outcomes.sort((one, other) => one.place - other.place);
  const more = inOrder.length > MOST_SHOWN ? [`and ${inOrder.length - MOST_SHOWN} more`] : [];
  const text = [...inOrder.slice(0, MOST_SHOWN).map((each) => each.text), ...more].join(', ');
  return {
    identities: inOrder.flatMap(({ identity }) => identity ?? []),
    text: text === '' ? 'nobody signed' : text,
  };
}
