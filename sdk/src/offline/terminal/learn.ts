// SPDX-License-Identifier: Apache-2.0
// Updates a terminal's trust: issuers first, because they sign the bulletins.
import type { IssuerRow, RegisteredIssuerRow } from '@fabric-offline-pay/domain';
import { RefusedError } from '../../errors.js';
import type { TerminalContext } from './context.js';
import { payeeChange } from './own-payee.js';
import type { TerminalLedger } from './terminal-ledger.js';
import { bulletinChange, bulletinOf, issuerChange, issuerChanges, sortIssuers } from './trust.js';

/** What a terminal can learn about a bank: from the ledger, or from a file when it has no network. */
export interface BankNews {
  readonly issuers?: readonly IssuerRow[];
  readonly bulletin?: Uint8Array;
  /** The terminal's own payee certificate. */
  readonly payee?: Uint8Array;
}

async function writeBulletin(
  { store, trust, clock }: TerminalContext,
  bulletin: Uint8Array,
): Promise<void> {
  const change = await bulletinChange(store, bulletin, trust.channel, clock());
  if (change !== undefined) await store.write([change]);
}

/**
 * @throws {OfflineError} ISSUER_UNTRUSTED
 * @throws {RefusedError} OFFLINE_MALFORMED, OFFLINE_SIGNATURE_INVALID, OFFLINE_WRONG_CHANNEL, OFFLINE_CLOCK_WRONG,
 * OFFLINE_PAYEE_UNTRUSTED
 */
export const learn = (
  context: TerminalContext,
  { issuers: news = [], bulletin, payee }: BankNews,
): Promise<void> =>
  context.inTurn(async () => {
    const { store, trust, clock } = context;
    const now = clock();
    const changes = await Promise.all(
      news.map((issuer) => issuerChange(store, issuer, trust.roots, now)),
    );
    await store.write(changes);
    if (bulletin !== undefined) await writeBulletin(context, bulletin);
    if (payee !== undefined) await store.write([await payeeChange(context, payee)]);
  });

async function learnIssuers(
  { store, trust, clock, events, inTurn }: TerminalContext,
  bankId: string,
  listed: readonly RegisteredIssuerRow[],
): Promise<void> {
  const sorted = sortIssuers(bankId, listed, trust.roots, clock());
  await inTurn(async () => store.write(await issuerChanges(store, bankId, sorted)));
  if (sorted.refused.length > 0)
    events.emit({ kind: 'newsRefused', bankId, code: 'ISSUER_UNTRUSTED' });
}

async function learnBank(
  context: TerminalContext,
  ledger: TerminalLedger,
  bankId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await learnIssuers(context, bankId, await ledger.issuers(bankId, signal));
  const known = await bulletinOf(context.store, bankId);
  const bulletin = await ledger.bulletin(bankId, known, signal);
  if (bulletin === undefined) return;
  try {
    await learn(context, { bulletin });
  } catch (error) {
    if (known === undefined || !(error instanceof RefusedError)) throw error;
    const whole = await ledger.bulletin(bankId, undefined, signal);
    if (whole !== undefined) await learn(context, { bulletin: whole });
  }
}

/**
 * Fetches issuers and bulletin of every bank whose roots the terminal has. A refusal concerning one bank is reported, and affects
 * neither the other banks nor the settlement.
 */
export async function learnFromLedger(
  context: TerminalContext,
  ledger: TerminalLedger,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const bankId of Object.keys(context.trust.roots))
    try {
      await learnBank(context, ledger, bankId, signal);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      context.events.emit({ kind: 'newsRefused', bankId, code: error.code });
    }
}
