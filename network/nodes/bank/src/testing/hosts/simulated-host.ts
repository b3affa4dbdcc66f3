// SPDX-License-Identifier: Apache-2.0
// What all simulated hosts have: a real server on a port of its own that can be stopped and started again, and answers that come late.
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** An account behind an instrument. */
export interface NewAccount {
  readonly token: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Minor units. */
  readonly balance: string;
}

export interface ListenOptions {
  /** Of a new connection. */
  readonly event?: 'connection' | 'secureConnection' | undefined;
  /** Any free port unless given. */
  readonly port?: number | undefined;
}

export abstract class SimulatedHost {
  readonly #sockets = new Set<Socket>();
  readonly #late: (() => void)[] = [];
  readonly #server: Server;
  #stopping: Promise<void> | undefined;
  #port: number;

  protected constructor(server: Server, { event = 'connection', port = 0 }: ListenOptions = {}) {
    this.#server = server;
    this.#port = port;
    server.on(event, (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    return this.#port;
  }

  get isStopped(): boolean {
    return this.#stopping !== undefined;
  }

  /** Nobody answers on its port until {@link resume}. */
  stop(): Promise<void> {
    this.#stopping ??= this.#close();
    return this.#stopping;
  }

  async resume(): Promise<void> {
    await this.#stopping;
    this.#stopping = undefined;
    this.#server.listen({ port: this.#port, host: '127.0.0.1' });
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections, and keeps listening. */
  disconnect(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  protected get sockets(): Iterable<Socket> {
    return this.#sockets;
  }

  protected answerLater(answer: () => void): void {
    this.#late.push(answer);
  }

  /** Gives the answers that are late. */
  protected answerLate(): void {
    for (const late of this.#late.splice(0)) late();
  }

  protected forgetLate(): void {
    this.#late.length = 0;
  }

  async #close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.disconnect();
    await closed;
  }
}
