// SPDX-License-Identifier: Apache-2.0
// The changes from an older bulletin to a newer one. A terminal with the older one does not have to fetch thousands of
// devices again. The changes are not trusted by themselves: they contain the bank's signature over the whole bulletin, which
// the terminal puts together and verifies.
import { isSame } from '../base/canonical.js';
import { ensure } from '../base/errors.js';
import type { BulletinChangeRow, Revocation } from '../ledger/offline-rows.js';
import type { OfflinePolicy } from '../policy/policy.js';
import { encodeBulletin, offlinePolicyCodec, revocations } from './bulletin.js';
import { bytes, decodeWith, encodeWith, instant, number32, versioned } from './codec.js';
import { joinCose, type CoseParts } from './cose.js';
import type { Bulletin } from './objects.js';

interface Changes {
  /** Number of the older bulletin. */
  readonly since: number;
  readonly removed: readonly Revocation[];
  readonly added: readonly Revocation[];
  readonly number: number;
  readonly issuedAt: number;
  readonly policy: OfflinePolicy;
  readonly kid: Uint8Array;
  /** The bank's signature over the whole newer bulletin. */
  readonly signature: Uint8Array;
}

const codec = versioned<Changes>(1, {
  since: number32,
  removed: revocations,
  added: revocations,
  number: number32,
  issuedAt: instant,
  policy: offlinePolicyCodec,
  kid: bytes(8),
  signature: bytes(64),
});

/** @returns the revoked reserve as one name, for comparison. */
export const nameOfRevocation = ({ customerId, deviceId, epoch }: Revocation): string =>
  `${customerId}/${deviceId}/${epoch.toString()}`;

const namesOf = (list: readonly Revocation[]): ReadonlySet<string> =>
  new Set(list.map(nameOfRevocation));

const without = (list: readonly Revocation[], names: ReadonlySet<string>): readonly Revocation[] =>
  list.filter((entry) => !names.has(nameOfRevocation(entry)));

/**
 * First the entries that stay, in their order, then the new ones. Banks keep this order, so that one list follows from the
 * other.
 */
const changed = (
  revoked: readonly Revocation[],
  { removed, added }: ListChange,
): readonly Revocation[] => [...without(revoked, namesOf(removed)), ...added];

type ListChange = Pick<BulletinChangeRow, 'added' | 'removed'>;

/**
 * @returns what was removed from a list and what was added. @throws {DomainError} INPUT_INVALID when the list is not in the
 * order above.
 */
export function changesBetween(
  before: readonly Revocation[],
  after: readonly Revocation[],
): ListChange {
  const change = {
    removed: without(before, namesOf(after)),
    added: without(after, namesOf(before)),
  };
  const isOrdered = isSame(changed(before, change), after) && namesOf(after).size === after.length;
  ensure(isOrdered, 'INPUT_INVALID', {
    field: 'bulletin.revoked',
    reason: 'not those that stay in their order, then new ones, each once',
  });
  return change;
}

/** @returns the changes of several bulletins as one. An entry that came and went in between is in neither list. */
export function joinedChanges(rows: readonly ListChange[]): ListChange {
  let joined: ListChange = { added: [], removed: [] };
  for (const row of rows)
    joined = {
      removed: [...joined.removed, ...without(row.removed, namesOf(joined.added))],
      added: changed(joined.added, row),
    };
  return joined;
}

/**
 * @returns the changes since that bulletin, in CBOR.
 * @param since number of the bulletin that the reader has
 * @param newest the bank's newest bulletin, and its envelope
 */
export const encodeBulletinChanges = (
  since: number,
  { added, removed }: ListChange,
  { number, issuedAt, policy }: Bulletin,
  { kid, signature }: Pick<CoseParts, 'kid' | 'signature'>,
): Buffer =>
  encodeWith(codec, {
    since,
    added,
    removed,
    number,
    issuedAt,
    policy,
    signature,
    kid: kid ?? new Uint8Array(),
  });

/**
 * Puts the newest bulletin together. It verifies nothing: the caller checks the bank's signature.
 * @param known the bulletin that the changes start from
 * @returns the signed bulletin.
 * @throws {DomainError} OFFLINE_MALFORMED when the bytes are not changes, or start from another bulletin.
 */
export function applyBulletinChanges(known: Bulletin, changes: Uint8Array): Buffer {
  const read = decodeWith(codec, changes);
  const { since, added, removed, number, issuedAt, policy, kid, signature } = read;
  ensure(since === known.number, 'OFFLINE_MALFORMED', { reason: 'changes of another bulletin' });
  const revoked = changed(known.revoked, { removed, added });
  const payload = encodeBulletin({ ...known, number, issuedAt, policy, revoked });
  return joinCose('offpay/bulletin', payload, signature, kid);
}
