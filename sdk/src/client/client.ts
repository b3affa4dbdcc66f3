// SPDX-License-Identifier: Apache-2.0
// The typed client: one method for each transaction of the domain's table.
import {
  ALL_TRANSACTIONS,
  type ContractName,
  type InputOf,
  type KindOf,
  type NamedTransaction,
  type OutputOf,
  type TransactionName,
} from '@fabric-offline-pay/domain';
import { decoderOf, encodeCall } from './codec.js';
import type { QueryOptions, SubmitOptions, TransactionResult, Transport } from './transport.js';

/** Reads from a peer of your own organisation. Has no effects. */
export type Query<Input, Output> = (input: Input, options?: QueryOptions) => Promise<Output>;

/** Endorses, orders, and waits for the commit. */
export type Submit<Input, Output> = (
  input: Input,
  options?: SubmitOptions,
) => Promise<TransactionResult<Output>>;

/** A method of the client: a query or a transaction, as the table declares it. */
export type Method<Contract extends ContractName, Name extends TransactionName<Contract>> =
  KindOf<Contract, Name> extends 'evaluate'
    ? Query<InputOf<Contract, Name>, OutputOf<Contract, Name>>
    : Submit<InputOf<Contract, Name>, OutputOf<Contract, Name>>;

/** `client.<contract>.<transaction>(input, options)`, for example `client.settlement.capture(…)`. */
export type Client = {
  readonly [Contract in ContractName]: {
    readonly [Name in TransactionName<Contract>]: Method<Contract, Name>;
  };
};

function methodOf(transport: Transport, transaction: NamedTransaction) {
  const decode = decoderOf(transaction);
  if (transaction.kind === 'evaluate') {
    return async (input: unknown, options: QueryOptions = {}) =>
      transport.evaluate(encodeCall(transaction, input), decode, options);
  }
  return async (input: unknown, options: SubmitOptions = {}) =>
    transport.submit(encodeCall(transaction, input, options.transient), decode, options);
}

/**
 * Makes the client over any transport. `connect` makes one over real peers.
 * Its methods throw `RefusedError` INPUT_INVALID before they send anything.
 */
export function createClient(transport: Transport): Client {
  const contracts: Record<string, Record<string, unknown>> = {};
  for (const transaction of ALL_TRANSACTIONS) {
    const contract = (contracts[transaction.contract] ??= {});
    contract[transaction.name] = methodOf(transport, transaction);
  }
  // No type can follow the loop: names, inputs and outputs come from the table, and so does the type.
  return contracts as unknown as Client;
}
