// SPDX-License-Identifier: Apache-2.0
// A host that can vanish: a network namespace behind a cable of its own. Cut off, it takes packets and answers none: no connection to
// it is closed, none is refused. A relay in it carries what comes to a port of this machine.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const RELAY = join(__dirname, 'relay.cjs');

const ip = (...args: readonly string[]): void => {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
};

/** Names of this process, and addresses that nobody else is likely to have: a network of two hosts. */
const names = () => {
  const id = process.pid.toString();
  const network = `10.213.${(process.pid % 256).toString()}`;
  return {
    ...{ namespace: `offpay-${id}`, near: `op${id}near`.slice(-15), far: `op${id}far`.slice(-15) },
    ...{ nearAddress: `${network}.1`, farAddress: `${network}.2` },
  };
};

/** Whether this process may make network namespaces. @returns why not, or undefined */
export function whyNoHostVanishes(): string | undefined {
  const name = `offpay-try-${process.pid.toString()}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'delete', name);
    return undefined;
  } catch (error) {
    return `no network namespaces here: ${String(error).split('\n')[0] ?? ''}`;
  }
}

export class VanishingHost {
  readonly #names = names();
  readonly #relays: ChildProcess[] = [];

  /** @throws Error when the process may not; nothing is left then. */
  static open(): VanishingHost {
    const host = new VanishingHost();
    try {
      host.#connect();
      return host;
    } catch (error) {
      host.close();
      throw error;
    }
  }

  #connect(): void {
    const { namespace, near, far, nearAddress, farAddress } = this.#names;
    ip('netns', 'add', namespace);
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', namespace);
    ip('address', 'add', `${nearAddress}/30`, 'dev', near);
    ip('link', 'set', near, 'up');
    ip('-n', namespace, 'address', 'add', `${farAddress}/30`, 'dev', far);
    ip('-n', namespace, 'link', 'set', far, 'up');
  }

  /** @returns `host:port` on the vanishing host, from where a port of 127.0.0.1 of this one is reached. */
  async relayTo(port: number): Promise<string> {
    const { namespace, nearAddress, farAddress } = this.#names;
    const outside = await this.#relay([], nearAddress, '127.0.0.1', port);
    const enter = ['ip', 'netns', 'exec', namespace];
    const inside = await this.#relay(enter, farAddress, nearAddress, outside);
    return `${farAddress}:${inside.toString()}`;
  }

  async #relay(
    enter: readonly string[],
    host: string,
    targetHost: string,
    targetPort: number,
  ): Promise<number> {
    const [program = '', ...args] = [
      ...[...enter, process.execPath, RELAY],
      ...[host, targetHost, targetPort.toString()],
    ];
    const relay = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#relays.push(relay);
    const [said] = (await once(relay.stdout, 'data')) as [Buffer];
    return Number(said.toString());
  }

  /** Its cable is cut. */
  vanish(): void {
    const { namespace, far } = this.#names;
    ip('-n', namespace, 'link', 'set', far, 'down');
  }

  close(): void {
    const { namespace, near } = this.#names;
    for (const relay of this.#relays) relay.kill('SIGKILL');
    for (const made of [
      ['link', 'delete', near],
      ['netns', 'delete', namespace],
    ])
      try {
        ip(...made);
      } catch {
        // It was never made.
      }
  }
}
