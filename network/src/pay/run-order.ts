// SPDX-License-Identifier: Apache-2.0
// One row of orders.csv, from login to its end.
import type { OrderState } from '@fabric-offline-pay/domain';
import {
  deliverySecretFor,
  OffpayError,
  Passages,
  runExpress,
  runStepwise,
  signTerms,
  type PipelineResult,
  type Purchase,
} from '@fabric-offline-pay/sdk';
import type { Sourced } from '../input/read-rows';
import type { Customer } from '../input/rows/customer';
import type { Order } from '../input/rows/order';
import type { Clients } from '../ledger/clients';
import { BankError } from '../nodes/bank/bank-error';
import { afterSales, type RatedSubject } from './after-sales';
import { authenticate, stepUp, typingOf, type CustomerSide } from './authenticate';
import type { BankStaff } from './bank-staff';
import type { Devices } from './enrolment';
import type { OrderOutcome } from './outcome';
import { purchaseOf, type Books } from './purchase-of';
import { rowKey, type RunJournal } from './run-journal';

export interface RunContext {
  readonly clients: Clients;
  readonly side: CustomerSide;
  readonly staff: BankStaff;
  readonly devices: Devices;
  readonly books: Books;
  readonly customers: ReadonlyMap<string, Customer>;
  readonly journal: RunJournal;
  readonly holdSeconds: number;
  readonly rated: (subject: RatedSubject) => void;
}

type Mode = OrderOutcome['mode'];

async function authenticated(
  context: RunContext,
  loginId: string,
  order: Order,
): Promise<Customer> {
  const customer = context.customers.get(order.customerId);
  if (customer === undefined) throw new BankError('CUSTOMER_UNKNOWN');
  await authenticate(context.side, loginId, customer, typingOf(order));
  return customer;
}

async function prepare(context: RunContext, loginId: string, order: Order): Promise<Purchase> {
  const customer = await authenticated(context, loginId, order);
  const { bank } = context.side;
  const addresses = await bank.offerAddresses({
    loginId,
    which: [order.address],
    offerId: loginId,
  });
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
    stepUp: (terms) => stepUp(context.side, loginId, customer, terms),
  });
}

const BOUGHT: readonly OrderState[] = ['captured', 'released', 'disputed', 'refunded'];

/** Unit 20: the bank keeps for its customer what was bought, by name and unit price. */
async function remember(
  context: RunContext,
  loginId: string,
  order: Order,
  state: OrderState,
): Promise<void> {
  if (!BOUGHT.includes(state)) return;
  const { merchantId, orderNumber, customerId, currency, lines } = order;
  const bankNode = await context.clients.client('bank', 'bank-node');
  const { terms, placedAt } = await bankNode.orderNumber.readTerms({ merchantId, orderNumber });
  await context.staff.node.recordPurchase({
    ...{ customerId, merchantId, orderNumber, loginId, currency },
    fee: terms.fee,
    total: terms.total,
    purchasedAt: placedAt,
    lines: lines.map(({ gtin, quantity, unitPrice }) => ({
      ...{ gtin, quantity, unitPrice },
      name: context.books.goods.get(`${merchantId}/${gtin}`)?.name ?? gtin,
    })),
  });
}

async function pay(
  context: RunContext,
  loginId: string,
  order: Order,
  mode: Mode,
): Promise<PipelineResult> {
  const purchase = await prepare(context, loginId, order);
  const parties = await context.clients.parties(order.merchantId);
  const result = await (mode === 'express' ? runExpress : runStepwise)(parties, purchase);
  const device = context.devices.key(order.customerId);
  const { addresses, basket } = purchase;
  const { logisticsId } = basket;
  const passages = new Passages(parties, result.passages);
  const { clients, rated } = context;
  const sales = { clients, order, logisticsId, addresses, device, rated, passages };
  const ended = passages.end(await afterSales(sales, result.state));
  await remember(context, loginId, order, ended.state);
  return ended;
}

/** The customer only hears that it failed; the operator finds the factor in the bank's records. */
async function reasonOf(context: RunContext, loginId: string, error: unknown): Promise<string> {
  if (!(error instanceof BankError) && !(error instanceof OffpayError)) throw error;
  if (error.code !== 'AUTHENTICATION_FAILED' && error.code !== 'AUTHENTICATION_EXPIRED')
    return error.code;
  const attempts = await context.staff.operator.attempts({ loginId });
  return attempts.find((attempt) => attempt.result !== 'PASSED')?.result ?? error.code;
}

/** @returns how the row ended. @throws only what is no refusal: the network stayed away, the outcome is unknown. */
export async function runOrder(
  context: RunContext,
  row: Sourced<Order>,
  mode: Mode,
): Promise<OrderOutcome> {
  const { merchantId, orderNumber, line } = row;
  const key = rowKey(row);
  const loginId = `login-${key}`;
  const named = { line, merchantId, orderNumber, mode, loginId, ledger: null };
  const first = context.journal.ended(key);
  if (first !== undefined)
    return { ...named, state: 'replayed', first, refusal: null, passages: [] };
  try {
    const { state, passages } = await pay(context, loginId, row, mode);
    context.journal.end(key, state);
    return { ...named, state, refusal: null, passages };
  } catch (error) {
    const refusal = await reasonOf(context, loginId, error);
    context.journal.end(key, 'refused');
    return { ...named, state: 'refused', refusal, passages: [] };
  }
}
