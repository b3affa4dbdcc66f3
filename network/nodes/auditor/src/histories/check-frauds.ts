// SPDX-License-Identifier: Apache-2.0
// Gathers what each new case of double spending rests on, as it stood after its transaction, and checks it.
import { sql, type Kysely } from 'kysely';
import type { Finding } from '../findings/finding.js';
import { isRow, readRow } from '../rows/read-row.js';
import type { Kind, Value } from '../rows/row-kinds.js';
import type { StateTables } from '../state/state-tables.js';
import { fraudFault, hasNewEvidence } from './fraud-check.js';
import { changesOf, type SeenTransaction } from './seen-transaction.js';

type Db = Kysely<StateTables>;

/** What was found about one transaction's cases, by the keys of their rows. */
export type FraudVerdicts = ReadonlyMap<SeenTransaction, ReadonlyMap<string, string>>;

interface FraudChecks {
  readonly verdicts: FraudVerdicts;
  readonly findings: readonly Finding[];
}

const valueOf = <Of extends Kind>(
  kind: Of,
  key: string,
  bytes: Uint8Array,
): Value<Of> | undefined => {
  const row = readRow(key, bytes);
  return isRow(row) && row.kind === kind ? (row.value as Value<Of>) : undefined;
};

/** Rows as they stood after one of some transactions, all of which have been written to the table. */
class RowsInTime {
  readonly #db: Db;
  readonly #chaincode: string;
  readonly #transactions: readonly SeenTransaction[];

  constructor(db: Db, chaincode: string, transactions: readonly SeenTransaction[]) {
    this.#db = db;
    this.#chaincode = chaincode;
    this.#transactions = transactions;
  }

  async reserveAfter(at: number, key: string): Promise<Value<'reserve'> | undefined> {
    const changes = this.#transactions.map((seen) =>
      changesOf(seen, 'reserve').find((change) => change.key === key),
    );
    const last = changes.slice(0, at + 1).findLast((change) => change !== undefined);
    if (last !== undefined) return last.after?.value;
    const next = changes.slice(at + 1).find((change) => change !== undefined);
    if (next !== undefined) return next.before?.value;
    const [row] = await this.#read(sql`key = ${Buffer.from(key)}`);
    return row && valueOf('reserve', key, row.value);
  }

  /** Issuers stay on the ledger for ever, because proofs are verified with them. */
  async authoritiesOf(bankId: string): Promise<string[]> {
    const [from, to] = [Buffer.from(`issuer/${bankId}/`), Buffer.from(`issuer/${bankId}0`)];
    const rows = await this.#read(sql`key > ${from} and key < ${to}`);
    return rows.flatMap(
      ({ key, value }) => valueOf('issuer', key.toString('utf8'), value)?.authority ?? [],
    );
  }

  async #read(condition: ReturnType<typeof sql>) {
    const { rows } = await sql<StateTables['ledger_rows']>`
      select key, value from ledger_rows where namespace = ${this.#chaincode} and ${condition}
    `.execute(this.#db);
    return rows;
  }
}

function proofIn({ transaction: { content } }: SeenTransaction): string | undefined {
  if (content.kind !== 'call') return undefined;
  try {
    const input: unknown = JSON.parse(Buffer.from(content.arguments[1] ?? []).toString('utf8'));
    const { proof } = input as { readonly proof?: unknown };
    return typeof proof === 'string' ? proof : undefined;
  } catch {
    return undefined;
  }
}

/** The reserve's key has the same parts as the case's, without the voucher. */
const reserveKeyOf = (fraudKey: string): string =>
  ['reserve', ...fraudKey.split('/').slice(1, 4)].join('/');

/** @returns by key, what is wrong with each case that a transaction has written on new evidence; `proven` where nothing is */
async function verdictsOf(
  rows: RowsInTime,
  seen: SeenTransaction,
  at: number,
): Promise<ReadonlyMap<string, string>> {
  const verdicts = new Map<string, string>();
  for (const { key, before, after } of changesOf(seen, 'fraud')) {
    if (after === undefined || !hasNewEvidence(after.value, before?.value)) continue;
    const fault = fraudFault({
      ...{ fraud: after.value, before: before?.value, proof: proofIn(seen) },
      reserve: await rows.reserveAfter(at, reserveKeyOf(key)),
      authorities: await rows.authoritiesOf(after.value.bankId),
      channel: seen.transaction.channel,
    });
    verdicts.set(key, fault ?? PROVEN);
  }
  return verdicts;
}

const PROVEN = 'proven';

const findingOf = (
  { block, transaction }: SeenTransaction,
  key: string,
  found: string,
): Finding => ({
  ...{ rule: 'fraud.proof', block, index: transaction.index, transactionId: transaction.id },
  ...{ subject: key, expected: 'two vouchers that no honest device signs', found },
});

/**
 * @param db with the rows as they stand after the last of the transactions
 * @param chaincode the audited one
 */
export async function checkFrauds(
  db: Db,
  chaincode: string,
  transactions: readonly SeenTransaction[],
): Promise<FraudChecks> {
  const rows = new RowsInTime(db, chaincode, transactions);
  const verdicts = new Map<SeenTransaction, ReadonlyMap<string, string>>();
  for (const [at, seen] of transactions.entries())
    if (changesOf(seen, 'fraud').length > 0) verdicts.set(seen, await verdictsOf(rows, seen, at));
  const findings = [...verdicts].flatMap(([seen, faults]) =>
    [...faults]
      .filter(([, found]) => found !== PROVEN)
      .map(([key, found]) => findingOf(seen, key, found)),
  );
  return { verdicts, findings };
}
