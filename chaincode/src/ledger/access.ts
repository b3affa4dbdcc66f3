// SPDX-License-Identifier: Apache-2.0
// Who calls, whether its role may call this, and whether the object is its own. The rules stand in the transaction table.
import type { ClientIdentity } from 'fabric-shim';
import { ensure, found, type NamedTransaction, type Ownership, type Role } from '@fabric-offline-pay/domain';
import type { Store } from './store.js';

/** The participant behind a call, with the attributes of its certificate. */
export interface Caller {
  readonly mspId: string;
  readonly role: Role | null;
  readonly attribute: string;
  readonly actor: string;
}

type Input = Readonly<Record<string, unknown>>;

async function registeredRole(store: Store, mspId: string, transaction: NamedTransaction): Promise<Role | null> {
  if (transaction.beforeRegistry === true) return null;
  const participant = await store.get('participant', mspId);
  ensure(participant?.status === 'active', 'PARTICIPANT_UNKNOWN', { mspId });
  return participant.role;
}

/**
 * The role check. It comes before anything of the input is parsed.
 * @throws {DomainError} PARTICIPANT_UNKNOWN or ACCESS_DENIED.
 */
export async function authorise(store: Store, identity: ClientIdentity, transaction: NamedTransaction): Promise<Caller> {
  const mspId = identity.getMSPID();
  const attribute = identity.getAttributeValue('role') ?? '';
  const role = await registeredRole(store, mspId, transaction);
  const allowed = transaction.access.some(
    (access) => access === 'any' || access === `*.${attribute}` || access === `${role ?? '*'}.${attribute}`,
  );
  ensure(allowed, 'ACCESS_DENIED', { transaction: transaction.fullName, needs: transaction.access });
  return { mspId, role, attribute, actor: identity.getAttributeValue('actor') ?? '' };
}

const fieldAt = (input: Input, path: string): unknown =>
  path.split('.').reduce<unknown>((value, part) => (value as Input | undefined)?.[part], input);

const text = (input: Input, field: string): string => String(input[field]);

/** The field of a row that names the caller's side of it. */
const OWNER_FIELD: Readonly<Record<Role, string>> = {
  bank: 'bankId',
  merchant: 'merchantId',
  logistics: 'logisticsId',
  auditor: 'bankId',
};

type RowOwnership = Exclude<Ownership['of'], 'network' | 'input'>;

const ROW_OF: Readonly<Record<RowOwnership, (store: Store, input: Input) => Promise<object>>> = {
  customer: async (store, input) => found(await store.get('customer', text(input, 'customerId')), 'CUSTOMER_UNKNOWN'),
  login: async (store, input) => found(await store.get('login', text(input, 'loginId')), 'NOT_FOUND', { row: 'login' }),
  order: async (store, input) =>
    found(await store.get('order', text(input, 'merchantId'), text(input, 'orderNumber')), 'NOT_FOUND', { row: 'order' }),
  basket: async (store, input) =>
    found(await store.get('basket', text(input, 'merchantId'), text(input, 'orderNumber')), 'NOT_FOUND', { row: 'basket' }),
  quote: async (store, input) =>
    found(await store.get('quote', text(input, 'merchantId'), text(input, 'orderNumber')), 'NOT_FOUND', { row: 'quote' }),
};

async function ownerOf(store: Store, caller: Caller, owner: Ownership, input: Input): Promise<unknown> {
  if (owner.of === 'network') return caller.actor;
  if (owner.of === 'input') return fieldAt(input, owner.field);
  const row = (await ROW_OF[owner.of](store, input)) as Input;
  return row[OWNER_FIELD[caller.role ?? 'auditor']];
}

/**
 * Having the role is not enough: the object must be the caller's own.
 * @throws {DomainError} NOT_OWNER, or the NOT_FOUND of the object that would have an owner.
 */
export async function ensureOwner(store: Store, caller: Caller, transaction: NamedTransaction, input: unknown): Promise<void> {
  const owner = await ownerOf(store, caller, transaction.owner, input as Input);
  ensure(owner === caller.actor && caller.actor !== '', 'NOT_OWNER', { transaction: transaction.fullName });
}
