// SPDX-License-Identifier: Apache-2.0
// Who calls, whether its role may call this, and whether it owns the object. The rules are in the transaction table.
import { X509Certificate } from 'node:crypto';
import type { Context } from 'fabric-contract-api';
import {
  ensure,
  ensureOfThisVersion,
  found,
  isPlaced,
  mayCall,
  participantNamed,
  type NamedTransaction,
  type OrderKey,
  type Ownership,
  type ParticipantRow,
  type Role,
} from '@fabric-offline-pay/domain';
import { fieldAt, fieldsOf, type Fields } from './fields.js';
import { orderAt } from './order-at.js';
import type { Store } from './store.js';

/** The participant behind a call, with the attributes of its certificate. */
export interface Caller {
  readonly mspId: string;
  readonly role: Role | null;
  readonly attribute: string;
  readonly actor: string;
  /**
   * The name that the organisation's authority registered for the caller. All certificates of one person have the same name,
   * whatever else their subject contains.
   * @throws {DomainError} ACCESS_DENIED for a certificate without one name.
   */
  registeredName(): string;
  /** Null for the one transaction that runs before there is a registry. */
  readonly participant: ParticipantRow | null;
}

/** The subject's one common name. Fabric CA sets it to the registered name. */
function nameIn(certificate: Uint8Array): string {
  const name: unknown = new X509Certificate(certificate).toLegacyObject().subject.CN;
  ensure(typeof name === 'string', 'ACCESS_DENIED', { needs: 'one common name' });
  return name;
}

async function readParticipant(
  store: Store,
  mspId: string,
  transaction: NamedTransaction,
): Promise<ParticipantRow | null> {
  if (transaction.beforeRegistry === true) return null;
  const registry = await store.get('registry');
  if (registry !== undefined) ensureOfThisVersion(registry);
  const participant = registry === undefined ? undefined : participantNamed(registry, mspId);
  ensure(participant !== undefined && mayCall(participant), 'PARTICIPANT_UNKNOWN', { mspId });
  return participant;
}

/**
 * The role check. It runs before the input is parsed.
 * @throws {DomainError} LEDGER_VERSION_OTHER, PARTICIPANT_UNKNOWN or ACCESS_DENIED.
 */
export async function authoriseCaller(
  store: Store,
  identity: Context['clientIdentity'],
  transaction: NamedTransaction,
): Promise<Caller> {
  const mspId = identity.getMSPID();
  const attribute = identity.getAttributeValue('role') ?? '';
  const participant = await readParticipant(store, mspId, transaction);
  const role = participant?.role ?? null;
  const allowed = transaction.access.some(
    (access) =>
      access === 'any' || access === `*.${attribute}` || access === `${role ?? '*'}.${attribute}`,
  );
  ensure(allowed, 'ACCESS_DENIED', {
    transaction: transaction.fullName,
    needs: transaction.access,
  });
  const actor = identity.getAttributeValue('actor') ?? '';
  const registeredName = (): string => nameIn(identity.getIDBytes());
  return { mspId, role, attribute, actor, registeredName, participant };
}

const text = (input: Fields, field: string): string => String(input[field]);

const orderKey = (input: Fields): OrderKey => ({
  merchantId: text(input, 'merchantId'),
  orderNumber: text(input, 'orderNumber'),
});

/** The field of a row that names the party with this role. */
const OWNER_FIELD: Readonly<Record<Role, string>> = {
  bank: 'bankId',
  merchant: 'merchantId',
  logistics: 'logisticsId',
  auditor: 'bankId',
};

type RowOwnership = Exclude<Ownership['of'], 'network' | 'input'>;

type FindOwned = (store: Store, input: Fields, caller: Caller) => Promise<object>;

/** The row of a payee: a merchant, or else a logistics company. A bank pays both. */
async function payeeRow(store: Store, payeeId: string): Promise<object> {
  const merchant = await store.get('merchant', payeeId);
  if (merchant !== undefined) return merchant;
  const registry = await store.get('registry');
  const company = registry?.participants.find(
    ({ role, actor }) => role === 'logistics' && actor === payeeId,
  );
  return found(company, 'NOT_FOUND', { row: 'payee' });
}

const ROW_OF: Readonly<Record<RowOwnership, FindOwned>> = {
  customer: async (store, input) =>
    found(await store.get('customer', text(input, 'customerId')), 'CUSTOMER_UNKNOWN'),
  login: async (store, input) =>
    found(await store.get('login', text(input, 'loginId')), 'NOT_FOUND', { row: 'login' }),
  merchant: async (store, input) =>
    found(await store.get('merchant', text(input, 'merchantId')), 'MERCHANT_UNKNOWN'),
  order: async (store, input) =>
    found(await orderAt(store, orderKey(input)), 'NOT_FOUND', { row: 'order' }),
  basket: async (store, input) => {
    const { merchantId, orderNumber } = orderKey(input);
    const row = found(await store.get('terms', merchantId, orderNumber), 'NOT_FOUND', {
      row: 'basket',
    });
    return { bankId: row.bankId, ...(isPlaced(row) ? row.terms : row.basket) };
  },
  quote: async (store, input, caller) =>
    found(
      await store.get('quote', text(input, 'merchantId'), text(input, 'orderNumber'), caller.actor),
      'NOT_OWNER',
      { row: 'quote' },
    ),
  payee: (store, input) => payeeRow(store, text(input, 'payeeId')),
};

async function readOwner(
  store: Store,
  caller: Caller,
  owner: Exclude<Ownership, { of: 'network' }>,
  input: Fields,
): Promise<unknown> {
  if (owner.of === 'input') return fieldAt(input, owner.field);
  const row = await ROW_OF[owner.of](store, input, caller);
  return fieldsOf(row)[OWNER_FIELD[caller.role ?? 'auditor']];
}

/** An organisation's own certificate authority could write any actor, so the ledger says whom the organisation may speak for. */
async function mayActorSpeak(store: Store, caller: Caller): Promise<boolean> {
  const { participant, actor, mspId } = caller;
  if (participant?.role !== 'merchant') return participant?.actor === actor;
  return (await store.get('merchant', actor))?.mspId === mspId;
}

/**
 * The role is not enough: the caller must also own the object.
 * @throws {DomainError} NOT_OWNER, or the NOT_FOUND of the object itself.
 */
export async function ensureOwner(
  store: Store,
  caller: Caller,
  transaction: NamedTransaction,
  input: unknown,
): Promise<void> {
  if (transaction.owner.of === 'network') return;
  const owner = await readOwner(store, caller, transaction.owner, fieldsOf(input));
  const details = { transaction: transaction.fullName };
  ensure(owner === caller.actor && caller.actor !== '', 'NOT_OWNER', details);
  ensure(await mayActorSpeak(store, caller), 'NOT_OWNER', {
    ...details,
    actor: 'not of this organisation',
  });
}
