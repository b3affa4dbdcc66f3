// SPDX-License-Identifier: Apache-2.0
// Every table that has something of a customer: how its rows are found, what of them is secret even from the customer, and what becomes of
// them when the customer asks to be erased. A test finds a table that is missing here.

/** What becomes of a table's rows. */
export type Erasure =
  | { readonly kind: 'delete' }
  /** Whoever it was can no longer be told from the row. */
  | { readonly kind: 'clear'; readonly columns: readonly string[]; readonly because: string }
  | { readonly kind: 'keep'; readonly because: string };

export interface PersonalTable {
  readonly table: string;
  /** How its rows are found; by `customer_id` unless told. */
  readonly of?: 'customer' | 'login' | 'purchase';
  /** Columns that the node never shows. */
  readonly secret?: readonly string[];
  readonly erasure: Erasure;
}

const DELETE: Erasure = { kind: 'delete' };

const keep = (because: string): Erasure => ({ kind: 'keep', because });

const BOOKS =
  'books and records of payments must be kept for years (in the EU five years after the business relationship, Directive (EU) 2015/849, Article 40); they name a pseudonym only';

const PROOF =
  'the bank must be able to prove that a payment was authenticated (Directive (EU) 2015/2366, Article 72); it names a pseudonym only';

const LEDGER =
  'it stands on the ledger under a pseudonym, which every participant has; without the profile nobody is found by it';

export const PERSONAL_DATA: readonly PersonalTable[] = [
  {
    table: 'customers',
    secret: ['password_hash', 'enrolment_mac'],
    erasure: {
      kind: 'clear',
      columns: ['name', 'phone', 'email', 'birth_date', 'default_device'],
      because: 'the pseudonym must not be given to somebody else',
    },
  },
  { table: 'addresses', erasure: DELETE },
  {
    table: 'credential_changes',
    secret: ['digest', 'password_hash'],
    erasure: { kind: 'clear', columns: ['phone', 'password_hash'], because: PROOF },
  },
  { table: 'codes', secret: ['mac'], erasure: DELETE },
  {
    table: 'passkeys',
    secret: ['credential_id', 'public_key', 'registered_with'],
    erasure: DELETE,
  },
  { table: 'passkey_challenges', secret: ['challenge'], erasure: DELETE },
  { table: 'attempts', erasure: keep(PROOF) },
  { table: 'factors', of: 'login', secret: ['nonce'], erasure: keep(PROOF) },
  { table: 'step_ups', of: 'login', erasure: keep(PROOF) },
  { table: 'logins', erasure: keep(PROOF) },
  { table: 'purchase_lines', of: 'purchase', erasure: keep(BOOKS) },
  { table: 'purchases', erasure: keep(BOOKS) },
  {
    table: 'messages',
    secret: ['number_mac'],
    erasure: { kind: 'clear', columns: ['number_mac'], because: PROOF },
  },
  { table: 'instruments', erasure: keep(LEDGER) },
  { table: 'funding_choices', erasure: DELETE },
  { table: 'fundings', erasure: keep(BOOKS) },
  { table: 'funding_legs', erasure: keep(BOOKS) },
  { table: 'funding_moves', erasure: keep(BOOKS) },
  {
    table: 'placed_orders',
    erasure: keep('else the next reading of the ledger would decide anew what is deducted'),
  },
  { table: 'account_owners', erasure: keep(LEDGER) },
  { table: 'account_totals', erasure: keep(BOOKS) },
  { table: 'account_entries', erasure: keep(BOOKS) },
  { table: 'account_orders', erasure: keep(BOOKS) },
  { table: 'account_reserves', erasure: keep(BOOKS) },
  { table: 'account_devices', erasure: keep(LEDGER) },
  { table: 'account_refunds', erasure: keep(BOOKS) },
  { table: 'account_debts', erasure: keep(BOOKS) },
  { table: 'backing_pockets', erasure: keep(LEDGER) },
  { table: 'backing_leaves', erasure: keep(BOOKS) },
  // `forgetHabits` deletes these, together with what they added to others' recommendations.
  { table: 'habit_purchases', erasure: DELETE },
  { table: 'habit_items', erasure: DELETE },
  {
    table: 'habit_choices',
    erasure: keep('else the next reading of the ledger would count the purchases again'),
  },
  { table: 'feedback_ratings', erasure: keep(LEDGER) },
];
