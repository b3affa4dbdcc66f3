// SPDX-License-Identifier: Apache-2.0
// The report of a run, and whether it came out as it must.
import type { OutputOf } from '@fabric-offline-pay/domain';
import { countBy } from './outcomes.js';
import type { Audited } from './audited.js';
import type { Measured } from './measure.js';
import type { Ran } from './run.js';

type Totals = OutputOf<'settlement', 'totals'>['currencies'];

export interface OfflineReport extends Measured {
  readonly accepted: number;
  readonly refusedOffline: Readonly<Record<string, number>>;
  /** The longest request and the longest voucher with certificate, as a QR code carries them. */
  readonly requestBytes: number;
  readonly paymentBytes: number;
  readonly receiptBytes: number;
  /** Honest payments of which the device keeps the terminal's receipt. */
  readonly receipts: number;
  /** Vouchers that no till read, whose money the bank returned. */
  readonly cancelled: number;
  readonly settled: number;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly fraudProofs: number;
  readonly transactions: number;
  readonly vouchersPerTransaction: number;
  readonly money: Readonly<Record<string, Totals[string]>> & { readonly balanced: boolean };
  readonly audit: Audited;
}

/** issued − redeemed = all money on the ledger, to the unit. */
const isBalanced = (totals: Totals): boolean =>
  Object.values(totals).every(
    ({ issued, redeemed, onLedger }) => BigInt(issued) - BigInt(redeemed) === BigInt(onLedger),
  );

const REFUSAL = /^OFFLINE_/;

export function reportOf(
  ran: Ran,
  measured: Measured,
  { totals, audit }: { readonly totals: Totals; readonly audit: Audited },
): OfflineReport {
  const payments = ran.terminals.flatMap((terminal) => terminal.payments);
  const settled = payments.filter(({ status }) => status === 'settled').length;
  const verdicts = [...payments.map(({ verdict }) => verdict ?? 'none'), ...ran.alteredVerdicts];
  const refusals = ran.outcomes.tried.map(({ got }) => got).filter((got) => REFUSAL.test(got));
  const transactions = ran.batches.length;
  return {
    accepted: payments.length,
    refusedOffline: countBy(refusals),
    requestBytes: Math.max(...ran.carried.map(({ request }) => request)),
    paymentBytes: Math.max(...ran.carried.map(({ payment }) => payment)),
    receiptBytes: Math.max(...ran.carried.map(({ receipt }) => receipt)),
    receipts: ran.receipts,
    cancelled: ran.cancelled.length,
    settled,
    verdicts: countBy(verdicts),
    fraudProofs: ran.convicted,
    transactions,
    vouchersPerTransaction: settled / Math.max(1, transactions),
    ...measured,
    money: { ...totals, balanced: isBalanced(totals) } as OfflineReport['money'],
    audit,
  };
}

const fixed = (value: number, digits = 1): string => value.toFixed(digits);

/** For people. */
export function reportText(report: OfflineReport): string {
  const pairs = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count.toString()}`)
      .join(', ');
  const ratio = report.vouchersPerSecond / report.noopSubmitsPerSecond;
  const { balanced } = report.money;
  return [
    `accepted offline      ${report.accepted.toString()}`,
    `refused offline       ${pairs(report.refusedOffline)}`,
    `bytes in a QR code    request ${report.requestBytes.toString()}, voucher with certificate ${report.paymentBytes.toString()}, receipt ${report.receiptBytes.toString()}`,
    `receipts              ${report.receipts.toString()} kept by devices; ${report.cancelled.toString()} cancelled vouchers returned`,
    `settled               ${report.settled.toString()} in ${report.transactions.toString()} transactions (${fixed(report.vouchersPerTransaction)} each)`,
    `verdicts              ${pairs(report.verdicts)}`,
    `fraud proofs          ${report.fraudProofs.toString()}`,
    `vouchers per second   ${fixed(report.vouchersPerSecond)} = ${fixed(ratio)} × ${fixed(report.noopSubmitsPerSecond)} noop submits`,
    `bytes per voucher     ${fixed(report.bytesPerVoucher, 0)} = ${fixed(report.bytesPerVoucher / report.expressOrderBytes, 3)} × ${fixed(report.expressOrderBytes, 0)} of an express order`,
    `verification limit    ${fixed(100 * report.shareOfVerificationLimit)} % of ${fixed(report.verificationsPerSecondOneCore, 0)} verifications a second on one core`,
    `audit                 ${report.audit.findings.toString()} findings in ${report.audit.blocks.toString()} blocks; ${fixed(report.audit.auditedVouchersPerSecond)} vouchers a second; MiB ${report.audit.memory.join(' ')}`,
    `money                 ${balanced ? 'balanced to the unit' : 'NOT BALANCED'}`,
  ].join('\n');
}
