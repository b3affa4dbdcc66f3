// SPDX-License-Identifier: Apache-2.0
// Follows the rows of a ledger in memory that hold money, block by block, and refuses the block that makes or loses any, or after which
// the money of all holders is not the bank's supply.
import {
  beginningOf,
  heldIn,
  Holdings,
  sumsOf,
  sumToUnits,
  type BasketRow,
  type CheckpointRow,
  type Hold,
  type OrderRow,
  type SupplyRow,
  type TermsRow,
} from '@fabric-offline-pay/domain';
import { BANK, type Block, type MemoryLedger } from '@fabric-offline-pay/testing';
import { HOLDING_MONEY, weightsOf } from '../support/money.js';
import { must } from './property.js';

interface MoneyRow {
  readonly hold?: Hold | null;
  readonly money?: Readonly<Record<string, object>>;
}

interface Kept {
  readonly value: unknown;
  readonly weights: ReturnType<typeof weightsOf>;
}

const AMOUNT = /^(0|[1-9][0-9]{0,17})$/;
const AMOUNTS = ['amount', 'available', 'balance'];
const HOLD_AMOUNTS = [
  'authorised',
  'voided',
  'captured',
  'released',
  'refunded',
  'refundedHeld',
  'feeReleased',
  'feeReturned',
  'fee',
] as const;

function mustBeAmounts(key: string, row: object, fields: readonly string[]): void {
  for (const [field, value] of Object.entries(row))
    must(
      !fields.includes(field) || (typeof value === 'string' && AMOUNT.test(value)),
      `${key} holds no canonical amount in ${field}`,
      value,
    );
}

const sum = (amounts: Readonly<Record<string, string>>): bigint =>
  Object.values(amounts).reduce((total, amount) => total + BigInt(amount), 0n);

/** No more is captured than was authorised, nor refunded or released than was captured; and the parts add up. */
function mustBeSound(key: string, hold: Hold): void {
  mustBeAmounts(key, hold, HOLD_AMOUNTS);
  const units = (field: (typeof HOLD_AMOUNTS)[number]): bigint => BigInt(hold[field]);
  const [authorised, voided, captured] = [units('authorised'), units('voided'), units('captured')];
  const [released, refunded] = [units('released'), units('refunded')];
  const refundedHeld = units('refundedHeld');
  must(sum(hold.captures) === captured, `${key}: the captures are not what was captured`, hold);
  must(captured + voided <= authorised, `${key}: more is captured than was authorised`, hold);
  must(released + refundedHeld <= captured, `${key}: more is given than was captured`, hold);
  must(refundedHeld <= refunded && refunded <= captured, `${key}: refunds are too high`, hold);
  const carried = units('feeReleased') + units('feeReturned');
  must(carried <= units('fee'), `${key}: the delivery is paid or given back twice`, hold);
}

function keep(key: string, text: string): Kept {
  const value = JSON.parse(text) as MoneyRow;
  mustBeAmounts(key, value, AMOUNTS);
  for (const money of Object.values(value.money ?? {})) mustBeAmounts(key, money, AMOUNTS);
  if (value.hold) mustBeSound(key, value.hold);
  return { value, weights: weightsOf(key, value) };
}

/** The rows of a ledger that hold money, summed by currency; it sums only what a block changes. */
export class MoneyWatch {
  readonly #kept = new Map<string, Kept>();
  readonly #missing = new Map<string, bigint>();
  readonly #holdings = new Holdings();
  /** What the bank made less what it took back, by currency. */
  readonly #supply = new Map<string, bigint>();

  /** Throws out of the submit of a block after which the money does not add up. */
  constructor(ledger: MemoryLedger) {
    for (const [key, text] of ledger.state()) this.#put(key, text);
    this.#mustAddUp('the beginning');
    ledger.onBlock((block) => this.#follow(block));
  }

  /** The rows of one kind, by what follows the kind in their keys. */
  rows<Row>(kind: string): Map<string, Row> {
    const prefix = `${kind}/`;
    const found = [...this.#kept].filter(([key]) => key.startsWith(prefix));
    return new Map(found.map(([key, { value }]) => [key.slice(prefix.length), value as Row]));
  }

  /** The orders, also those that still follow from what was signed. */
  orders(): OrderRow[] {
    const own = this.rows<OrderRow>('order');
    const placed = [...this.rows<BasketRow | TermsRow>('terms')].filter(([key]) => !own.has(key));
    return [...own.values(), ...placed.map(([, row]) => beginningOf(row))];
  }

  #follow({ number, transactions }: Block): void {
    for (const { validationCode, writeSet } of transactions) {
      if (validationCode !== 'VALID') continue;
      for (const { key, isDelete, value } of writeSet)
        this.#put(key, isDelete ? null : Buffer.from(value).toString());
    }
    this.#mustAddUp(`block ${number}`);
  }

  #put(key: string, text: string | null): void {
    const before = this.#kept.get(key);
    for (const [currency, units] of before?.weights ?? []) this.#add(currency, -units);
    this.#kept.delete(key);
    this.#holdings.put(key, text === null ? null : JSON.parse(text));
    if (text === null || !HOLDING_MONEY.has(key.split('/')[0] ?? '')) return;
    const kept = keep(key, text);
    if (key.startsWith('supply/')) this.#addSupply(key, kept.value as SupplyRow);
    this.#kept.set(key, kept);
    for (const [currency, units] of kept.weights) this.#add(currency, units);
  }

  #add(currency: string, units: bigint): void {
    this.#missing.set(currency, (this.#missing.get(currency) ?? 0n) + units);
  }

  #addSupply(key: string, row: SupplyRow): void {
    for (const { currency, amount, sign } of heldIn('supply', row, key))
      this.#supply.set(currency, (this.#supply.get(currency) ?? 0n) - sign * sumToUnits(amount));
  }

  /** There is one bank: it owes somebody each unit that it made. */
  #mustBelong(when: string): void {
    const owed = sumsOf(this.#holdings.of(BANK));
    for (const currency of new Set([...owed.keys(), ...this.#supply.keys()])) {
      const [leaves, supply] = [owed.get(currency) ?? 0n, this.#supply.get(currency) ?? 0n];
      must(
        leaves === supply,
        `after ${when} ${leaves} ${currency} belong to somebody of ${supply}`,
      );
    }
  }

  /** A payee keeps back exactly what its open disputes may take, and owes nobody nothing. */
  #mustKeepBack(when: string): void {
    const disputed = new Map<string, bigint>();
    for (const { merchantId, hold, dispute } of this.rows<OrderRow>('order').values()) {
      const payee = `${merchantId}/${hold?.currency ?? ''}`;
      disputed.set(payee, (disputed.get(payee) ?? 0n) + BigInt(dispute?.withheld ?? 0));
    }
    for (const [payee, { withheld, debts }] of this.rows<CheckpointRow>('checkpoint')) {
      const due = disputed.get(payee) ?? 0n;
      must(BigInt(withheld) === due, `after ${when} ${payee} keeps back ${withheld}, not ${due}`);
      for (const { amount } of debts) must(BigInt(amount) > 0n, `${payee} owes nothing`, debts);
    }
  }

  #mustAddUp(when: string): void {
    this.#mustKeepBack(when);
    this.#mustBelong(when);
    for (const [currency, missing] of this.#missing)
      must(missing === 0n, `after ${when} ${missing} ${currency} are missing on the ledger`);
  }
}
