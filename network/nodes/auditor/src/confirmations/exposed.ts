// SPDX-License-Identifier: Apache-2.0
// What reports expose: findings by comparison of what others said with the ledger. They are computed when somebody asks, so that one goes away
// when the ledger catches up with what was reported. Other auditors were told other things, so that no signed report of the blocks has them.
import { CLOCK_TOLERANCE_SECONDS } from '@fabric-offline-pay/domain';
import type {
  ReportedReceiptTable,
  ReportedVoucherTable,
} from '../database/confirmation-tables.js';
import type { AuditorDatabase } from '../database/schema.js';
import type { RuleName } from '../findings/finding.js';
import { reserveKeyOf, rowsAt } from './ledger-rows.js';

/** A finding that rests on a report. */
export interface ExposedFinding {
  readonly rule: RuleName;
  /** Of the transaction that says something else, or the block that should have it; 0 where the ledger has nothing. */
  readonly block: number;
  readonly place: number | null;
  readonly transactionId: string;
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
}

/** What is compared, and until when. */
export interface Exposing {
  readonly db: AuditorDatabase;
  readonly chaincode: string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** Of one kind, at most: what is exposed is looked into long before. */
export const MOST_EXPOSED = 1_000;

const timeText = (seconds: number): string => new Date(seconds * 1_000).toISOString();

const moneyText = ({ amount, currency }: { readonly amount: string; readonly currency: string }) =>
  `${amount} minor units of ${currency}`;

const subjectOf = ({
  merchant_id,
  order_number,
  digest,
}: Pick<ReportedVoucherTable, 'merchant_id' | 'order_number' | 'digest'>): string =>
  `${merchant_id}/${order_number}/${digest}`;

const wordOf = ({ proven }: { readonly proven: boolean }): string =>
  proven ? 'the signed voucher was reported' : 'the merchant reported its digest alone';

/** Vouchers that were paid to somebody else, or not in full. */
async function paidOtherwise({ db }: Exposing): Promise<ExposedFinding[]> {
  const rows = await db
    .selectFrom('reported_vouchers as reported')
    .innerJoin('voucher_fates as fate', 'fate.digest', 'reported.digest')
    .select([
      ...(['reported.digest', 'reported.merchant_id', 'reported.order_number'] as const),
      ...(['reported.currency', 'reported.amount'] as const),
      ...(['fate.merchant_id as paid_to', 'fate.amount as paid', 'fate.block'] as const),
      ...(['fate.place', 'fate.transaction_id'] as const),
    ])
    .where('fate.verdict', '=', 'settled')
    .where((fate) =>
      fate.or([
        fate('fate.merchant_id', '<>', fate.ref('reported.merchant_id')),
        fate('fate.amount', '<>', fate.ref('reported.amount')),
      ]),
    )
    .orderBy('fate.block')
    .orderBy('reported.digest')
    .limit(MOST_EXPOSED)
    .execute();
  return rows.map((row) => ({
    ...{ rule: 'confirmation.voucher', block: row.block, place: row.place },
    ...{ transactionId: row.transaction_id, subject: subjectOf(row) },
    expected: `${moneyText(row)} to ${row.merchant_id}`,
    found: `${moneyText({ ...row, amount: row.paid })} to ${row.paid_to}`,
  }));
}

/** Reported vouchers of which the ledger knows nothing, and whose certificate's time to settle is over. */
const unseen = ({ db, at }: Exposing) =>
  db
    .selectFrom('reported_vouchers as reported')
    .leftJoin('voucher_fates as fate', 'fate.digest', 'reported.digest')
    .select([
      ...(['reported.digest', 'reported.merchant_id', 'reported.order_number'] as const),
      ...(['reported.customer_id', 'reported.device_id', 'reported.epoch'] as const),
      ...(['reported.currency', 'reported.amount', 'reported.claim_until'] as const),
    ])
    .select((row) => row('reported.voucher', 'is not', null).as('proven'))
    .where('fate.digest', 'is', null)
    .where('reported.claim_until', '<', at - CLOCK_TOLERANCE_SECONDS)
    .orderBy('reported.claim_until')
    .orderBy('reported.digest')
    .limit(MOST_EXPOSED)
    .execute();

type Unseen = Awaited<ReturnType<typeof unseen>>[number];

const reserveOf = ({ customer_id, device_id, epoch }: Unseen): string =>
  reserveKeyOf({ customerId: customer_id, deviceId: device_id, epoch });

/** Accepted, reported, and neither on the ledger nor claimable any more. A top-up of the reserve may have prolonged the time. */
async function neverSettled(exposing: Exposing): Promise<ExposedFinding[]> {
  const { db, chaincode, at } = exposing;
  const rows = await unseen(exposing);
  const reserves = await rowsAt(db, chaincode, 'reserve', rows.map(reserveOf));
  return rows.flatMap((row): ExposedFinding[] => {
    const until = Math.max(row.claim_until, reserves.get(reserveOf(row))?.claimUntil ?? 0);
    if (until >= at - CLOCK_TOLERANCE_SECONDS) return [];
    const proven = Boolean(row.proven);
    return [
      {
        ...{ rule: 'confirmation.voucher', block: 0, place: null, transactionId: '' },
        subject: subjectOf(row),
        expected: `${moneyText(row)} to ${row.merchant_id} by ${timeText(until)}`,
        found: `no such voucher on the ledger; ${wordOf({ proven })}`,
      },
    ];
  });
}

type Compared = Pick<
  ReportedReceiptTable,
  'payee_id' | 'transaction_id' | 'reference' | 'currency' | 'amount' | 'block'
> & { readonly credited: string | null; readonly credited_in: number | null };

const receiptFinding = (row: Compared): ExposedFinding => ({
  ...{ rule: 'confirmation.receipt', block: row.block, place: null },
  transactionId: row.transaction_id,
  subject: `${row.payee_id}/${row.reference}`,
  expected: `${moneyText(row)} credited in block ${row.block.toString()}`,
  found:
    row.credited === null
      ? 'no such credit in this transaction'
      : `${moneyText({ ...row, amount: row.credited })} in block ${String(row.credited_in)}`,
});

/** What a payee's own peer has otherwise than the auditor's. A block that was not audited yet says nothing. */
async function creditedOtherwise({ db }: Exposing): Promise<ExposedFinding[]> {
  const rows = await db
    .selectFrom('reported_receipts as reported')
    .leftJoin('credited', (join) =>
      join
        .onRef('credited.payee_id', '=', 'reported.payee_id')
        .onRef('credited.transaction_id', '=', 'reported.transaction_id')
        .onRef('credited.reference', '=', 'reported.reference')
        .onRef('credited.currency', '=', 'reported.currency'),
    )
    .select([
      ...(['reported.payee_id', 'reported.transaction_id', 'reported.reference'] as const),
      ...(['reported.currency', 'reported.amount', 'reported.block'] as const),
      ...(['credited.amount as credited', 'credited.block as credited_in'] as const),
    ])
    .where((row) =>
      row('reported.block', '<', row.selectFrom('ledger_position').select('next_block')),
    )
    .where((row) =>
      row.or([
        row('credited.amount', 'is', null),
        row('credited.amount', '<>', row.ref('reported.amount')),
        row('credited.block', '<>', row.ref('reported.block')),
      ]),
    )
    .orderBy('reported.block')
    .orderBy('reported.transaction_id')
    .orderBy('reported.reference')
    .limit(MOST_EXPOSED)
    .execute();
  return rows.map(receiptFinding);
}

/** @returns what reports of vouchers and receipts expose by this time, by kind and in the order of the ledger */
export const exposedByReports = async (exposing: Exposing): Promise<ExposedFinding[]> => [
  ...(await paidOtherwise(exposing)),
  ...(await neverSettled(exposing)),
  ...(await creditedOtherwise(exposing)),
];
