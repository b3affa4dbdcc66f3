// SPDX-License-Identifier: Apache-2.0
// Whom a terminal trusts: issuers that a bank's root vouches for, and the newest bulletin of each bank.
import {
  decodeBulletin,
  parseCose,
  verifyBulletin,
  type Bulletin,
  type IssuerRow,
  type TrustedIssuer,
} from '@fabric-offline-pay/domain';
import { OfflineError, RefusedError } from '../../errors.js';
import { isVouchedFor, type Roots } from '../issuer/vouched.js';
import { refusing } from '../refused.js';
import type { Change, Store } from '../store/store.js';
import { bulletins, issuers } from './records.js';

export interface TrustOptions {
  readonly channel: string;
  readonly roots: Roots;
}

/** @throws {OfflineError} ISSUER_UNTRUSTED */
export function issuerChange(issuer: IssuerRow, roots: Roots, now: number): Change {
  if (!isVouchedFor(issuer, roots, now))
    throw new OfflineError('ISSUER_UNTRUSTED', { bankId: issuer.bankId, kid: issuer.kid });
  return issuers.put(issuer, issuer.bankId, issuer.kid);
}

/** Reads a bulletin that was verified when it was stored. */
const readBulletin = (text: string): Bulletin =>
  decodeBulletin(parseCose('offpay/bulletin', Buffer.from(text, 'base64')).payload);

export const trustedIssuers = (store: Store): Promise<readonly TrustedIssuer[]> =>
  issuers.list(store);

export async function bulletinOf(store: Store, bankId: string): Promise<Bulletin | undefined> {
  const text = await bulletins.get(store, bankId);
  return text === undefined ? undefined : readBulletin(text);
}

export const allBulletins = async (store: Store): Promise<readonly Bulletin[]> =>
  (await bulletins.list(store)).map(readBulletin);

/** A bank's list only grows in number; the same number may come again with a later date. */
const isNewer = (bulletin: Bulletin, known: Bulletin | undefined): boolean =>
  known === undefined ||
  bulletin.number > known.number ||
  (bulletin.number === known.number && bulletin.issuedAt > known.issuedAt);

/**
 * @returns what to write, or undefined when the terminal has it, or a newer one.
 * @throws {RefusedError} OFFLINE_MALFORMED, OFFLINE_SIGNATURE_INVALID, OFFLINE_WRONG_CHANNEL
 */
export async function bulletinChange(
  store: Store,
  bytes: Uint8Array,
  channel: string,
): Promise<Change | undefined> {
  const known = await trustedIssuers(store);
  const bulletin = refusing(() => verifyBulletin(bytes, known));
  if (bulletin.channel !== channel)
    throw new RefusedError({
      code: 'OFFLINE_WRONG_CHANNEL',
      message: 'The bulletin belongs to another channel.',
      details: { channel: bulletin.channel },
    });
  const stored = await bulletinOf(store, bulletin.bankId);
  if (!isNewer(bulletin, stored)) return undefined;
  return bulletins.put(Buffer.from(bytes).toString('base64'), bulletin.bankId);
}
