// SPDX-License-Identifier: Apache-2.0
// Calls the probe contract through a recorder.
import { BANK, LOGISTICS, MERCHANT } from '@fabric-offline-pay/testing';
import { defined } from '../support/defined.js';
import type { RawGateways } from '../support/raw-gateway.js';
import type { Operation } from './probe-contract.js';
import type { RecordedCall, Recorder, Told } from './recorder.js';
import type { Organisations } from './recording-transport.js';

type Organisation = keyof Organisations;

const IDENTITY: Readonly<Record<Organisation, readonly [role: string, actor: string]>> = {
  bank: ['teller', BANK],
  merchant: ['cashier', MERCHANT],
  logistics: ['dispatcher', LOGISTICS],
};

export interface ProbeOptions extends Partial<
  Pick<RecordedCall, 'query' | 'heldBack' | 'signedBefore' | 'transient'>
> {
  /** Whose client asks; the bank's when absent. */
  readonly as?: Organisation;
  /** Whose peers run it; all when absent, the asking organisation's for a query. */
  readonly by?: readonly Organisation[];
  /** Another transaction than `probe:run`, and its input instead of operations. */
  readonly transaction?: string;
  readonly input?: string;
}

const EVERYBODY: readonly Organisation[] = ['bank', 'merchant', 'logistics'];

export class Probe {
  readonly #recorder: Recorder;
  readonly #gateways: RawGateways;
  readonly #organisations: Organisations;

  constructor(recorder: Recorder, gateways: RawGateways, organisations: Organisations) {
    this.#recorder = recorder;
    this.#gateways = gateways;
    this.#organisations = organisations;
  }

  /** Runs the operations as one transaction. */
  async run(operations: readonly Operation[], options: ProbeOptions = {}): Promise<Told> {
    const { as = 'bank', by = options.query === true ? [as] : EVERYBODY, ...call } = options;
    const gateway = await this.#gateways.as(as, ...IDENTITY[as]);
    return this.#recorder.ask(gateway, {
      transaction: 'probe:run',
      input: JSON.stringify(operations),
      ...call,
      by: by.map((organisation) => this.#organisations[organisation]),
    });
  }

  query(operations: readonly Operation[], options: ProbeOptions = {}): Promise<Told> {
    return this.run(operations, { ...options, query: true });
  }

  /** Has the operations endorsed, for {@link send}. */
  hold(operations: readonly Operation[], options: ProbeOptions = {}): Promise<Told> {
    return this.run(operations, { ...options, heldBack: true });
  }

  send({ envelope }: Told): Promise<Told> {
    return this.#recorder.send(defined(envelope, 'envelope'));
  }
}
