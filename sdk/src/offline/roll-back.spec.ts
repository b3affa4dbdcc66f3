// SPDX-License-Identifier: Apache-2.0
// A store that is put back to an earlier step is refused, unless that is the newest. After a restoration, a device uses no
// counter twice, and a terminal reports what it lost.
import {
  bytesToText,
  decodeCancellation,
  parseCose,
  requestHash,
  unpackRequest,
} from '@fabric-offline-pay/domain';
import {
  memoryMark,
  memoryStore,
  restoreStore,
  type Device,
  type OfflineKey,
  type Restoration,
  type Terminal,
} from '@fabric-offline-pay/sdk/offline';
import { copyOf, emptyDisk, type Disk } from '../../../test/support/crash-points';
import { firstOf, itemWhere } from '../../../test/support/defined.js';
import {
  AMOUNT,
  contradictions,
  distinct,
  SealedLife,
  type Moment,
} from '../../../test/support/sealed-life';
import { CHANNEL } from '../../../test/support/offline-world';
import { codeOfError } from '../guards.js';

let life: SealedLife;

beforeAll(async () => (life = await SealedLife.lived()));

const restored = (
  { contents, cell }: Disk,
  { publicKey }: OfflineKey,
): Promise<Restoration | undefined> =>
  restoreStore(memoryStore(contents), memoryMark(cell), { publicKey });

/** A store of one step with the mark of another step. */
const putBack = (from: Disk, to: Disk): Disk => ({ ...copyOf(from), cell: { ...to.cell } });

interface Opened<Party> {
  readonly party: Party;
  readonly restoration: Restoration | undefined;
}

/** Opens a store like its user, who restores a store that is refused. */
async function opened<Party>(
  disk: Disk,
  key: OfflineKey,
  open: (disk: Disk) => Promise<Party>,
): Promise<Opened<Party>> {
  try {
    return { party: await open(disk), restoration: undefined };
  } catch (error) {
    expect(codeOfError(error)).toBe('STORE_ROLLED_BACK');
    const restoration = await restored(disk, key);
    expect(restoration).toBeDefined();
    return { party: await open(disk), restoration };
  }
}

/** What the device hands out, or the code of its refusal. */
async function paid(device: Device, request: Buffer): Promise<unknown> {
  try {
    return (await device.pay(request, { again: true })).bytes;
  } catch (error) {
    return codeOfError(error);
  }
}

/** Everything that one can make a device hand out: by old certificates, old requests, and a new request. */
async function handedOut(device: Device, requests: readonly Buffer[]): Promise<unknown[]> {
  for (const bytes of life.certificates)
    await device.importCertificate(bytes, [life.room.issuer.row]).catch((error: unknown) => {
      expect(codeOfError(error)).toBe('EPOCH_SEALED');
    });
  const answers: unknown[] = [];
  for (const request of requests) answers.push(await paid(device, request));
  return answers;
}

const vouchers = (answers: readonly unknown[]): Buffer[] =>
  answers.filter((answer) => Buffer.isBuffer(answer));

const pairs = (diskOf: (moment: Moment) => Disk): (readonly [Moment, Moment])[] => {
  const moments = distinct(life.moments, diskOf);
  return moments.flatMap((from) => moments.map((to) => [from, to] as const));
};

async function request(orderNumber: string): Promise<Buffer> {
  const terminal = await life.room.terminal();
  return (await terminal.request({ orderNumber, amount: AMOUNT, currency: 'EUR' })).bytes;
}

test('a device put back from any step to any other: no counter has two digests, and a new epoch pays', async () => {
  const [later, newEpoch] = [await request('ORD-8'), await request('ORD-9')];
  const third = await life.certify(3);
  const counts = { newest: 0, restored: 0 };
  for (const [from, to] of pairs(({ device }) => device)) {
    const disk = putBack(from.device, to.device);
    const { party, restoration } = await opened(disk, life.deviceKey, (found) =>
      life.openDevice(found),
    );
    const before = life.released.slice(0, Math.max(from.released, to.released));
    const answers = await handedOut(party, [...life.requests, later]);
    await party.importCertificate(third, [life.room.issuer.row]);
    const last = await paid(party, newEpoch);
    expect(contradictions(life.room, [...before, ...vouchers([...answers, last])])).toEqual([]);
    if (restoration === undefined) counts.newest += 1;
    else counts.restored += 1;
    expect(Buffer.isBuffer(last)).toBe(true);
    if (restoration?.sealedEpoch === 2)
      expect(['EPOCH_SEALED', 'OFFLINE_NOT_ALLOWED']).toContain(answers.at(-1));
  }
  console.log('a device put back:', counts);
  expect(counts.restored).toBeGreaterThan(100);
  expect(counts.newest).toBeGreaterThan(10);
});

test('a terminal put back from any step to any other: no accepted payment is lost unnoticed', async () => {
  const counts = { newest: 0, restored: 0 };
  const paidOnce = [...life.shown].sort();
  await (await life.openTerminal(copyOf(life.disks.terminal))).sync(life.room.ledger);
  for (const [from, to] of pairs(({ terminal }) => terminal)) {
    const disk = putBack(from.terminal, to.terminal);
    const { party, restoration } = await opened(disk, life.terminalKey, (found) =>
      life.openTerminal(found),
    );
    if (restoration === undefined) {
      counts.newest += 1;
      const kept = (await party.payments()).map(({ orderNumber }) => orderNumber);
      expect(kept).toEqual(expect.arrayContaining(life.shown.slice(0, to.shown)));
      continue;
    }
    counts.restored += 1;
    if (restoration.reason === 'older') expect(restoration.lost).toBeGreaterThan(0);
    expect(restoration.sealedEpoch).toBeNull();
    const { waiting } = await party.sync(life.room.ledger);
    expect(waiting.count).toBe(0);
    expect((await party.payments()).every(({ status }) => status === 'settled')).toBe(true);
  }
  console.log('a terminal put back:', counts);
  expect([...life.room.ledger.paid].sort()).toEqual(paidOnce);
  expect(counts.restored).toBeGreaterThan(100);
  expect(counts.newest).toBeGreaterThan(10);
});

/** Hashes of the cancelled requests. */
const cancelled = async (terminal: Terminal, orderNumber: string): Promise<string[]> =>
  (await terminal.cancel(orderNumber)).map((bytes) =>
    bytesToText(decodeCancellation(parseCose('offpay/cancellation', bytes).payload).requestHash),
  );

test('a terminal that was put back does not cancel its old requests, because somebody may have paid them since', async () => {
  const another = new SealedLife();
  const disk = emptyDisk();
  const ask = { amount: AMOUNT, currency: 'EUR' };
  const lost = await another.openTerminal(disk);
  await lost.learn({
    issuers: [another.room.issuer.row],
    bulletin: await another.room.publish(),
  });
  await lost.request({ ...ask, orderNumber: 'CANCELLED' });
  await lost.cancel('CANCELLED');
  await lost.request({ ...ask, orderNumber: 'CANCELLED' });
  const shown = await lost.request({ ...ask, orderNumber: 'ORD-1' });
  const copy = copyOf(disk);
  const device = await another.room.device({ key: another.deviceKey });
  const { bytes } = await device.pay(shown.bytes);
  expect(await lost.accept('ORD-1', bytes)).toMatchObject({ accepted: true });

  const back = putBack(copy, disk);
  expect(await restored(back, another.terminalKey)).toMatchObject({ reason: 'older' });
  const terminal = await another.openTerminal(back);
  for (const orderNumber of ['ORD-1', 'CANCELLED'])
    await expect(terminal.cancel(orderNumber)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const again = await terminal.request({ ...ask, orderNumber: 'ORD-1' });
  expect(again).toMatchObject({ repeated: false });
  expect(await terminal.accept('ORD-1', bytes)).toMatchObject({ code: 'OFFLINE_REQUEST_MISMATCH' });

  const later = copyOf(back);
  const reopened = await another.openTerminal(back);
  expect(await reopened.request({ ...ask, orderNumber: 'ORD-1' })).toMatchObject({
    repeated: true,
    bytes: again.bytes,
  });
  const { payload } = parseCose(
    'offpay/payment-request',
    unpackRequest(again.bytes, CHANNEL).request,
  );
  expect(await cancelled(reopened, 'ORD-1')).toEqual([bytesToText(requestHash(payload))]);
  const second = putBack(later, back);
  await restored(second, another.terminalKey);
  await expect((await another.openTerminal(second)).cancel('ORD-1')).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('a device with an emptied store accepts no certificate of the epochs that it knew', async () => {
  const { marked } = life.disks.device.cell;
  const disk: Disk = { contents: new Map(), cell: { ...(marked && { marked }) } };
  await expect(life.openDevice(disk)).rejects.toMatchObject({
    code: 'STORE_ROLLED_BACK',
    details: { reason: 'empty', marked: marked?.sequence },
  });
  expect(await restored(disk, life.deviceKey)).toEqual({
    reason: 'empty',
    lost: marked?.sequence,
    sealedEpoch: 2,
  });
  const device = await life.openDevice(disk);
  const issuers = [life.room.issuer.row];
  for (const bytes of life.certificates)
    await expect(device.importCertificate(bytes, issuers)).rejects.toMatchObject({
      code: 'EPOCH_SEALED',
      details: { sealedEpoch: 2 },
    });
  expect(await device.importCertificate(await life.certify(3), issuers)).toMatchObject({
    spendable: true,
    sealed: false,
  });
});

test('a sealed epoch cannot be spent, but its old answers can be shown again', async () => {
  const early = itemWhere(life.moments, ({ released }) => released === 1);
  const disk = putBack(early.device, life.disks.device);
  await restored(disk, life.deviceKey);
  const device = await life.openDevice(disk);
  expect(await device.balances()).toMatchObject([
    { epoch: 1, remaining: AMOUNT, sealed: true, spendable: false },
  ]);
  const again = await device.pay(firstOf(life.requests));
  expect(again).toMatchObject({ repeated: true, bytes: life.released[0] });
});

test('restoring the newest store changes nothing, but seals an epoch that was named', async () => {
  const disk = copyOf(life.disks.device);
  expect(await restored(disk, life.deviceKey)).toBeUndefined();
  expect(disk).toEqual(life.disks.device);
  const { publicKey } = life.deviceKey;
  const named = { publicKey, epoch: 7 };
  const restoration = restoreStore(memoryStore(disk.contents), memoryMark(disk.cell), named);
  expect(await restoration).toEqual({ reason: 'asked', lost: null, sealedEpoch: 7 });
  const device = await life.openDevice(disk);
  expect((await device.balances()).some(({ sealed }) => !sealed)).toBe(false);
});

test("nobody can restore another owner's store", async () => {
  const disk = putBack(life.disks.terminal, life.disks.device);
  await expect(restored(disk, life.deviceKey)).rejects.toMatchObject({
    code: 'STORE_FOREIGN',
    details: { field: 'publicKey' },
  });
});
