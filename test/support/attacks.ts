// SPDX-License-Identifier: Apache-2.0
// Processes of a network that are killed while orders are paid, each once so many orders are done.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import {
  killNode,
  networkStatus,
  type OrganisationDescription,
  readDescription,
} from '@fabric-offline-pay/operate';
import { itemWhere } from './defined.js';

/** The metrics of a node, over its operations endpoint with mutual TLS. */
function metrics(
  endpoint: string,
  { operations, tlsRootCertPath }: OrganisationDescription,
): Promise<string> {
  const [host, port] = endpoint.split(':');
  const tls = {
    ca: readFileSync(tlsRootCertPath),
    cert: readFileSync(operations.certPath),
    key: readFileSync(operations.keyPath),
  };
  return new Promise((resolve, reject) => {
    const asked = request({ host, port, path: '/metrics', ...tls }, (answer) => {
      let text = '';
      answer.on('data', (data: Buffer) => (text += data.toString('utf8')));
      answer.on('end', () => resolve(text));
    });
    asked.on('error', reject).end();
  });
}

async function leadingOrderer(home: string): Promise<string> {
  for (const organisation of readDescription(home).organisations)
    for (const orderer of organisation.orderers)
      if (
        /^consensus_etcdraft_is_leader\{.*\} 1$/m.test(
          await metrics(orderer.operationsEndpoint, organisation),
        )
      )
        return orderer.name;
  throw new Error('no orderer leads');
}

const chaincodeOf = (home: string, organisation: string): string =>
  itemWhere(
    networkStatus(home).nodes,
    (node) => node.kind === 'chaincode' && node.organisation === organisation,
  ).name;

type Target = (home: string) => Promise<string> | string;

/** What is killed once this many orders are done. */
const TARGETS: Readonly<Record<number, Target>> = {
  10: (home) => chaincodeOf(home, 'bank'),
  20: () => 'merchant-peer',
  40: leadingOrderer,
};

export class Attacks {
  readonly #home: string;
  readonly #killed: Promise<string>[] = [];

  constructor(home: string) {
    this.#home = home;
  }

  /** Hears what the command line tells while it pays. */
  readonly hear = (line: string): void => {
    const done = /^orders +(\d+)\//.exec(line)?.[1];
    const target = TARGETS[Number(done)];
    if (target === undefined) return;
    const attacked = this.#attack(target);
    this.#killed.push(attacked);
    // It is awaited at the end; if the payments fail, that error is reported.
    attacked.catch(() => undefined);
  };

  /** @returns how often each was started again; all targets are there, killed once each. @throws when one could not be killed */
  async restarts(): Promise<readonly number[]> {
    const killed = await Promise.all(this.#killed);
    if (killed.length !== Object.keys(TARGETS).length)
      throw new Error(`only ${killed.join(', ')} were killed`);
    const { nodes } = networkStatus(this.#home);
    return killed.map((name) => itemWhere(nodes, (node) => node.name === name).restarts);
  }

  async #attack(target: Target): Promise<string> {
    const name = await target(this.#home);
    await killNode(this.#home, name);
    return name;
  }
}
