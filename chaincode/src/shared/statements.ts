// SPDX-License-Identifier: Apache-2.0
// The three statements of an order, wherever they stand: in rows of their own (stepwise) or with the terms (express).
import {
  customerStatement,
  found,
  type Party,
  type QuoteRow,
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

/** What the company stated with its quote, for an express leg. @throws {DomainError} STATEMENT_MISSING. */
export const quotedStatement = ({ statement }: QuoteRow): Statement =>
  found(statement ?? undefined, 'STATEMENT_MISSING', { party: 'logistics' });

/** @throws {DomainError} STATEMENT_MISSING, with the party that has not stated its view. */
export async function statementsOf(call: Call, row: TermsRow): Promise<Statements> {
  return {
    customer: customerStatement(row.terms),
    merchant: row.statements?.merchant ?? (await statementRow(call, row, 'merchant')),
    logistics: row.statements?.logistics ?? (await statementRow(call, row, 'logistics')),
  };
}
