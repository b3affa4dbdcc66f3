// SPDX-License-Identifier: Apache-2.0
// The three statements of an order, from rows of their own (stepwise) or from the terms (express).
import {
  customerStatement,
  found,
  restated,
  statedOtherwise,
  type OrderTerms,
  type Party,
  type QuoteRow,
  type StatedOtherwise,
  type Statement,
  type Statements,
  type TermsRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

async function statementRow(call: Call, row: TermsRow, party: Party): Promise<Statement> {
  const { merchantId, orderNumber } = row.terms;
  return found(
    await call.store.get('statement', merchantId, orderNumber, party),
    'STATEMENT_MISSING',
    { party },
  );
}

/** The company's statement in its quote, for an express leg. @throws {DomainError} STATEMENT_MISSING. */
export const quotedStatement = ({ statement }: QuoteRow): StatedOtherwise =>
  found(statement ?? undefined, 'STATEMENT_MISSING', { party: 'logistics' });

type Kept = NonNullable<TermsRow['statements']>;

/** The statements of merchant and logistics company, as the terms of an express order keep them. */
export const keptStatements = (terms: OrderTerms, merchant: Statement, quoted: QuoteRow): Kept => ({
  merchant: statedOtherwise(merchant, customerStatement(terms)),
  logistics: quotedStatement(quoted),
});

/** @throws {DomainError} STATEMENT_MISSING, with the party whose statement is missing. */
export async function statementsOf(call: Call, row: TermsRow): Promise<Statements> {
  const { terms, statements } = row;
  const customer = customerStatement(terms);
  const stated = async (party: keyof Kept): Promise<Statement> =>
    statements === null ? statementRow(call, row, party) : restated(statements[party], customer);
  return { customer, merchant: await stated('merchant'), logistics: await stated('logistics') };
}
