// SPDX-License-Identifier: Apache-2.0
// Which vouchers a valid transaction judged, and how: from its arguments and its answer, which replay has compared, and from the rows that it wrote.
import {
  bytesToText,
  coseDigest,
  parseCose,
  readBatched,
  requestStartOf,
  TRANSACTIONS,
  unlessMalformed,
  verdictOf,
  type LedgerVerdict,
} from '@fabric-offline-pay/domain';
import type * as z from 'zod';
import type { Call } from '../blocks/raw-block.js';
import type { AuditedTransaction } from '../engine/segment.js';
import { isRow, readRow } from '../rows/read-row.js';
import { reserveKeyOf } from './ledger-rows.js';

/** A voucher that a transaction judged. */
export interface JudgedVoucher {
  /** Base64url. */
  readonly digest: string;
  readonly verdict: LedgerVerdict;
  readonly merchantId: string;
  /** What was paid for it, minor units. */
  readonly amount: string;
}

/** The certificates of a reserve by their sequence: digests, base64url. */
export type CertificatesOf = (reserveKey: string) => readonly string[];

const { settle, order, cancel } = TRANSACTIONS.offline;

/** Whatever a patched chaincode wrote. @returns undefined for anything but the schema's */
function parsed<Schema extends z.ZodType>(
  schema: Schema,
  bytes: Uint8Array | undefined,
): z.output<Schema> | undefined {
  try {
    const text = Buffer.from(bytes ?? new Uint8Array()).toString('utf8');
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const inputOf = <Schema extends z.ZodType>(schema: Schema, { arguments: given }: Call) =>
  parsed(schema, given[1]);

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');

const digestOfVoucher = (voucher: string): string | undefined =>
  unlessMalformed(() => bytesToText(coseDigest(parseCose('offpay/voucher', bytesOf(voucher)))));

function verdictIn(number: number): LedgerVerdict | undefined {
  return unlessMalformed(() => verdictOf(number));
}

/** What the batches that the transaction wrote pay, by reserve and counter. */
function paidIn({ changed }: AuditedTransaction): ReadonlyMap<string, string> {
  const paid = new Map<string, string>();
  for (const { key, after } of changed?.changes ?? []) {
    if (after === null || !key.startsWith('batch/')) continue;
    const row = readRow(key, after);
    if (!isRow(row) || row.kind !== 'batch') continue;
    for (const { customerId, deviceId, epoch, vouchers } of row.value.settled)
      for (const [, counter, amount] of vouchers)
        paid.set(`${reserveKeyOf({ customerId, deviceId, epoch })}/${counter.toString()}`, amount);
  }
  return paid;
}

interface Reading {
  readonly audited: AuditedTransaction;
  readonly call: Call;
  readonly certificatesOf: CertificatesOf;
}

function settledIn({ audited, call, certificatesOf }: Reading): JudgedVoucher[] {
  const input = inputOf(settle.input, call);
  const answer = parsed(settle.output, call.answer.payload);
  if (input === undefined || answer === undefined) return [];
  const { merchantId } = input;
  const requestStart = requestStartOf(audited.transaction.channel, merchantId);
  const paid = paidIn(audited);
  const verdicts = answer.verdicts.values();
  return input.reserves.flatMap(({ vouchers, ...reserve }) => {
    const key = reserveKeyOf(reserve);
    const known = { requestStart, certificates: certificatesOf(key) };
    let before: Uint8Array | undefined;
    return vouchers.flatMap((claim): JudgedVoucher[] => {
      const verdict = verdictIn(verdicts.next().value ?? 0);
      const short = { voucher: bytesOf(claim.voucher), requestPayload: bytesOf(claim.request) };
      const read = unlessMalformed(() => readBatched(short, known, before));
      before = read?.digest;
      if (read === undefined || verdict === undefined) return [];
      const amount = paid.get(`${key}/${read.voucher.counter.toString()}`) ?? '0';
      return [{ digest: bytesToText(read.digest), verdict, merchantId, amount }];
    });
  });
}

function orderedIn({ audited, call }: Reading): JudgedVoucher[] {
  const input = inputOf(order.input, call);
  const answer = parsed(order.output, call.answer.payload);
  const digest = input && digestOfVoucher(input.voucher);
  const verdict = answer && verdictIn(answer.verdict);
  if (digest === undefined || verdict === undefined) return [];
  const [amount = '0'] = paidIn(audited).values();
  return [{ digest, verdict, merchantId: input?.terms.merchantId ?? '', amount }];
}

function cancelledIn({ call }: Reading): JudgedVoucher[] {
  const input = inputOf(cancel.input, call);
  const digest = input && digestOfVoucher(input.voucher);
  return digest === undefined
    ? []
    : [{ digest, verdict: 'cancelled', merchantId: '', amount: '0' }];
}

/** Vouchers that contradict settled ones, whoever proved it. */
const provenIn = ({ audited: { changed } }: Reading): JudgedVoucher[] =>
  (changed?.changes ?? []).flatMap(({ key, after }) => {
    if (after === null || !key.startsWith('fraud/')) return [];
    const row = readRow(key, after);
    if (!isRow(row) || row.kind !== 'fraud') return [];
    const { contradicting, merchantId } = row.value;
    return [{ digest: contradicting[1], verdict: 'conflict', merchantId, amount: '0' }];
  });

const READERS: Readonly<Record<string, (reading: Reading) => JudgedVoucher[]>> = {
  'offline:settle': settledIn,
  'offline:order': orderedIn,
  'offline:cancel': cancelledIn,
};

/** @returns the vouchers that a transaction judged; none for one that is not valid */
export function judgedIn(
  audited: AuditedTransaction,
  certificatesOf: CertificatesOf,
): readonly JudgedVoucher[] {
  const { changed, name, transaction } = audited;
  if (changed === undefined || transaction.content.kind !== 'call') return [];
  const reading = { audited, call: transaction.content, certificatesOf };
  return [...(READERS[name]?.(reading) ?? []), ...provenIn(reading)];
}

/** @returns the keys of the reserves without whose certificates the transaction's vouchers cannot be read */
export function reservesIn({ changed, name, transaction }: AuditedTransaction): readonly string[] {
  const { content } = transaction;
  if (changed === undefined || content.kind !== 'call' || name !== 'offline:settle') return [];
  return (inputOf(settle.input, content)?.reserves ?? []).map(reserveKeyOf);
}
