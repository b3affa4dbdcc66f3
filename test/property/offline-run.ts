// SPDX-License-Identifier: Apache-2.0
// One run: a fork of the office, the devices and tills in it, and what the model knows.
import type { Client } from '@fabric-offline-pay/sdk';
import { BANK, type MemoryLedger } from '@fabric-offline-pay/testing';
import { clientsOf } from '../support/memory-world.js';
import { OfflineModel, type Answer } from './offline-model.js';
import { FIRST_VERSION, MONEY, TILLS, type ClientsOf, type Office } from './office.js';
import type { Bearer } from './reserve-commands.js';
import { TillModel } from './till-model.js';
import type { SignedVoucher, Wallet } from './wallets.js';

export interface Attempt {
  /** @returns what the ledger answers, as a text. */
  readonly real: () => Promise<string>;
  /** What it should answer; does it to the model. */
  readonly expected: () => Answer;
}

export class OfflineRun {
  readonly ledger: MemoryLedger;
  readonly clientFor: ClientsOf;
  readonly node: Client;
  readonly model: OfflineModel;
  readonly tills: readonly TillModel[];
  readonly wallets: Wallet[] = [];
  readonly vouchers: SignedVoucher[] = [];
  #names = 0;

  constructor(
    readonly office: Office,
    bearer: Bearer,
  ) {
    const version = FIRST_VERSION[bearer];
    office.clock.set(office.seconds);
    this.ledger = office.ledgers[bearer].fork();
    this.clientFor = clientsOf(this.ledger);
    this.node = this.clientFor('bank', 'bank-node', BANK);
    this.model = new OfflineModel(bearer, version);
    const issuedAt = office.seconds;
    const first = { number: 1, issuedAt, version, bearer, revoked: [] };
    this.model.bulletins.push(first);
    for (const { customerId } of office.devices) this.model.accounts.set(customerId, BigInt(MONEY));
    this.tills = TILLS.map(
      ([merchantId, terminalId]) => new TillModel(merchantId, terminalId, first),
    );
  }

  /** Devices that somebody copied. */
  get copied(): ReadonlySet<string> {
    return new Set(this.wallets.filter(({ isCopied }) => isCopied).map(({ model }) => model.name));
  }

  nextName(kind: string): string {
    this.#names += 1;
    return `${kind}-${this.#names}`;
  }
}
