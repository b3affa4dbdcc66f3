// SPDX-License-Identifier: Apache-2.0
// Terminals hand in the vouchers that they accepted, so that the node tells an auditor of them while the ledger knows nothing yet.
import { bytesToText, coseDigest, parseCose, unlessMalformed } from '@fabric-offline-pay/domain';
import { addRows, type AnyDatabase } from '@fabric-offline-pay/node-common/node';
import type { AcceptedVoucherTable, MerchantDatabase } from '../database/schema.js';

/** An accepted voucher, base64. */
export interface AcceptedVoucher {
  readonly voucher: string;
  readonly certificate: string;
  /** Of the request's payload. */
  readonly request: string;
  /** Seconds since 1970, by the terminal's clock. */
  readonly acceptedAt: number;
}

/** What a terminal hands in. */
export interface HandedIn {
  readonly merchantId: string;
  readonly terminalId: string;
  readonly vouchers: readonly AcceptedVoucher[];
}

interface Context {
  readonly db: MerchantDatabase;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Asks for a report; undefined when no auditor is told anything. */
  readonly askReport: ((db: AnyDatabase) => Promise<void>) | undefined;
}

const digestOf = (voucher: string): string | undefined =>
  unlessMalformed(() =>
    bytesToText(coseDigest(parseCose('offpay/voucher', Buffer.from(voucher, 'base64')))),
  );

function rowsOf({ merchantId, terminalId, vouchers }: HandedIn, now: number) {
  const rows = new Map<string, AcceptedVoucherTable>();
  for (const { acceptedAt, ...signed } of vouchers) {
    const digest = digestOf(signed.voucher);
    if (digest === undefined) continue;
    rows.set(digest, {
      ...{ digest, merchant_id: merchantId, terminal_id: terminalId, ...signed },
      ...{ accepted_at: acceptedAt, handed_in_at: now, result: null },
    });
  }
  return [...rows.values()];
}

/**
 * Keeps each voucher once. Without an auditor nothing is kept, since nobody would ever read it.
 * @returns how many were new
 */
export async function handIn({ db, clock, askReport }: Context, handed: HandedIn): Promise<number> {
  if (askReport === undefined) return 0;
  const rows = rowsOf(handed, clock());
  return db.transaction().execute(async (transaction) => {
    const added = await addRows(transaction, 'accepted_vouchers', rows, 'digest');
    if (added.length > 0) await askReport(transaction);
    return added.length;
  });
}
