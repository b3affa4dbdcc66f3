// SPDX-License-Identifier: Apache-2.0
// The merchant: a shop is told of an order from its terms to its refund and pay-out, by webhooks.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { MERCHANT, MSP_IDS, type MemoryNetwork } from '@fabric-offline-pay/testing';
import { openReceiver, type Receiver } from '../../../network/nodes/common/src/testing/receiver.js';
import { OneOrder } from '../../support/one-order.js';
import type { History, Played } from '../history.js';
import type { Lives } from '../lives.js';
import type { MerchantSettings } from '../settings.js';

export class MerchantHistory implements History {
  readonly node = 'merchant';
  readonly identity = { role: 'merchant', actor: MERCHANT } as const;
  readonly settings: MerchantSettings;
  readonly #receiver: Receiver;
  #order: OneOrder | undefined;
  /** Of what the receiver has, that of the playing before. */
  #before = 0;

  private constructor(receiver: Receiver) {
    this.#receiver = receiver;
    const key = randomBytes(32).toString('base64');
    this.settings = { mspId: MSP_IDS.merchant, url: receiver.url, key };
  }

  static async open(): Promise<MerchantHistory> {
    return new MerchantHistory(await openReceiver());
  }

  async begin(): Promise<MemoryNetwork> {
    this.#before = this.#receiver.received.length;
    this.#order = await OneOrder.open();
    return this.#order.memory;
  }

  async play(_: MemoryNetwork, node: Lives): Promise<void> {
    const order = this.#order;
    if (order === undefined) throw new Error('Nothing has begun.');
    await order.buy('express');
    await order.rollUp();
    const { cashier } = await order.world.parties();
    await cashier.settlement.refund({ ...order.key, refundId: 'R-1', amount: '1000' });
    await order.world.payOut(MERCHANT, 'P-1', '2000');
    await node.quiet();
  }

  async check(_: MemoryNetwork, node: Lives): Promise<Played> {
    const events = (await node.call('facts')) as readonly string[];
    const webhooks = this.#receiver.received
      .slice(this.#before)
      .map(({ headers }) => String(headers['webhook-id']));
    assert.deepEqual(
      [...new Set(webhooks)].sort(),
      events,
      'an event was not told, or another was',
    );
    return { facts: events, delivered: { webhooks } };
  }

  async close(): Promise<void> {
    await this.#receiver.close();
  }
}
