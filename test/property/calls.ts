// SPDX-License-Identifier: Apache-2.0
// A call of a transaction as its rightful caller makes it: certificate and actor follow from the transaction table.
import { found, transactionNamed, type Role } from '@fabric-offline-pay/domain';
import {
  addressesOf,
  BANK,
  LOGISTICS,
  MERCHANT,
  type MemoryLedger,
  type Proposal,
} from '@fabric-offline-pay/testing';
import { callerOf, MSP } from '../support/memory-world.js';

export interface RightCall {
  readonly contract: string;
  readonly name: string;
  readonly input: object;
}

const ACTORS: Readonly<Record<Role, string>> = {
  bank: BANK,
  merchant: MERCHANT,
  logistics: LOGISTICS,
  auditor: 'auditor-1',
};

/** Organisation, role and actor of a certificate that may make the call. */
export function rightCaller(access: string): { mspId: string; attribute: string; actor: string } {
  const [role = 'bank', attribute = 'auditor'] = access === 'any' ? [] : access.split('.');
  const organisation = (role === '*' ? 'bank' : role) as Role;
  return { mspId: MSP[organisation], attribute, actor: ACTORS[organisation] };
}

export function propose(ledger: MemoryLedger, { contract, name, input }: RightCall): Proposal {
  const transaction = found(transactionNamed(contract, name), 'INTERNAL');
  const { mspId, attribute, actor } = rightCaller(transaction.access[0] ?? 'any');
  const caller = callerOf(mspId, attribute, actor);
  const { orderNumber } = input as { readonly orderNumber?: string };
  const transient =
    transaction.transient === undefined || orderNumber === undefined
      ? {}
      : { private: JSON.stringify(addressesOf(orderNumber)) };
  return ledger.propose(caller, transaction.fullName, [JSON.stringify(input)], transient);
}
