// SPDX-License-Identifier: Apache-2.0
// The one table of transactions: contract → name → what it is.
import type * as z from 'zod';
import type { DeepReadonly } from '../base/deep-readonly.js';
import { keysOf } from '../base/keys-of.js';
import { alarm } from './alarm.js';
import type { Transaction } from './define.js';
import { feedback } from './feedback.js';
import { goods } from './goods.js';
import { identity } from './identity.js';
import { logistics, logisticsLeg } from './logistics.js';
import { offline } from './offline.js';
import { merchantLeg, orderNumber } from './order-number.js';
import { bankLeg, settlement } from './settlement.js';

/** The one table of transactions and queries, by contract. Contracts, client, command line and documents follow from it. */
export const TRANSACTIONS = {
  identity,
  goods,
  logistics,
  orderNumber,
  settlement,
  alarm,
  feedback,
  offline,
  /** One transaction per organisation, after login. It has the same units and the same final states as stepwise. */
  express: { quote: logisticsLeg, order: merchantLeg, settle: bankLeg },
};

export type Table = typeof TRANSACTIONS;
/** The name of a contract, for example `settlement`. */
export type ContractName = keyof Table;
/** The name of a transaction or query of a contract. */
export type TransactionName<Contract extends ContractName> = keyof Table[Contract] & string;

type Entry<Contract extends ContractName, Name extends TransactionName<Contract>> =
  Table[Contract][Name] extends Transaction<infer Input, infer Output, infer K>
    ? { input: Input; output: Output; kind: K }
    : never;

/** The input of a transaction. */
export type InputOf<
  Contract extends ContractName,
  Name extends TransactionName<Contract>,
> = DeepReadonly<z.input<Entry<Contract, Name>['input']>>;

/** The answer of a transaction. */
export type OutputOf<
  Contract extends ContractName,
  Name extends TransactionName<Contract>,
> = DeepReadonly<z.output<Entry<Contract, Name>['output']>>;

/** The input of a handler: with its defaults filled in. */
export type ParsedInputOf<
  Contract extends ContractName,
  Name extends TransactionName<Contract>,
> = DeepReadonly<z.output<Entry<Contract, Name>['input']>>;

/** The result of a handler. The table adds whether it was a repetition and which units ran. */
export type ResultOf<Contract extends ContractName, Name extends TransactionName<Contract>> =
  KindOf<Contract, Name> extends 'submit'
    ? Omit<OutputOf<Contract, Name>, 'replayed' | 'units'>
    : OutputOf<Contract, Name>;

/** Whether it is submitted or evaluated. */
export type KindOf<Contract extends ContractName, Name extends TransactionName<Contract>> = Entry<
  Contract,
  Name
>['kind'];

/** The table flattened, for everything that iterates over it. */
export interface NamedTransaction extends Transaction {
  readonly contract: ContractName;
  readonly name: string;
  /** `contract:name`, as Fabric calls it. */
  readonly fullName: string;
}

/** Every transaction and query of {@link TRANSACTIONS}, each with its contract and name. */
export const ALL_TRANSACTIONS: readonly NamedTransaction[] = keysOf(TRANSACTIONS).flatMap(
  (contract) =>
    Object.entries(TRANSACTIONS[contract]).map(([name, entry]) => ({
      ...(entry as Transaction),
      contract,
      name,
      fullName: `${contract}:${name}`,
    })),
);

/** @returns the entry of `contract:name`, or undefined. */
export const transactionNamed = (contract: string, name: string): NamedTransaction | undefined =>
  ALL_TRANSACTIONS.find((entry) => entry.contract === contract && entry.name === name);
