// SPDX-License-Identifier: Apache-2.0
// Real processes over the durable stores, killed by SIGKILL at every step: the next process finds the lock free and the
// stores whole, and ends in exactly one payment an order.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settleVoucher, type ReserveRow } from '@fabric-offline-pay/domain';
import { softwareKey, type VoucherBatch } from '@fabric-offline-pay/sdk/offline';
import { defined } from '../support/defined.js';
import { OfflineRoom, ROOTS } from '../support/offline-room.js';
import {
  CHANNEL,
  NOW,
  OFFLINE_MERCHANT,
  settleContext,
  VECTOR_KEYS,
  unpacked,
} from '../support/offline-world.js';

const PROGRAM = join(__dirname, '..', 'support', 'offline-exchange.cjs');
const ORDERS = ['ORD-1', 'ORD-2'];

interface Ended {
  readonly steps: number;
  readonly spent: string;
  readonly waiting: number;
  readonly fabric: readonly string[];
}

let room: OfflineRoom;
let setup: string;

beforeAll(async () => {
  room = new OfflineRoom();
  const deviceKey = softwareKey(VECTOR_KEYS.device);
  const { bytes } = await room.certify(deviceKey);
  setup = JSON.stringify({
    now: NOW,
    orders: ORDERS,
    channel: CHANNEL,
    merchantId: OFFLINE_MERCHANT,
    roots: ROOTS,
    issuer: room.issuer.row,
    bulletin: (await room.publish()).toString('base64'),
    certificate: bytes.toString('base64'),
    deviceKey: VECTOR_KEYS.device.export({ format: 'jwk' }),
    terminalKey: VECTOR_KEYS.terminal.export({ format: 'jwk' }),
  });
});

/** @returns a folder before the exchange. */
function newFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'offline-power-loss-'));
  writeFileSync(join(made, 'setup.json'), setup);
  return made;
}

/** A hundred processes load the same modules. */
const compiled = mkdtempSync(join(tmpdir(), 'offline-compiled-'));
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

type Exchange = readonly [folder: string, killAt: number];

const run = (...exchanges: readonly Exchange[]) =>
  spawnSync(process.execPath, [PROGRAM, ...exchanges.flat().map(String)], {
    encoding: 'utf8',
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });

function endOf({ stdout, stderr }: ReturnType<typeof run>): Ended {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Ended;
}

function notes(folder: string, file: string): readonly unknown[] {
  const path = join(folder, file);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line): unknown => JSON.parse(line));
}

/** What the ledger's own rules say of everything that ever reached it. */
function judged(folder: string): readonly [orderNumber: string, verdict: string][] {
  let reserve: ReserveRow | undefined = room.ledger.reserveOf({
    ...{ customerId: 'customer-1', deviceId: 'phone', epoch: 1 },
  });
  const context = settleContext({ now: NOW });
  return (notes(folder, 'batches') as readonly VoucherBatch[]).flatMap(({ vouchers }) =>
    vouchers.map(({ voucher, request }): [string, string] => {
      const claim = {
        voucher: Buffer.from(voucher, 'base64'),
        requestPayload: Buffer.from(request, 'base64'),
      };
      const settlement = settleVoucher(reserve, claim, context);
      reserve = settlement.reserve;
      return [defined(settlement.request, 'request').orderNumber, settlement.verdict];
    }),
  );
}

/** Of a folder whose exchange ran to its end, which then goes. */
function expectOneOfEach(folder: string, ended: Ended): void {
  expect(ended).toMatchObject({ spent: '2500', waiting: 0, fabric: [] });
  expect(notes(folder, 'lost')).toEqual([]);
  const verdicts = [...judged(folder)].sort(([a], [b]) => (a < b ? -1 : 1));
  expect(verdicts).toEqual(ORDERS.map((order) => [order, 'settled']));
  const vouchers = (notes(folder, 'released') as readonly { bytes: string }[]).map(({ bytes }) =>
    Buffer.from(unpacked(Buffer.from(bytes, 'base64')).voucher).toString('hex'),
  );
  expect(new Set(vouchers).size).toBe(ORDERS.length);
  rmSync(folder, { recursive: true });
}

test('killed at every step', () => {
  let killed = newFolder();
  const whole = endOf(run([killed, 0]));
  expectOneOfEach(killed, whole);
  killed = newFolder();
  expect(run([killed, 1]).signal).toBe('SIGKILL');
  for (let killAt = 2; killAt <= whole.steps; killAt += 1) {
    // What the last one left is brought to its end by the process that is killed in the next folder.
    const next = newFolder();
    const both = run([killed, 0], [next, killAt]);
    expect(both.signal).toBe('SIGKILL');
    expectOneOfEach(killed, endOf(both));
    killed = next;
  }
  expectOneOfEach(killed, endOf(run([killed, 0])));
  expect(whole.steps).toBeGreaterThan(30);
});
