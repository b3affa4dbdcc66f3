// SPDX-License-Identifier: Apache-2.0
// Unit 13: the customer's, the merchant's and the logistics company's statements of one order, field by field.
import { byCodeUnit } from '../base/canonical.js';
import { keysOf } from '../base/keys-of.js';
import type { Basket, Difference, OrderTerms, Party, Statement } from '../ledger/order-shapes.js';
import type { StatedOtherwise } from '../ledger/rows.js';

/** The three views of one order, side by side. */
export type Statements = Readonly<Record<Party, Statement>>;

export const PARTIES: readonly Party[] = ['customer', 'merchant', 'logistics'];

/** The customer's statement: the picked goods, and after signing the signed terms. */
export const customerStatement = (
  picked: Pick<Basket, 'orderNumber' | 'lines' | 'currency'> & Pick<OrderTerms, 'goodsTotal'>,
): Statement => ({
  orderNumber: picked.orderNumber,
  lines: picked.lines.map(({ gtin, quantity }) => ({ gtin, quantity })),
  goodsTotal: picked.goodsTotal,
  currency: picked.currency,
});

/** @returns the statement as rows keep it: only the fields that differ from the customer's statement. */
export const statedOtherwise = (statement: Statement, customer: Statement): StatedOtherwise =>
  Object.fromEntries(
    keysOf(statement)
      .filter((field) => JSON.stringify(statement[field]) !== JSON.stringify(customer[field]))
      .map((field) => [field, statement[field]]),
  );

/** Restores the whole statement. */
export const restated = (kept: StatedOtherwise, customer: Statement): Statement => ({
  ...customer,
  ...kept,
});

/** The number of pieces of these goods in a statement, over all its lines. Null when it does not name the goods. */
function quantityOf(statement: Statement, gtin: string): number | null {
  const lines = statement.lines.filter((line) => line.gtin === gtin);
  return lines.length === 0 ? null : lines.reduce((sum, line) => sum + line.quantity, 0);
}

function statedDifference(
  field: string,
  statements: Statements,
  read: (statement: Statement) => string | number | null,
): Difference[] {
  const values = {
    customer: read(statements.customer),
    merchant: read(statements.merchant),
    logistics: read(statements.logistics),
  };
  return new Set(Object.values(values)).size === 1 ? [] : [{ field, values }];
}

/** @returns every field in which the three statements differ. Empty when they agree. The order of lines does not matter. */
export function compareStatements(statements: Statements): Difference[] {
  const gtins = [
    ...new Set(PARTIES.flatMap((party) => statements[party].lines.map((line) => line.gtin))),
  ].sort(byCodeUnit);
  return [
    ...statedDifference('orderNumber', statements, (statement) => statement.orderNumber),
    ...statedDifference('currency', statements, (statement) => statement.currency),
    ...gtins.flatMap((gtin) =>
      statedDifference(`quantity.${gtin}`, statements, (statement) => quantityOf(statement, gtin)),
    ),
    ...statedDifference('goodsTotal', statements, (statement) => statement.goodsTotal),
  ];
}
