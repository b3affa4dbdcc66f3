// SPDX-License-Identifier: Apache-2.0
// Steps leave receipts: what was done, by which transaction, and what it answered, so that a repetition gets the same
// answer and a contradiction is refused.
import {
  ensure,
  found,
  nextState,
  orderSubject,
  type OrderEvent,
  type OrderKey,
  type OrderRow,
  type OrderState,
  type Receipt,
  type UnitId,
} from '@fabric-offline-pay/domain';
import { receiptOf, type Call } from './call.js';

type Output = Readonly<Record<string, unknown>>;

/** The part of every answer that {@link step} adds. */
export interface Outcome {
  readonly replayed: boolean;
  readonly units: UnitId[];
}

function replay(first: Receipt, call: Call): Output & Outcome {
  ensure(first.inputDigest === call.inputDigest, 'IDEMPOTENCY_CONFLICT', {
    transaction: first.transaction,
    transactionId: first.transactionId,
  });
  return { ...first.output, replayed: true, units: [] };
}

/** Units of a step: known beforehand, or following from what it found. */
type Units<Result> = readonly UnitId[] | ((output: Result) => readonly UnitId[]);

/** Where a step's receipt stands. */
export interface Keeping {
  readonly read: () => Promise<Receipt | undefined>;
  readonly write: (receipt: Receipt) => void;
}

export interface StepOptions<Result> {
  readonly subject: string;
  readonly units: Units<Result>;
  /** The step, with what its natural key adds: its receipt gets a row of that name. Or the row that the step writes anyway. */
  readonly receipt: string | Keeping;
}

const keepingOf = (call: Call, { subject, receipt }: StepOptions<never>): Keeping =>
  typeof receipt === 'string'
    ? {
        read: () => call.store.get('receipt', subject, receipt),
        write: (row) => call.store.put('receipt', row, subject, receipt),
      }
    : receipt;

/**
 * Does something once. The first call runs the body, writes a receipt and announces it; a repetition returns the first
 * answer.
 * @throws {DomainError} IDEMPOTENCY_CONFLICT when the step was done with other input.
 */
export async function step<Result extends object>(
  call: Call,
  options: StepOptions<Result>,
  body: () => Promise<Result>,
): Promise<Result & Outcome> {
  const first = await keepingOf(call, options).read();
  if (first !== undefined) return replay(first, call) as Result & Outcome;
  return leaveReceipt(call, options, await body());
}

/** Writes the receipt of a step and announces it. */
export function leaveReceipt<Result extends object>(
  call: Call,
  options: StepOptions<Result>,
  output: Result,
): Result & Outcome {
  const { subject } = options;
  const units = typeof options.units === 'function' ? options.units(output) : options.units;
  keepingOf(call, options).write(receiptOf(call, units, output as Output));
  call.announce({ subject, units, ...('state' in output ? { state: String(output.state) } : {}) });
  return { ...output, replayed: false, units: [...units] };
}

/** @throws {DomainError} NOT_FOUND when there is no such order. */
export const orderRow = async (call: Call, order: OrderKey): Promise<OrderRow> =>
  found(await call.store.get('order', order.merchantId, order.orderNumber), 'NOT_FOUND', {
    row: 'order',
  });

/** Writes the order in the state that the event leads to. @throws {DomainError} STATE_CONFLICT. */
export function advance(
  call: Call,
  order: OrderRow,
  event: OrderEvent,
  changes: Partial<OrderRow> = {},
): OrderState {
  const state = nextState(order.state, event);
  call.store.put('order', { ...order, ...changes, state }, order.merchantId, order.orderNumber);
  return state;
}

/** A step of an order, named by its transaction unless the natural key says more. */
export const orderStep = <Input extends OrderKey, Result extends object>(
  call: Call<Input>,
  units: Units<Result>,
  body: () => Promise<Result>,
  receipt: StepOptions<Result>['receipt'] = call.transaction,
): Promise<Result & Outcome> =>
  step(call, { subject: orderSubject(call.input), units, receipt }, body);
