// SPDX-License-Identifier: Apache-2.0
// Reads the figures of a camt.053 document as its receiver does, for currencies with two decimals. `camt-rules` says whether it is one.

export interface BookedEntry {
  readonly kind: string;
  readonly reference: string | undefined;
  /** Minor units, signed. */
  readonly amount: bigint;
}

const elements = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(([, inside = '']) => inside);

const SIGNED = /<Amt Ccy="[A-Z]{3}">(\d+)\.(\d\d)<\/Amt><CdtDbtInd>(CRDT|DBIT)</;

function amountIn(xml: string): bigint {
  const [, units = '', cents = '', direction] = SIGNED.exec(xml) ?? [];
  const amount = BigInt(units + cents);
  return direction === 'DBIT' ? -amount : amount;
}

/** @returns the booked entries, in their order */
export const entriesIn = (xml: string): BookedEntry[] =>
  elements(xml, 'Ntry').map((entry) => ({
    kind: elements(elements(entry, 'Prtry').join(), 'Cd').join(),
    reference: elements(entry, 'TxId')[0],
    amount: amountIn(entry),
  }));

/** @returns minor units by the standard's code: OPBD, CLBD, CLAV */
export const balancesIn = (xml: string): Readonly<Record<string, bigint>> =>
  Object.fromEntries(
    elements(xml, 'Bal').map((balance) => [elements(balance, 'Cd').join(), amountIn(balance)]),
  );

export const sumOf = (entries: readonly BookedEntry[]): bigint =>
  entries.reduce((sum, { amount }) => sum + amount, 0n);
