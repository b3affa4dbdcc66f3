// SPDX-License-Identifier: Apache-2.0
// Clients under load whose peer is killed in the moment that makes their connections stand still (nodejs/node#50884): they read what
// it said last, the answer to that is written to a connection that was reset meanwhile, the failure is lost in TLS, and HTTP/2, which
// reads nothing while it writes, writes for ever. Argument: the folder of the certificates. Tells how long each client heard nothing.
import { fork, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, stat } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@fabric-offline-pay/sdk';
import { Client, credentials } from '@grpc/grpc-js';
import { defined } from '../support/defined.js';
import { hasEnded, HOLD, pathsIn, SAY_ALL, standStillUntil } from './standing.js';
import { tell } from './versions.js';

/** How many clients there are of each kind, and how many calls each has under way. */
const CLIENTS = 8;
const CALLS = 4;

const KILLS = 3;

/** A client that hears nothing for this long hangs: longer than ours may, shorter than gRPC's keepalive. */
const STANDS_STILL_MS = 8_000;

/** How long a peer holds its answers: until all calls wait. */
const HELD_MS = 50;

interface Asking {
  readonly ask: () => Promise<unknown>;
  readonly close: () => void;
}

const HOST = 'localhost';

/** Our client, unchanged. */
function ours(address: string, tlsRoot: string): Asking {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const connection = connect({
    endpoint: { address, hostnameOverride: HOST },
    tlsRoot,
    identity: { mspId: 'BankMSP', certificate: 'not read by this peer' },
    privateKey,
    channel: 'settlement',
    chaincode: 'offpay',
  });
  return { ask: () => connection.blockOf('some-transaction'), close: () => connection.close() };
}

/** gRPC without our mend, which tells that the kill is the one that connections do not survive. */
function plain(address: string, tlsRoot: string): Asking {
  const asIs = (bytes: Buffer): Buffer => bytes;
  const client = new Client(address, credentials.createSsl(Buffer.from(tlsRoot)), {
    'grpc.ssl_target_name_override': HOST,
    'grpc.default_authority': HOST,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 2_000,
  });
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      const options = { deadline: Date.now() + STANDS_STILL_MS };
      const request = Buffer.alloc(2_000);
      client.makeUnaryRequest('/gateway.Gateway/Evaluate', asIs, asIs, request, options, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  return { ask, close: () => client.close() };
}

/** Asks on and on, and knows when it was answered last. */
class Load {
  heardAt = -Infinity;
  failures = 0;
  #isOver = false;

  constructor(readonly asking: Asking) {
    for (let call = 0; call < CALLS; call += 1) void this.#goOn();
  }

  async #goOn(): Promise<void> {
    while (!this.#isOver) await this.ask();
  }

  async ask(): Promise<void> {
    try {
      await this.asking.ask();
      this.heardAt = performance.now();
    } catch {
      this.failures += this.#isOver ? 0 : 1;
      await pause(50);
    }
  }

  end(): void {
    this.#isOver = true;
    this.asking.close();
  }
}

/** Resolves once the process reads: what a callback of a file does comes before anything is written. */
const whileReading = (work: () => void): Promise<void> =>
  new Promise((resolve) => {
    stat('/', () => {
      work();
      resolve();
    });
  });

class Peer {
  port = 0;
  #child: ChildProcess | undefined;

  constructor(readonly folder: string) {}

  async start(): Promise<void> {
    this.#child = fork(join(__dirname, 'standing-peer.js'), [this.folder, this.port.toString()]);
    const [port] = (await once(this.#child, 'message')) as [number];
    this.port = port;
  }

  /**
   * Kills it so that connections stand still: a client has read nothing of what it said last, and it nothing of what the client did.
   * The kernel resets the connection then, and the client first reads, and answers.
   */
  async kill(loads: readonly Load[]): Promise<void> {
    const child = defined(this.#child, 'child');
    const pid = defined(child.pid, 'pid');
    const ended = once(child, 'exit');
    child.send(HOLD);
    await once(child, 'message');
    await pause(HELD_MS);
    await whileReading(() => {
      for (const load of loads) void load.ask();
      // After these calls are written, and before anything is read.
      setImmediate(() => {
        child.kill('SIGKILL');
        standStillUntil('its end', () => hasEnded(pid));
      });
      child.send(SAY_ALL);
      standStillUntil('its last words', () => existsSync(pathsIn(this.folder).saidAll(pid)));
    });
    await ended;
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
  }
}

/** @returns how long each of the loads heard nothing, in milliseconds, from when its peer was there again */
async function silences(peer: Peer, loads: readonly Load[]): Promise<number[]> {
  await heard(loads, performance.now());
  await peer.kill(loads);
  await peer.start();
  return heard(loads, performance.now());
}

const heard = (loads: readonly Load[], since: number): Promise<number[]> =>
  Promise.all(
    loads.map(async (load) => {
      while (load.heardAt <= since && performance.now() < since + STANDS_STILL_MS) await pause(20);
      return Math.round((load.heardAt > since ? load.heardAt : performance.now()) - since);
    }),
  );

async function main([folder = '.']: readonly string[]): Promise<void> {
  const peer = new Peer(folder);
  await peer.start();
  const root = readFileSync(pathsIn(folder).root, 'utf8');
  const address = `127.0.0.1:${peer.port.toString()}`;
  const open = (kind: typeof ours) =>
    Array.from({ length: CLIENTS }, () => new Load(kind(address, root)));
  const plainOnes = open(plain);
  const withoutMend = await silences(peer, plainOnes);
  plainOnes.forEach((load) => load.end());
  const loads = open(ours);
  const withMend: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) withMend.push(...(await silences(peer, loads)));
  const failures = loads.reduce((sum, load) => sum + load.failures, 0);
  loads.forEach((load) => load.end());
  peer.stop();
  tell({ withMend, withoutMend, failures });
  process.exit();
}

void main(process.argv.slice(2));
