// SPDX-License-Identifier: Apache-2.0
// Runs one row of orders.csv, from login to its end.
import type { OrderState } from '@fabric-offline-pay/domain';
import type { LedgerClients } from '@fabric-offline-pay/operate';
import {
  deliverySecretFor,
  Passages,
  runExpress,
  runStepwise,
  signTerms,
  type PipelineResult,
  type Purchase,
} from '@fabric-offline-pay/sdk';
import type { Sourced } from '../input/read-rows.js';
import type { Customer } from '../input/rows/customer.js';
import type { Order } from '../input/rows/order.js';
import { afterSales, type RatedSubject } from './after-sales.js';
import { authenticate, stepUp, typingOf, type CustomerSide, type Person } from './authenticate.js';
import type { BankStaff } from './bank-staff.js';
import { standingOf, stateAfter } from './confirm-outcomes.js';
import type { Devices } from './enrolment.js';
import { runStep, failureOf, type Failure } from './failure.js';
import type { FirstOutcome, OrderOutcome } from './outcome.js';
import type { Organisations } from './organisations.js';
import { purchaseOf, type Books } from './purchase-of.js';
import { basisOf, differs, type RowBasis } from './row-basis.js';
import { rowKey, type Ended, type RunJournal } from './run-journal.js';

export interface RunContext {
  readonly clients: LedgerClients;
  readonly organisations: Organisations;
  readonly side: CustomerSide;
  readonly staff: BankStaff;
  readonly devices: Devices;
  readonly books: Books;
  /** The customers in a file. */
  readonly customers: ReadonlyMap<string, Customer>;
  readonly journal: RunJournal;
  readonly holdSeconds: number;
  readonly rated: (subject: RatedSubject) => void;
  /** Whether to run refused rows again even if the files have not changed. */
  readonly again: boolean;
  /** Receives unexpected failures. */
  readonly onFault: (error: unknown) => void;
}

type Mode = OrderOutcome['mode'];

/** The row of a customer that no file contains must say what password was typed, or it is left out. */
function payerOf({ customers }: RunContext, { customerId, typedPassword }: Order): Person {
  const row = customers.get(customerId);
  return { customerId, phone: row?.phone, password: row?.password ?? typedPassword ?? '' };
}

async function preparePurchase(
  context: RunContext,
  loginId: string,
  order: Order,
): Promise<Purchase> {
  const { bank } = context.side;
  const payer = payerOf(context, order);
  await runStep('bank:login', () => authenticate(context.side, loginId, payer, typingOf(order)));
  const which = [order.address];
  const addresses = await runStep('bank:addresses', () =>
    bank.offerAddresses({ loginId, which, offerId: loginId }),
  );
  const key = context.devices.key(order.customerId);
  return purchaseOf({
    order,
    books: context.books,
    channel: context.clients.channel,
    loginId,
    addresses,
    holdSeconds: order.holdSeconds ?? context.holdSeconds,
    deliveryCommitment: deliverySecretFor(key, order).commitment,
    sign: (terms) => signTerms(key, terms),
    stepUp: (terms) => runStep('bank:step-up', () => stepUp(context.side, loginId, payer, terms)),
    fund: (terms) =>
      runStep('bank:fund', async () => {
        await bank.fundOrder({ loginId, terms });
      }),
  });
}

const BOUGHT: readonly OrderState[] = ['captured', 'released', 'disputed', 'refunded'];

/** Unit 20: the bank stores the purchase for its customer, with names and unit prices. */
async function rememberPurchase(
  context: RunContext,
  loginId: string,
  order: Order,
  state: OrderState,
): Promise<void> {
  if (!BOUGHT.includes(state)) return;
  const { merchantId, orderNumber, customerId, currency, lines } = order;
  const bankNode = await context.clients.client('bank', 'bank-node');
  const { terms, placedAt } = await bankNode.orderNumber.readTerms({ merchantId, orderNumber });
  const record = {
    customerId,
    merchantId,
    orderNumber,
    loginId,
    currency,
    fee: terms.fee,
    total: terms.total,
    purchasedAt: placedAt,
    lines: lines.map(({ gtin, quantity, unitPrice }) => ({
      gtin,
      quantity,
      unitPrice,
      name: context.books.goods?.get(`${merchantId}/${gtin}`)?.name ?? gtin,
    })),
  };
  await runStep('bank:record', () => context.staff.node.recordPurchase(record));
}

async function payOrder(
  context: RunContext,
  loginId: string,
  order: Order,
  mode: Mode,
): Promise<PipelineResult> {
  const purchase = await preparePurchase(context, loginId, order);
  const parties = await context.organisations.parties(order.merchantId);
  const result = await (mode === 'express' ? runExpress : runStepwise)(parties, purchase);
  const device = context.devices.key(order.customerId);
  const { addresses, basket } = purchase;
  const { logisticsId } = basket;
  const passages = new Passages(parties, result.passages);
  const { clients, organisations, rated } = context;
  const courierId = async (): Promise<string> => {
    const { merchantId, orderNumber } = order;
    const bankNode = await clients.client('bank', 'bank-node');
    return (await bankNode.orderNumber.readTerms({ merchantId, orderNumber })).terms.courierId;
  };
  const sales = {
    ...{ clients, organisations, order, logisticsId, courierId, addresses, device, rated },
    passages,
  };
  const ended = passages.end(await afterSales(sales, result.state));
  await rememberPurchase(context, loginId, order, ended.state);
  return ended;
}

const VERDICTS: readonly string[] = ['AUTHENTICATION_FAILED', 'AUTHENTICATION_EXPIRED'];

/** The customer only learns that it failed. The operator finds the factor in the bank's records. */
async function failureIn(context: RunContext, loginId: string, error: unknown): Promise<Failure> {
  const failure = failureOf(error);
  if (!VERDICTS.includes(failure.code)) return failure;
  try {
    const attempts = await context.staff.operator.attempts({ loginId });
    return failureOf(error, attempts.find(({ result }) => result !== 'PASSED')?.result);
  } catch {
    return failure;
  }
}

/** The state of the order that the row placed: after a failure, or unknown. */
async function findStateLeft({ clients }: RunContext, named: Named, { isRefusal }: Failure) {
  try {
    const { orderNumber } = await clients.client('bank', 'bank-node');
    const standing = await standingOf(orderNumber, named);
    return stateAfter(isRefusal ? 'refused' : 'unfinished', standing);
  } catch {
    return 'unfinished';
  }
}

type Named = Pick<OrderOutcome, 'line' | 'merchantId' | 'orderNumber' | 'mode' | 'loginId'>;

/** A refused row runs again when its files have changed, or when the user asks for it. */
const isTakenUp = ({ again }: RunContext, ended: Ended, basis: RowBasis): boolean =>
  ended.state === 'refused' && (again || differs(ended.basis, basis));

/** The key of the first attempt has no number. */
const loginOf = (key: string, attempt: number): string =>
  attempt === 1 ? `login-${key}` : `login-${key}-${attempt.toString()}`;

const NOTHING = { refusal: null, step: null, units: [], isOver: true, ledger: null, passages: [] };

/** One attempt at a row. */
interface Attempt {
  readonly row: Sourced<Order>;
  readonly named: Named;
  /** Called when the row has ended and will not run again. */
  readonly end: (ended: FirstOutcome) => void;
}

async function runAttempt(
  context: RunContext,
  { row, named, end }: Attempt,
): Promise<OrderOutcome> {
  try {
    const { state, passages } = await payOrder(context, named.loginId, row, named.mode);
    end({ state, refusal: null });
    return { ...named, ...NOTHING, state, passages };
  } catch (error) {
    const failure = await failureIn(context, named.loginId, error);
    const { code: refusal, step, units, isRefusal } = failure;
    if (refusal === 'INTERNAL') context.onFault(error);
    const state = await findStateLeft(context, named, failure);
    const isOver = isRefusal && state !== 'unfinished';
    if (isOver) end({ state, refusal });
    return { ...named, ...NOTHING, state, refusal, step, units, isOver };
  }
}

/** @returns how the row ended. The next run continues a row that a node interrupted. Never throws. */
export async function runOrder(
  context: RunContext,
  row: Sourced<Order>,
  mode: Mode,
): Promise<OrderOutcome> {
  const { merchantId, orderNumber, line } = row;
  const key = rowKey(row);
  const before = context.journal.ended(key);
  const basis = basisOf(context.books, row);
  const takenUp = before !== undefined && isTakenUp(context, before, basis);
  const attempt = (before?.attempt ?? 1) + (takenUp ? 1 : 0);
  const named = { line, merchantId, orderNumber, mode, loginId: loginOf(key, attempt) };
  if (before !== undefined && !takenUp) {
    const { state, refusal } = before;
    return { ...named, ...NOTHING, state: 'replayed', first: { state, refusal } };
  }
  const end = (ended: FirstOutcome): void => {
    context.journal.end(key, { ...ended, basis, attempt });
  };
  return runAttempt(context, { row, named, end });
}
