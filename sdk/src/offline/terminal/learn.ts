// SPDX-License-Identifier: Apache-2.0
// Brings a terminal's trust up to date: issuers first, since bulletins are believed by them.
import { isTrustedIssuer, type IssuerRow } from '@fabric-offline-pay/domain';
import { OfflineError, RefusedError } from '../../errors.js';
import type { TerminalContext } from './context.js';
import { issuers } from './records.js';
import type { TerminalLedger } from './terminal-ledger.js';
import { bulletinChange, issuerChange } from './trust.js';

/** What a terminal can be told of a bank: by the ledger, or by hand when it has no network. */
export interface BankNews {
  readonly issuers?: readonly IssuerRow[];
  readonly bulletin?: Uint8Array;
}

/**
 * @throws {OfflineError} ISSUER_UNTRUSTED
 * @throws {RefusedError} OFFLINE_MALFORMED, OFFLINE_SIGNATURE_INVALID, OFFLINE_WRONG_CHANNEL
 */
export const learn = (
  { store, trust, clock, inTurn }: TerminalContext,
  { issuers: news = [], bulletin }: BankNews,
): Promise<void> =>
  inTurn(async () => {
    const now = clock();
    await store.write(news.map((issuer) => issuerChange(issuer, trust.roots, now)));
    const change = bulletin && (await bulletinChange(store, bulletin, trust.channel));
    if (change !== undefined) await store.write([change]);
  });

/** An issuer that no root vouches for is somebody's mistake or lie: the others still count. */
async function learnIssuer(context: TerminalContext, issuer: IssuerRow): Promise<void> {
  try {
    await learn(context, { issuers: [issuer] });
  } catch (error) {
    if (!(error instanceof OfflineError && error.code === 'ISSUER_UNTRUSTED')) throw error;
  }
}

/** A key that the ledger does not list any more, or not as one to be trusted, speaks for nobody. */
const forgetOthers = (
  { store, inTurn }: TerminalContext,
  bankId: string,
  trusted: readonly IssuerRow[],
): Promise<void> =>
  inTurn(async () => {
    const known = await issuers.list(store, bankId);
    const gone = known.filter(({ kid }) => !trusted.some((issuer) => issuer.kid === kid));
    await store.write(gone.map(({ kid }) => issuers.remove(bankId, kid)));
  });

/** One by an issuer that was retired as compromised is nobody's word: the last one counts until it is stale. */
async function learnBulletin(context: TerminalContext, bulletin: Uint8Array): Promise<void> {
  try {
    await learn(context, { bulletin });
  } catch (error) {
    if (!(error instanceof RefusedError && error.code === 'OFFLINE_SIGNATURE_INVALID')) throw error;
  }
}

/** Fetches issuers and bulletin of every bank that the terminal has roots of. */
export async function learnFromLedger(
  context: TerminalContext,
  ledger: TerminalLedger,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const bankId of Object.keys(context.trust.roots)) {
    const listed = await ledger.issuers(bankId, signal);
    const trusted = listed.filter((issuer) => isTrustedIssuer(issuer, context.clock()));
    await forgetOthers(context, bankId, trusted);
    for (const issuer of trusted) await learnIssuer(context, issuer);
    const bulletin = await ledger.bulletin(bankId, signal);
    if (bulletin !== undefined) await learnBulletin(context, bulletin);
  }
}
