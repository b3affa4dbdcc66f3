// SPDX-License-Identifier: Apache-2.0
// Calls one transaction of the table on a running network and shows what it answers.
import type { NamedTransaction } from '@fabric-offline-pay/domain';
import {
  OutcomeUnknownError,
  type QueryOptions,
  type SubmitOptions,
  type TransactionResult,
} from '@fabric-offline-pay/sdk';
import { show, table, type CommonOptions } from '../output.js';
import { withClients } from '../with-clients.js';
import { readable } from './answer.js';
import { chooseCaller, type CallerOptions } from './caller.js';
import { inputOf, privateInputOf, type Given, type Input } from './input.js';
import { OutcomeLeftOpenError } from './outcome-left-open.js';

export interface CallOptions extends CommonOptions, CallerOptions {}

type Method = (input: Input, options: QueryOptions & SubmitOptions) => Promise<unknown>;

type Methods = Readonly<Record<string, Readonly<Record<string, Method>>>>;

/** The typed client, called by names that are only known at run time. The schema that types the input has checked it. */
function methodOf(client: object, { contract, name }: NamedTransaction): Method {
  const method = (client as Methods)[contract]?.[name];
  if (method === undefined) throw new TypeError(`the client has no ${contract}.${name}`);
  return method;
}

const submitText = (answer: TransactionResult<unknown>): string =>
  [
    readable(answer.result),
    '',
    table([
      ['transaction', answer.transactionId],
      ['block', answer.blockNumber.toString()],
      ['attempts', answer.attempts.toString()],
      ['duration', `${Math.round(answer.durationMs).toString()} ms`],
    ]),
  ].join('\n');

const answerText = ({ kind }: NamedTransaction, answer: unknown): string =>
  kind === 'submit' ? submitText(answer as TransactionResult<unknown>) : readable(answer);

/** @throws what the client throws, and `DomainError` INPUT_INVALID before it sends anything. */
export async function callByHand(
  transaction: NamedTransaction,
  given: Given,
  options: CallOptions,
  signal: AbortSignal,
): Promise<void> {
  const input = inputOf(transaction, given);
  const transient = privateInputOf(transaction, given);
  const callOptions = transient === undefined ? { signal } : { signal, transient };
  const answer = await withClients(options, async (clients) => {
    const caller = chooseCaller(transaction, input, options, (name) =>
      clients.organisationNamed(name),
    );
    const { organisation, attribute, actor } = caller;
    const { client } = await clients.connectionOf(organisation, attribute, actor);
    return methodOf(client, transaction)(input, callOptions);
  }).catch((error: unknown) => {
    throw error instanceof OutcomeUnknownError ? new OutcomeLeftOpenError(error) : error;
  });
  show(options, answer, () => answerText(transaction, answer));
}
