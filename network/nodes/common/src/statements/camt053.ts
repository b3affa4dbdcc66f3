// SPDX-License-Identifier: Apache-2.0
// A statement as ISO 20022 camt.053.001.08, BankToCustomerStatementV08. Its entries are what changed the account's money; what only went
// from one place of it to another shows in the closing available balance.
import { createHash } from 'node:crypto';
import { formatAmount } from '@fabric-offline-pay/domain';
import type {
  AccountStatement,
  SignedAmount,
  StatementEntry,
  StatementHead,
} from './account-statement.js';
import { creditOrDebit, goodsText, heightText, instantText, magnitude } from './formats.js';
import { amountElement, element, textElement } from './xml.js';

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08';

/** Lengths of the standard's texts. */
const MAX = { id: 35, account: 34, remittance: 140, additional: 500 };

/** The same statement read at the same height has the same id: 34 characters, so that it fits. */
function statementId({ ownerId, currency, from, to, height }: StatementHead): string {
  const named = [ownerId, currency, from, to, height.block, height.hash].join('/');
  return `S-${createHash('sha256').update(named).digest('hex').slice(0, 32)}`;
}

/** An owner's id may be longer than an account's in the standard: then a digest of it stands there. */
const accountId = (ownerId: string): string =>
  ownerId.length <= MAX.account
    ? ownerId
    : createHash('sha256').update(ownerId).digest('hex').slice(0, MAX.account);

const instant = (name: string, at: number): string =>
  element(name, element('DtTm', instantText(at)));

const money = (amount: SignedAmount, currency: string): string =>
  amountElement('Amt', formatAmount(magnitude(amount), currency), currency) +
  element('CdtDbtInd', creditOrDebit(amount));

/** Balance codes of the standard: opening booked, closing booked, closing available. */
type BalanceCode = 'OPBD' | 'CLBD' | 'CLAV';

const balance = (code: BalanceCode, amount: SignedAmount, currency: string, at: number): string =>
  element(
    'Bal',
    element('Tp', element('CdOrPrtry', element('Cd', code))),
    money(amount, currency),
    instant('Dt', at),
  );

function beginning(head: StatementHead): string {
  const { ownerId, currency, from, to, madeAt, opening, closing } = head;
  const id = statementId(head);
  const made = element('CreDtTm', instantText(madeAt));
  return [
    `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${NAMESPACE}"><BkToCstmrStmt>`,
    element('GrpHdr', element('MsgId', id), made),
    '<Stmt>',
    element('Id', id),
    made,
    element('FrToDt', element('FrDtTm', instantText(from)), element('ToDtTm', instantText(to))),
    element(
      'Acct',
      element('Id', element('Othr', textElement('Id', accountId(ownerId), MAX.account))),
      element('Ccy', currency),
    ),
    balance('OPBD', opening.booked, currency, from),
    balance('CLBD', closing.booked, currency, to),
    balance('CLAV', closing.available, currency, to),
    '\n',
  ].join('');
}

const ending = (head: StatementHead): string =>
  `${textElement('AddtlStmtInf', `Ledger: ${heightText(head)}`, MAX.additional) ?? ''}</Stmt></BkToCstmrStmt></Document>\n`;

const NO_REFERENCE = 'NOTPROVIDED';

const details = ({ order, reference, lines }: StatementEntry, currency: string): string => {
  const remittance = [
    ...(order === null ? [] : [`${order.merchantId} ${order.orderNumber}`]),
    ...lines.map((line) => goodsText(line, currency)),
  ];
  const refs = element(
    'Refs',
    textElement('EndToEndId', order?.orderNumber ?? NO_REFERENCE, MAX.id),
    textElement('TxId', reference ?? '', MAX.id),
  );
  const texts = remittance.map((text) => textElement('Ustrd', text, MAX.remittance));
  return element(
    'NtryDtls',
    element('TxDtls', refs, texts.length === 0 ? undefined : element('RmtInf', ...texts)),
  );
};

const entryElement = (entry: StatementEntry, currency: string): string =>
  `${element(
    'Ntry',
    textElement('NtryRef', entry.id, MAX.id),
    money(entry.amount, currency),
    element('Sts', element('Cd', 'BOOK')),
    instant('BookgDt', entry.bookedAt),
    instant('ValDt', entry.bookedAt),
    element('BkTxCd', element('Prtry', textElement('Cd', entry.kind, MAX.id))),
    details(entry, currency),
    textElement('AddtlNtryInf', `Transaction ${entry.transactionId}`, MAX.additional),
  )}\n`;

/** @yields the document in parts, one an entry; UTF-8 */
export async function* statementCamt053({
  head,
  entries,
}: AccountStatement): AsyncGenerator<string, void> {
  yield beginning(head);
  for await (const entry of entries)
    if (entry.amount !== '0') yield entryElement(entry, head.currency);
  yield ending(head);
}
