// SPDX-License-Identifier: Apache-2.0
// The main job: files in, every row taken through the pipeline, a report out.
import { join } from 'node:path';
import { ensureUsable, type LoadedInput } from '../input/load-input';
import { pairWaybills } from '../input/pair-waybills';
import type { Order } from '../input/rows/order';
import type { Sourced } from '../input/read-rows';
import type { Clients } from '../ledger/clients';
import { inParallel } from '../system/in-parallel';
import type { RatedSubject } from './after-sales';
import type { CustomerSide } from './authenticate';
import type { BankStaff } from './bank-staff';
import { confirmOutcomes } from './confirm-outcomes';
import { closeBooks } from './close-books';
import { Devices, enrolAll } from './enrolment';
import type { OrderOutcome } from './outcome';
import { payOffline } from './offline-payments';
import { bookKey, type Books } from './purchase-of';
import { payReport, type PayReport } from './report';
import { inTurns } from './in-turns';
import { RunJournal } from './run-journal';
import { runOrder, type RunContext } from './run-order';
import { UnitCounter } from './unit-counter';

/** `mixed`: every other row of orders.csv goes stepwise, so that both ways are seen. */
export type PayMode = OrderOutcome['mode'] | 'mixed';

export interface PayOptions {
  readonly clients: Clients;
  readonly side: CustomerSide;
  readonly staff: BankStaff;
  /** What the files say. */
  readonly input: LoadedInput;
  /** Folder for the customers' devices and the journal of rows that were handled. */
  readonly folder: string;
  readonly mode?: PayMode;
  /** Customers that shop at the same time. */
  readonly atOnce?: number;
  readonly holdSeconds?: number;
  readonly onProgress?: (done: number, total: number, outcome: OrderOutcome) => void;
  readonly onStage?: (message: string) => void;
}

const DEFAULT_HOLD_SECONDS = 3600;

const booksOf = (input: LoadedInput, logisticsId: string): Books => ({
  goods: new Map(input.goods.map((row) => [`${row.merchantId}/${row.gtin}`, row])),
  merchantOrders: new Map(input.merchantOrders.map((row) => [bookKey(row), row])),
  waybills: pairWaybills(input.orders, input.waybills),
  logisticsId,
});

const modeOf = (mode: PayMode, line: number): OrderOutcome['mode'] =>
  mode === 'mixed' ? (line % 2 === 0 ? 'express' : 'stepwise') : mode;

async function runAll(
  context: RunContext,
  options: PayOptions,
  orders: readonly Sourced<Order>[],
): Promise<OrderOutcome[]> {
  const outcomes: OrderOutcome[] = [];
  await inParallel(inTurns(orders), options.atOnce ?? 32, async (rows) => {
    for (const row of rows) {
      const outcome = await runOrder(context, row, modeOf(options.mode ?? 'mixed', row.line));
      outcomes.push(outcome);
      options.onProgress?.(outcomes.length, orders.length, outcome);
    }
  });
  return outcomes.sort((a, b) => a.line - b.line);
}

const payeesOf = (entries: readonly { readonly payeeId: string; readonly currency: string }[]) => [
  ...new Map(entries.map((entry) => [`${entry.payeeId}/${entry.currency}`, entry])).values(),
];

/**
 * Enrols everyone of the files, runs every order and closes the day.
 * Rows with problems are left out and named in the report; the rest goes on.
 * @throws {NetworkError} INPUT_UNUSABLE, before anything is sent
 */
export async function pay(options: PayOptions): Promise<PayReport> {
  const started = performance.now();
  const { clients, side, staff, input } = options;
  ensureUsable(input);
  const stage = options.onStage ?? (() => undefined);
  const counter = await UnitCounter.begin(await clients.connection('bank', 'auditor'));
  const devices = new Devices(join(options.folder, 'devices'));
  stage(
    `enrolling ${input.merchants.length.toString()} merchants, ${input.goods.length.toString()} goods, ${input.couriers.length.toString()} couriers, ${input.customers.length.toString()} customers`,
  );
  await enrolAll(clients, staff.teller, devices, input);
  const rated: RatedSubject[] = [];
  const auditor = await clients.client('bank', 'auditor');
  const logisticsId = clients.organisation('logistics').actor;
  stage(
    `running ${input.orders.length.toString()} orders and ${input.offlinePayments.length.toString()} offline payments`,
  );
  const context: RunContext = {
    clients,
    side,
    staff,
    devices,
    books: booksOf(input, logisticsId),
    customers: new Map(input.customers.map((row) => [row.customerId, row])),
    journal: new RunJournal(join(options.folder, 'orders.jsonl')),
    holdSeconds: options.holdSeconds ?? DEFAULT_HOLD_SECONDS,
    rated: (subject) => rated.push(subject),
  };
  const [outcomes, offline] = await Promise.all([
    runAll(context, options, input.orders),
    payOffline(clients, staff.node, {
      folder: join(options.folder, 'offline'),
      rows: input.offlinePayments,
      merchants: input.merchants,
    }),
  ]);
  stage('publishing ratings, rolling up and paying out');
  const merchants = payeesOf(
    [...input.orders, ...input.offlinePayments].map(({ merchantId: payeeId, currency }) => ({
      payeeId,
      currency,
    })),
  );
  const logistics = payeesOf(
    input.orders.map(({ currency }) => ({ payeeId: logisticsId, currency })),
  );
  const last = await closeBooks(clients, { merchants, logistics, rated });
  const units = await counter.end(last);
  const totals = await auditor.settlement.totals({});
  return payReport({
    outcomes: await confirmOutcomes(auditor.orderNumber, outcomes),
    offline,
    units,
    totals,
    statistics: clients.statistics,
    durationMs: performance.now() - started,
    problems: input.problems,
  });
}
