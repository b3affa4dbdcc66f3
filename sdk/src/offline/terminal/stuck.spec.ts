// SPDX-License-Identifier: Apache-2.0
// Payments that the ledger does not take, or that are damaged, are reported and stop no others: those are settled.
import { CommitError, RefusedError, UnavailableError } from '@fabric-offline-pay/sdk';
import {
  memoryStore,
  softwareKey,
  type Device,
  type Terminal,
  type VoucherBatch,
} from '@fabric-offline-pay/sdk/offline';
import {
  Crash,
  Life,
  mortalKey,
  mortalLedger,
  mortalStore,
} from '../../../../test/support/crash-points';
import { firstOf } from '../../../../test/support/defined';
import { eventsDuring, exchange, OfflineRoom } from '../../../../test/support/offline-room';
import { OFFLINE_MERCHANT, VECTOR_KEYS } from '../../../../test/support/offline-world';

let room: OfflineRoom;
let disk: Map<string, string>;
let terminal: Terminal;
let good: Device;
let bad: Device;

beforeEach(async () => {
  room = new OfflineRoom();
  disk = new Map();
  terminal = await room.terminal(memoryStore(disk));
  good = await room.device();
  bad = await room.device({ customerId: 'customer-9' });
});

const refusal = (code: 'INPUT_INVALID' | 'ACCESS_DENIED') =>
  new RefusedError({ code, message: 'no', details: {} });

const holdsBad = ({ vouchers }: VoucherBatch): boolean =>
  vouchers.some(({ customerId }) => customerId === 'customer-9');

/** Answers every batch with a voucher of the bad device like this. */
function refuseBad(error: () => Error): void {
  room.ledger.refusing = (batch) => (holdsBad(batch) ? error() : undefined);
}

async function pay(orders: Readonly<Record<string, Device>>): Promise<void> {
  for (const [order, device] of Object.entries(orders))
    expect(await exchange(terminal, device, order, '100')).toMatchObject({ accepted: true });
}

describe('a voucher that is refused for good', () => {
  test('is separated from its batch by halving, reported, and tried again in every run', async () => {
    await pay({ 'A-1': good, 'A-2': good, 'B-1': bad, 'A-3': good });
    refuseBad(() => refusal('INPUT_INVALID'));
    const events = await eventsDuring(terminal, async () => {
      const report = await terminal.sync(room.ledger);
      expect(report).toMatchObject({ settled: 3, refused: 0, waiting: { count: 1 } });
      expect(report.stuck).toMatchObject([
        { orderNumbers: ['B-1'], code: 'INPUT_INVALID', message: 'no' },
      ]);
      expect(firstOf(report.stuck).batchId).toMatch(/^[0-9a-f]{64}$/);
      expect(firstOf(report.stuck).remedy).toMatch(/./);
    });
    expect(events.filter(({ kind }) => kind === 'stuck')).toMatchObject([
      { batch: { orderNumbers: ['B-1'] } },
    ]);
    expect(events.at(-1)).toEqual({ kind: 'synchronised', settled: 3, refused: 0, stuck: 1 });
    expect(await terminal.payment('B-1')).toMatchObject({ status: 'waiting', verdict: null });
    await pay({ 'A-4': good });
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 1, stuck: [{}] });
    expect(room.ledger.batchSizes.slice(-2).sort()).toEqual([1, 1]);
    room.ledger.refusing = () => undefined;
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 1, stuck: [] });
    expect([...room.ledger.paid].sort()).toEqual(['A-1', 'A-2', 'A-3', 'A-4', 'B-1']);
  });

  test('does not stop later batches, whoever refused it', async () => {
    await pay({ 'A-1': good, 'B-1': bad });
    for (const error of [refusal('INPUT_INVALID'), new CommitError('tx', 255, {})]) {
      refuseBad(() => error);
      const report = await terminal.sync(room.ledger, { batchSize: 1, inFlight: 1 });
      expect(report.stuck).toMatchObject([{ orderNumbers: ['B-1'], code: error.code }]);
    }
    expect(room.ledger.paid).toEqual(['A-1']);
  });

  test('when the caller is refused, the batch is not halved', async () => {
    await pay({ 'A-1': good, 'A-2': good, 'B-1': bad });
    room.ledger.refusing = () => refusal('ACCESS_DENIED');
    const { stuck } = await terminal.sync(room.ledger);
    expect(stuck).toMatchObject([{ orderNumbers: ['A-1', 'A-2', 'B-1'], code: 'ACCESS_DENIED' }]);
    expect(room.ledger.batchSizes).toEqual([3]);
    room.ledger.refusing = () => undefined;
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 3, stuck: [] });
    expect(room.ledger.batchSizes).toEqual([3, 3]);
  });
});

test('a batch that cannot be sent ends the run, after the others; later it is sent unchanged', async () => {
  await pay({ 'B-1': bad, 'B-2': bad });
  const outage = () => new UnavailableError({ address: 'peer' });
  refuseBad(outage);
  await expect(terminal.sync(room.ledger)).rejects.toMatchObject({ code: 'NETWORK_UNAVAILABLE' });
  await pay({ 'A-1': good });
  await expect(terminal.sync(room.ledger)).rejects.toMatchObject({ code: 'NETWORK_UNAVAILABLE' });
  expect(room.ledger.paid).toEqual(['A-1']);
  const [first, again] = room.ledger.batchIds;
  expect(again).toBe(first);
  room.ledger.refusing = () => undefined;
  expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 2 });
});

test('unreadable news of a bank do not stop the settlement', async () => {
  await pay({ 'A-1': good });
  room.ledger.newestBulletin = Buffer.from('nonsense');
  expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 1 });
  expect(room.ledger.paid).toEqual(['A-1']);
});

test('a crash at any step of a run that halves loses nothing and pays nothing twice', async () => {
  await pay({ 'A-1': good, 'B-1': bad, 'A-2': good });
  refuseBad(() => refusal('INPUT_INVALID'));
  const before = new Map(disk);
  const key = softwareKey(VECTOR_KEYS.terminal);
  let points = 0;
  for (let ended = false; !ended; points += 1) {
    const contents = new Map(before);
    const life = new Life(points + 1);
    const open = (mortal: Life) =>
      room.openTerminal(mortalStore(contents, mortal), OFFLINE_MERCHANT, mortalKey(key, mortal));
    try {
      await (await open(life)).sync(mortalLedger(room.ledger, life));
      ended = true;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    const later = await open(new Life());
    const report = await later.sync(room.ledger);
    expect(report.stuck).toMatchObject([{ orderNumbers: ['B-1'] }]);
    expect((await later.payments()).map(({ status }) => status)).toEqual([
      ...['settled', 'settled', 'waiting'],
    ]);
  }
  expect(points).toBeGreaterThan(10);
  expect([...room.ledger.paid].sort()).toEqual(['A-1', 'A-2']);
});

describe('a damaged payment', () => {
  const damage = (): void => {
    disk.set('payment/A-2', '{"cut');
    disk.delete('payment/A-3');
  };
  const stuck = ['A-2', 'A-3'].map((order) => ({
    batchId: null,
    orderNumbers: [order],
    code: 'STORE_DAMAGED',
    remedy: expect.stringMatching(/./) as string,
  }));

  test('is reported, and the others are settled', async () => {
    await pay({ 'A-1': good, 'A-2': good, 'A-3': good, 'B-1': bad });
    damage();
    const report = await terminal.sync(room.ledger);
    expect(report).toMatchObject({ settled: 2, waiting: { count: 0 }, stuck });
    expect([...room.ledger.paid].sort()).toEqual(['A-1', 'B-1']);
  });

  test('is removed from a batch that was being sent', async () => {
    await pay({ 'A-1': good, 'A-2': good, 'A-3': good });
    room.ledger.refusing = () => new UnavailableError({ address: 'peer' });
    await expect(terminal.sync(room.ledger)).rejects.toThrow();
    room.ledger.refusing = () => undefined;
    damage();
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 1, stuck });
    // Other content needs another id: the ledger would refuse it under the first one.
    expect(room.ledger.batchSizes).toEqual([3, 1]);
    expect(room.ledger.batchIds[1]).not.toBe(room.ledger.batchIds[0]);
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 0, stuck });
  });

  test('makes the sum of what waits fail, instead of being too low', async () => {
    await pay({ 'A-1': good, 'A-2': good });
    disk.delete('payment/A-2');
    await expect(terminal.waiting()).rejects.toMatchObject({
      code: 'STORE_DAMAGED',
      details: { orderNumbers: ['A-2'] },
    });
  });
});
