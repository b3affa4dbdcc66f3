// SPDX-License-Identifier: Apache-2.0
// The logistics company: a courier is registered, an order is late and somebody is told, its fee is divided, and a pay-out is requested.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CURRENCY, LOGISTICS, MSP_IDS, type MemoryNetwork } from '@fabric-offline-pay/testing';
import { OneOrder } from '../../support/one-order.js';
import type { History, Played } from '../history.js';
import type { Lives } from '../lives.js';
import type { LogisticsSettings } from '../settings.js';

const BERLIN = { latitude: 52_516_275, longitude: 13_377_704 };

/** Planned before the history begins. */
const NEW_COURIER = {
  ...{ courierId: 'courier-new', active: true, depot: BERLIN },
  tariffs: [{ currency: CURRENCY, base: '900', perKm: '20', perKg: '50' }],
  areas: [{ centre: BERLIN, radiusMetres: 40_000 }],
  categories: ['26111704'],
};

export class LogisticsHistory implements History {
  readonly node = 'logistics';
  readonly identity = { role: 'logistics', actor: LOGISTICS } as const;
  readonly settings: LogisticsSettings;
  readonly #server: Server;
  readonly #alerts: string[] = [];
  #order: OneOrder | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      this.#alerts.push(String(request.headers['idempotency-key']));
      response.writeHead(204).end();
    });
    const { port } = server.address() as AddressInfo;
    this.settings = {
      ...{ logisticsId: LOGISTICS, mspId: MSP_IDS.logistics },
      // Late at once.
      rules: { promiseSeconds: 0, payoutsAtLeast: { [CURRENCY]: '1' } },
      alertUrl: `http://127.0.0.1:${port}/alerts`,
      couriers: [NEW_COURIER],
    };
  }

  static async open(): Promise<LogisticsHistory> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LogisticsHistory(server);
  }

  async begin(): Promise<MemoryNetwork> {
    this.#alerts.length = 0;
    this.#order = await OneOrder.open();
    return this.#order.memory;
  }

  async play({ world }: MemoryNetwork, node: Lives): Promise<void> {
    const order = this.#order;
    if (order === undefined) throw new Error('Nothing has begun.');
    await node.call('run', 'register-couriers');
    await order.buy('express');
    await node.quiet();
    await node.call('run', 'notice-late');
    await node.quiet();
    await order.pickUp();
    await order.deliver();
    await node.quiet();
    await node.call('run', 'daily-payouts');
    await node.quiet();
    const { settlement } = await world.bank('bank-node');
    const payee = { payeeId: LOGISTICS, currency: CURRENCY };
    await settlement.rollUp({ ...payee, until: (await settlement.readPayee(payee)).now });
    await node.quiet();
  }

  async check({ ledger }: MemoryNetwork, node: Lives): Promise<Played> {
    const requested = ledger
      .blocks()
      .flatMap(({ transactions }) => transactions)
      .filter(({ function: name, writeSet }) => isRequest(name) && writeSet.length > 0);
    return {
      facts: { tables: await node.call('facts'), requested: requested.length },
      delivered: { alerts: [...this.#alerts] },
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const isRequest = (name: string): boolean => name === 'settlement:requestPayout';
