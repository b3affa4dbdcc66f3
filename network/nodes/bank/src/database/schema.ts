// SPDX-License-Identifier: Apache-2.0
// The tables of the bank's own database. Personal data and purchase habits live here and nowhere else.
import type { Generated, Kysely, Selectable } from 'kysely';
import type { PositionTables } from '@fabric-offline-pay/node-common/node';
import type { CoreBankingTables } from '../core-banking/tables.js';
import type { Language } from '../messages/language.js';
import type { MessageTables } from '../messages/tables.js';
import type { AlertTables } from './alerts-tables.js';
import type { BackingTables } from './backing-tables.js';
import type { ClockTables } from './clock-tables.js';
import type { FundingTables } from './funding-tables.js';
import type { SettlingTables } from './settling-tables.js';
import type { PasskeyTables } from './passkey-tables.js';
import type { PayOutTables } from './pay-out-tables.js';
import type { ReconciliationTables } from './reconciliation-tables.js';
import type { AttemptResult, ChangeKind, ChangeState, Factor, LoginState } from '../states.js';
import type { FeedbackTables } from '../feedback/tables/feedback-tables.js';
import type { HabitTables } from '../habits/tables/habit-tables.js';
import type { StatementTables } from '../statements/tables/statement-tables.js';

// Instants are milliseconds since 1970 (bigint columns), amounts minor units as text.

export interface CustomerTable {
  customer_id: string;
  name: string | null;
  phone: string | null;
  email: string | null;
  birth_date: string | null;
  password_hash: string;
  password_changed: boolean;
  /** Keyed digest of the enrolled profile, to distinguish a repeated enrolment from a different one. */
  enrolment_mac: string;
  default_device: string | null;
  enrolled_at: number;
  language: Generated<Language>;
  /** Null until the customer was erased. */
  erased_at: Generated<number | null>;
}

/** A row of {@link CustomerTable}. */
export type Customer = Selectable<CustomerTable>;

export interface AddressTable {
  customer_id: string;
  number: number;
  label: string | null;
  street: string;
  city: string;
  country: string;
  latitude: number;
  longitude: number;
}

export interface LoginTable {
  login_id: string;
  customer_id: string;
  device_id: string;
  state: LoginState;
  /** JSON of the limits that unit 7 set. */
  limits: string | null;
  /** The refusal that ended the login, or will end it. */
  failure: string | null;
  /** Names of the profile's fields that this login filled, joined by commas. */
  filled: string;
  opened_at: number;
  ended_at: number | null;
}

export interface ChangeTable {
  seq: Generated<number>;
  change_id: string;
  customer_id: string;
  kind: ChangeKind;
  /** The login in which a customer asked; a recovery has none. */
  login_id: string | null;
  /** Keyed digest of the change. Its factors are bound to it. */
  digest: string;
  phone: string | null;
  password_hash: string | null;
  state: ChangeState;
  /** Names from the certificates. */
  asked_by: string;
  confirmed_by: string | null;
  asked_at: number;
  effective_at: number | null;
}

/** A row of {@link ChangeTable}. */
export type Change = Selectable<ChangeTable>;

export interface StepUpTable {
  login_id: string;
  order_digest: string;
  payee: string;
  amount: string;
  currency: string;
}

export interface CodeTable {
  seq: Generated<number>;
  code_id: string;
  customer_id: string;
  login_id: string;
  bound_to: string;
  /** HMAC of the code under the installation's key; the code itself is never stored. */
  mac: string;
  created_at: number;
  expires_at: number;
  tries: number;
  sent: boolean;
  /** Keyed digests of the telephone and of its first digits, to count codes against the caps; null when nothing was sent. */
  number_mac: string | null;
  range_mac: string | null;
  used_at: number | null;
}

export interface AttemptTable {
  seq: Generated<number>;
  customer_id: string;
  login_id: string;
  bound_to: string;
  factor: Factor;
  at: number;
  result: AttemptResult;
}

export interface FactorTable {
  login_id: string;
  bound_to: string;
  factor: Factor;
  /** Sent to the ledger with the attestation. It is kept so that a repeated attestation is a replay there. */
  nonce: string;
  passed_at: number;
  attested_at: number | null;
}

/** How a purchase was paid. */
type PaymentMode = 'online' | 'offline';

export interface PurchaseTable {
  merchant_id: string;
  order_number: string;
  customer_id: string;
  login_id: string | null;
  currency: string;
  fee: string;
  total: string;
  purchased_at: number;
  mode: PaymentMode;
}

export interface PurchaseLineTable {
  merchant_id: string;
  order_number: string;
  line: number;
  gtin: string;
  name: string;
  quantity: number;
  unit_price: string;
}

export interface FollowedOrderTable {
  merchant_id: string;
  order_number: string;
  /** JSON of what of the order's row was seen last and tells what is new in the next. */
  seen: string;
}

export interface BankTables
  extends
    PositionTables,
    CoreBankingTables,
    FundingTables,
    MessageTables,
    StatementTables,
    HabitTables,
    FeedbackTables,
    SettlingTables,
    ClockTables,
    AlertTables,
    BackingTables,
    PasskeyTables,
    PayOutTables,
    ReconciliationTables {
  customers: CustomerTable;
  addresses: AddressTable;
  logins: LoginTable;
  credential_changes: ChangeTable;
  step_ups: StepUpTable;
  codes: CodeTable;
  attempts: AttemptTable;
  factors: FactorTable;
  purchases: PurchaseTable;
  purchase_lines: PurchaseLineTable;
  followed_orders: FollowedOrderTable;
}

/** The database, or a transaction on it. */
export type BankDatabase = Kysely<BankTables>;
