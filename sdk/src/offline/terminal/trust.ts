// SPDX-License-Identifier: Apache-2.0
// Whom a terminal trusts: issuers that a bank's root vouches for, and the newest bulletin of each bank.
import {
  decodeBulletin,
  ensure,
  isTrustedIssuer,
  parseCose,
  verifyBulletin,
  type Bulletin,
  type IssuerRow,
  type RegisteredIssuerRow,
  type TrustedIssuer,
} from '@fabric-offline-pay/domain';
import { OfflineError } from '../../errors.js';
import { fromBase64, toBase64 } from '../base64.js';
import { isCertified, isVouchedFor, type Roots } from '../issuer/vouched.js';
import { withRefusedErrors } from '../with-refused-errors.js';
import type { Change, Store } from '../store/store.js';
import { bulletins, formerIssuers, issuers } from './records.js';

export interface TrustOptions {
  readonly channel: string;
  readonly roots: Roots;
}

/**
 * @returns the change that keeps an issuer given from a file
 * @throws {OfflineError} ISSUER_UNTRUSTED, also for an issuer that the ledger reports as ended
 */
export async function issuerChange(
  store: Store,
  issuer: IssuerRow,
  roots: Roots,
  now: number,
): Promise<Change> {
  const { bankId, kid } = issuer;
  const isOver = (await formerIssuers.get(store, bankId, kid)) !== undefined;
  if (isOver || !isVouchedFor(issuer, roots, now))
    throw new OfflineError('ISSUER_UNTRUSTED', { bankId, kid });
  return issuers.put(issuer, bankId, kid);
}

/** The issuers that the ledger lists for a bank, sorted. */
interface Listed {
  readonly trusted: readonly IssuerRow[];
  /** Retired, or with an expired certificate. */
  readonly former: readonly IssuerRow[];
  /** No root of the bank certified them: a mistake or a lie. */
  readonly refused: readonly IssuerRow[];
}

export function sortIssuers(
  bankId: string,
  listed: readonly RegisteredIssuerRow[],
  roots: Roots,
  now: number,
): Listed {
  const isOwn = (issuer: IssuerRow): boolean =>
    issuer.bankId === bankId && isCertified(issuer, roots);
  const isTrusted = (issuer: RegisteredIssuerRow): boolean =>
    isTrustedIssuer(issuer, now) && isVouchedFor(issuer, roots, now);
  const own = listed.filter(isOwn);
  return {
    trusted: own.filter(isTrusted),
    former: own.filter((issuer) => !isTrusted(issuer)),
    refused: listed.filter((issuer) => !own.includes(issuer)),
  };
}

/** The terminal no longer trusts keys that the ledger does not list, or lists as ended. */
export async function issuerChanges(
  store: Store,
  bankId: string,
  { trusted, former }: Listed,
): Promise<readonly Change[]> {
  const known = await issuers.list(store, bankId);
  const gone = known.filter(({ kid }) => !trusted.some((issuer) => issuer.kid === kid));
  return [
    ...gone.map(({ kid }) => issuers.remove(bankId, kid)),
    ...former.map((issuer) => formerIssuers.put(issuer, bankId, issuer.kid)),
    ...trusted.map((issuer) => issuers.put(issuer, bankId, issuer.kid)),
    ...trusted.map(({ kid }) => formerIssuers.remove(bankId, kid)),
  ];
}

export const trustedIssuers = (store: Store): Promise<readonly TrustedIssuer[]> =>
  issuers.list(store);

/**
 * Reads a bulletin that was verified when it was stored. Returns it only while its issuer is trusted: if the issuer's key may
 * be stolen, the bulletin may hide a device that the bank has revoked.
 */
async function readIfTrusted(store: Store, text: string): Promise<Bulletin | undefined> {
  const { kid, payload } = parseCose('offpay/bulletin', fromBase64(text));
  const bulletin = decodeBulletin(payload);
  const issuer = await issuers.get(store, bulletin.bankId, kid?.toString('hex') ?? '');
  return issuer && bulletin;
}

/** @returns the bank's newest bulletin, or undefined when it has none by an issuer that is trusted now. */
export async function bulletinOf(store: Store, bankId: string): Promise<Bulletin | undefined> {
  const text = await bulletins.get(store, bankId);
  return text === undefined ? undefined : readIfTrusted(store, text);
}

/** @returns the newest bulletin of every bank that has one by an issuer that is trusted now. */
export async function allBulletins(store: Store): Promise<readonly Bulletin[]> {
  const texts = await bulletins.list(store);
  const all = await Promise.all(texts.map((text) => readIfTrusted(store, text)));
  return all.filter((bulletin) => bulletin !== undefined);
}

/**
 * A bank's bulletin numbers only grow, by any amount while the terminal was away. The same number may come again with a later
 * date. Numbers rise with time: where they do not, one of the two bulletins is false, and the later one counts. So a false
 * bulletin with a high number blocks the news only until the bank signs its next one.
 */
function isNewer(bulletin: Bulletin, known: Bulletin | undefined): boolean {
  if (known === undefined || bulletin.number > known.number) return true;
  const later = bulletin.issuedAt - known.issuedAt;
  return later > (bulletin.number === known.number ? 0 : bulletin.policy.clockToleranceSeconds);
}

function ensureCounts(bulletin: Bulletin, channel: string, now: number): void {
  const { issuedAt, policy } = bulletin;
  ensure(bulletin.channel === channel, 'OFFLINE_WRONG_CHANNEL', { channel: bulletin.channel });
  const ahead = issuedAt - now;
  ensure(ahead <= policy.clockToleranceSeconds, 'OFFLINE_CLOCK_WRONG', { ahead });
}

/**
 * @param now by the terminal's clock, seconds since 1970
 * @returns the change that keeps the bulletin, or undefined when the terminal has it or a newer one
 * @throws {RefusedError} OFFLINE_MALFORMED, OFFLINE_SIGNATURE_INVALID, OFFLINE_WRONG_CHANNEL, OFFLINE_CLOCK_WRONG
 */
export async function bulletinChange(
  store: Store,
  bytes: Uint8Array,
  channel: string,
  now: number,
): Promise<Change | undefined> {
  const known = await trustedIssuers(store);
  const bulletin = withRefusedErrors(() => {
    const verified = verifyBulletin(bytes, known);
    ensureCounts(verified, channel, now);
    return verified;
  });
  const stored = await bulletinOf(store, bulletin.bankId);
  if (!isNewer(bulletin, stored)) return undefined;
  return bulletins.put(toBase64(bytes), bulletin.bankId);
}
