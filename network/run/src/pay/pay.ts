// SPDX-License-Identifier: Apache-2.0
// The main job: reads files, takes every row through the pipeline, and returns a report.
import { join } from 'node:path';
import { inParallel } from '@fabric-offline-pay/node-common';
import type { LedgerClients } from '@fabric-offline-pay/operate';
import { checkInput, ensureUsable, type LoadedInput, type ReadInput } from '../input/load-input.js';
import { pairWaybills } from '../input/pair-waybills.js';
import type { Customer } from '../input/rows/customer.js';
import type { Order } from '../input/rows/order.js';
import type { Sourced } from '../input/read-rows.js';
import type { OfflineBank } from '../offline/offline-bank.js';
import type { RatedSubject } from './after-sales.js';
import type { CustomerSide } from './authenticate.js';
import type { BankStaff } from './bank-staff.js';
import type { OutsideWorld } from './outside-world.js';
import { reconcileToday, type Reconciled } from './reconcile-today.js';
import { confirmOutcomes } from './confirm-outcomes.js';
import { closeBooks } from './close-books.js';
import { lookAtAccounts, type CustomerRecords, type Shown } from './look-at-accounts.js';
import { rememberEnrolled } from './enrolled-from.js';
import { Devices, enrolAll } from './enrolment.js';
import { codeOf } from './failure.js';
import { knownOnLedger } from './known-on-ledger.js';
import { organisationsOnLedger } from './on-ledger.js';
import type { Organisations } from './organisations.js';
import type { OrderOutcome } from './outcome.js';
import { payOffline } from './offline-payments.js';
import { bookKey, type Books } from './purchase-of.js';
import { payReport, type PayReport } from './report.js';
import { inTurns } from './in-turns.js';
import { RunJournal } from './run-journal.js';
import { runOrder, type RunContext } from './run-order.js';
import { ActivityCounter } from './activity-counter.js';
import { UnitCounter } from './unit-counter.js';

/** `mixed`: every other row of orders.csv runs stepwise, so that both ways are used. */
export type PayMode = OrderOutcome['mode'] | 'mixed';

export interface PayOptions {
  readonly clients: LedgerClients;
  /** Who does the organisations' part. Default: this program, with their certificates. */
  readonly organisations?: Organisations;
  /** The bank's part in payments without a network; called when a row needs it. */
  readonly offlineBank: () => Promise<OfflineBank>;
  readonly side: CustomerSide;
  readonly staff: BankStaff;
  /** Where instruments have their money, and messages arrive. Default: in the bank's own book; nobody counts. */
  readonly outside?: OutsideWorld | undefined;
  /** Where customers look at their accounts when they have bought. Default: they do not. */
  readonly records?: CustomerRecords;
  /** The content of the files. */
  readonly files: ReadInput;
  /** Folder for the customers' devices and the journal of rows that were handled. */
  readonly folder: string;
  readonly mode?: PayMode;
  /** Whether to run rows again that a rule refused: see {@link RunContext.again}. */
  readonly again?: boolean;
  /** How many customers shop at the same time. */
  readonly atOnce?: number;
  readonly holdSeconds?: number;
  readonly onProgress?: (done: number, total: number, outcome: OrderOutcome) => void;
  readonly onStage?: (message: string) => void;
  /** Receives all problems of the files, before anything is sent. */
  readonly onProblems?: (problems: LoadedInput['problems']) => void;
  /** Receives a fault of ours, which has no code and is not caused by a row. */
  readonly onFault?: (error: unknown) => void;
}

const DEFAULT_HOLD_SECONDS = 3600;

/** The rows of a file by key; undefined for a file that was not named. */
const bookOf = <Row>(
  path: string | undefined,
  rows: readonly Sourced<Row>[],
  keyOf: (row: Sourced<Row>) => string,
) => (path === undefined ? undefined : new Map(rows.map((row) => [keyOf(row), row])));

const booksOf = (input: LoadedInput, logisticsId: string): Books => ({
  goods: bookOf(input.paths.goods, input.goods, (row) => `${row.merchantId}/${row.gtin}`),
  registered: input.known.goods,
  merchantOrders: bookOf(input.paths.merchantOrders, input.merchantOrders, bookKey),
  waybills:
    input.paths.waybills === undefined ? undefined : pairWaybills(input.orders, input.waybills),
  logisticsId,
});

/** The customers in a file of this or an earlier run. */
const customersOf = ({ customers, known }: LoadedInput): ReadonlyMap<string, Customer> =>
  new Map([
    ...[...known.customers].flatMap(([id, { row }]) =>
      row === undefined ? [] : [[id, row] as const],
    ),
    ...customers.map((row) => [row.customerId, row] as const),
  ]);

const modeOf = (mode: PayMode, line: number): OrderOutcome['mode'] =>
  mode === 'mixed' ? (line % 2 === 0 ? 'express' : 'stepwise') : mode;

async function runAll(
  context: RunContext,
  options: PayOptions,
  orders: readonly Sourced<Order>[],
): Promise<OrderOutcome[]> {
  const outcomes: OrderOutcome[] = [];
  await inParallel(inTurns(orders), options.atOnce ?? 16, async (rows) => {
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

/** The payees to close at the end: all who may have been paid. */
function payeesIn({ orders, offlinePayments }: LoadedInput, logisticsId: string) {
  const sellers = [...orders, ...offlinePayments].map(({ merchantId: payeeId, currency }) => ({
    payeeId,
    currency,
  }));
  const carriers = orders.map(({ currency }) => ({ payeeId: logisticsId, currency }));
  return { merchants: payeesOf(sellers), logistics: payeesOf(carriers) };
}

const countOf = (rows: readonly unknown[], of: string): string => `${rows.length.toString()} ${of}`;

const enrollingText = ({ merchants, goods, couriers, customers }: LoadedInput): string =>
  `enrolling ${[countOf(merchants, 'merchants'), countOf(goods, 'goods'), countOf(couriers, 'couriers'), countOf(customers, 'customers')].join(', ')}`;

const runningText = ({ orders, offlinePayments }: LoadedInput): string =>
  `running ${countOf(orders, 'orders')} and ${countOf(offlinePayments, 'offline payments')}`;

async function enrolInput(
  { clients, staff, outside, folder }: PayOptions,
  devices: Devices,
  input: LoadedInput,
) {
  const enrolled = await enrolAll(clients, { frontOffice: staff.teller, devices, outside }, input);
  if (input.paths.customers !== undefined) rememberEnrolled(folder, input.paths.customers);
  return enrolled;
}

/** Customers whose order was placed look at what became of it. */
async function look(
  { records }: PayOptions,
  orders: readonly Sourced<Order>[],
  outcomes: readonly OrderOutcome[],
): Promise<Shown | null> {
  if (records === undefined) return null;
  const byLine = new Map(orders.map((order) => [order.line, order]));
  const bought = outcomes.flatMap(({ line, loginId, passages }) => {
    const order = byLine.get(line);
    return order === undefined || passages.length === 0 ? [] : [{ ...order, loginId }];
  });
  return lookAtAccounts(records, bought, Math.floor(Date.now() / 1000));
}

/** @returns null where nobody closes the day */
async function reconcile(
  { clients, staff: { closing: operator }, outside }: PayOptions,
  activity: ActivityCounter,
): Promise<Reconciled | null> {
  if (operator === undefined) return null;
  const connection = await clients.connection('bank', 'auditor');
  const height = () => connection.height();
  return reconcileToday({ operator, outside, height, quiet: () => activity.quiet() });
}

/**
 * Enrols everyone in the files, runs every order and closes the day. What no file contains is read from the ledger.
 * A row with a problem is left out and named in the report. A row that fails does not stop the others.
 * @throws {NetworkError} INPUT_UNUSABLE, FILE_DAMAGED, before anything is sent
 * @throws {UnavailableError} when the ledger cannot be read, at the beginning or at the end
 */
export async function pay(options: PayOptions): Promise<PayReport> {
  const started = performance.now();
  const { clients, side, staff, files, folder } = options;
  ensureUsable(files);
  const stage = options.onStage ?? (() => undefined);
  const input = checkInput(files, await knownOnLedger(clients, files, folder));
  options.onProblems?.(input.problems);
  const journal = new RunJournal(join(folder, 'orders.jsonl'));
  const { outside } = options;
  const activity = await ActivityCounter.begin({ operator: staff.operator, outside });
  const counter = await UnitCounter.begin(await clients.connection('bank', 'auditor'));
  const devices = Devices.in(folder);
  stage(enrollingText(input));
  const enrolled = await enrolInput(options, devices, input);
  const rated: RatedSubject[] = [];
  const logisticsId = clients.organisation('logistics').actor;
  const organisations = options.organisations ?? organisationsOnLedger(clients);
  stage(runningText(input));
  const context: RunContext = {
    clients,
    organisations,
    side,
    staff,
    devices,
    journal,
    books: booksOf(input, logisticsId),
    customers: customersOf(input),
    holdSeconds: options.holdSeconds ?? DEFAULT_HOLD_SECONDS,
    again: options.again ?? false,
    rated: (subject) => rated.push(subject),
    onFault: options.onFault ?? (() => undefined),
  };
  const [outcomes, offline] = await Promise.all([
    runAll(context, options, input.orders),
    payOffline(clients, options.offlineBank, staff.node, {
      folder: join(folder, 'offline'),
      rows: input.offlinePayments,
      merchants: input.merchants,
    }),
  ]);
  const shown = await look(options, input.orders, outcomes);
  stage('publishing ratings, rolling up and paying out');
  const { last, open } = await closeBooks(clients, organisations, {
    ...payeesIn(input, logisticsId),
    rated,
  });
  const { counts: units, failure } = await counter.end(last);
  stage('comparing ledger, book and hosts');
  const reconciliation = await reconcile(options, activity);
  const { bank, outside: done } = await activity.end();
  const auditor = await clients.client('bank', 'auditor');
  return payReport({
    activity: bank,
    outside: done,
    reconciliation,
    shown,
    input,
    enrolled,
    offline,
    units,
    open,
    uncounted: failure === undefined ? null : codeOf(failure),
    outcomes: await confirmOutcomes(auditor.orderNumber, outcomes),
    totals: await auditor.settlement.totals({}),
    statistics: clients.statistics,
    durationMs: performance.now() - started,
  });
}
