// SPDX-License-Identifier: Apache-2.0
// Brings vouchers that the payee cancelled to the bank, one at a time, and says in words what happened to the money.
import {
  decodePaymentRequest,
  parseCose,
  type Amount,
  type Currency,
} from '@fabric-offline-pay/domain';
import type { OfflineBank } from '@fabric-offline-pay/run';
import { RefusedError } from '@fabric-offline-pay/sdk';
import type { CancelledVoucher } from '@fabric-offline-pay/sdk/offline';
import { moneyText } from './device-text.js';

/** `before`: by an earlier call, or with the rest of its reserve. */
type Returned = 'now' | 'before';

/** What the bank did with a voucher that its payee cancelled. */
export interface Brought {
  readonly orderNumber: string;
  readonly amount: Amount;
  readonly currency: Currency;
  /** Null when the money did not come back. */
  readonly returned: Returned | null;
  /** Why not. */
  readonly refused: { readonly code: string; readonly message: string } | null;
}

/** A closed reserve has returned everything that was not settled. */
const isWithReserve = ({ code, details }: RefusedError): boolean =>
  code === 'OFFLINE_RESERVE_INACTIVE' && details['status'] === 'closed';

/** @throws only errors that are not refusals: the next sync brings the voucher again. */
export async function bring(
  bank: Pick<OfflineBank, 'cancel'>,
  cancelled: CancelledVoucher,
): Promise<Brought> {
  const request = Buffer.from(cancelled.request, 'base64');
  const { payload } = parseCose('offpay/payment-request', request);
  const { orderNumber, currency } = decodePaymentRequest(payload);
  const of = { orderNumber, currency, amount: cancelled.amount };
  try {
    const { replayed } = await bank.cancel(cancelled);
    return { ...of, returned: replayed ? 'before' : 'now', refused: null };
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    if (isWithReserve(error)) return { ...of, returned: 'before', refused: null };
    const { code, message } = error;
    return { ...of, returned: null, refused: { code, message } };
  }
}

function lineOf({ returned, refused, ...voucher }: Brought): string {
  const what = `${moneyText(voucher)} of ${voucher.orderNumber}`;
  if (refused !== null) return `NOT RETURNED: ${what}: ${refused.code}: ${refused.message}`;
  return `returned${returned === 'before' ? ' before' : ''}: ${what}`;
}

export const broughtText = (all: readonly Brought[]): string =>
  all.length === 0 ? 'nothing was cancelled' : all.map(lineOf).join('\n');
