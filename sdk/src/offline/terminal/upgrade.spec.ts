// SPDX-License-Identifier: Apache-2.0
// The store of the first version is converted, once and in one write. What was accepted still counts. A device is whoever holds
// the key that its own bank certified: another key cannot convict it.
import {
  encodeBulletin,
  encodeDeviceCertificate,
  encodePresented,
  issuerKid,
  openDevice,
  verifyDeviceCertificate,
} from '@fabric-offline-pay/domain';
import {
  memoryStore,
  softwareKey,
  type ProofRecord,
  type Store,
} from '@fabric-offline-pay/sdk/offline';
import { defined, valueFor } from '../../../../test/support/defined';
import { clonesIn, exchange, OfflineRoom, ROOTS } from '../../../../test/support/offline-room';
import {
  CERTIFICATES,
  newBulletin,
  newDevice,
  newKey,
  OFFLINE_MERCHANT,
  OFFLINE_POLICY,
  pay,
  payloadIn,
  signed,
  spkiOf,
  VECTOR_KEYS,
} from '../../../../test/support/offline-world';

let room: OfflineRoom;
let disk: Map<string, string>;

beforeEach(() => {
  room = new OfflineRoom();
  disk = new Map();
});

const entries = (prefix: string) => [...disk].filter(([key]) => key.startsWith(prefix)).sort();

/** Writes the disk in the form of the first version, which knew devices by customer, device and epoch only. */
function makeOld(): void {
  disk.delete('terminal-format');
  disk.delete('latest-time');
  for (const [key, value] of entries('seen/')) {
    disk.delete(key);
    const [, , customerId, deviceId, epoch] = key.split('/');
    disk.set(`seen/${customerId}/${deviceId}/${epoch}`, value);
  }
  for (const [key, value] of entries('proof/')) {
    const { voucherDigest, orderNumber, proof, submitted } = JSON.parse(value) as ProofRecord;
    disk.set(key, JSON.stringify({ voucherDigest, orderNumber, proof, submitted }));
  }
}

describe('the store of the first version', () => {
  test('is converted, and what it saw still counts', async () => {
    const [original, clone] = await clonesIn(room);
    const terminal = await room.terminal(memoryStore(disk));
    const other = await room.device();
    for (const order of ['A-1', 'A-2']) await exchange(terminal, other, order);
    await exchange(terminal, original, 'T-1');
    const seen = entries('seen/');
    makeOld();
    expect(entries('seen/')).not.toEqual(seen);
    const upgraded = await room.openTerminal(memoryStore(disk));
    expect(entries('seen/')).toEqual(seen);
    expect(await exchange(upgraded, other, 'A-3')).toMatchObject({ accepted: true });
    expect(await exchange(upgraded, clone, 'T-2')).toMatchObject({ code: 'OFFLINE_DOUBLE_SPEND' });
    expect(await upgraded.waiting()).toMatchObject({ count: 4 });
  });

  test('adds the voucher to a double spend, if the terminal had accepted it', async () => {
    const [original, clone] = await clonesIn(room);
    const elsewhere = await room.terminal(memoryStore(), 'merchant-2');
    const terminal = await room.terminal(memoryStore(disk));
    await exchange(elsewhere, original, 'T-1');
    await exchange(terminal, clone, 'T-2');
    await elsewhere.sync(room.ledger);
    jest.spyOn(room.ledger, 'settledFirst').mockResolvedValueOnce(undefined);
    await terminal.sync(room.ledger);
    makeOld();
    const upgraded = await room.openTerminal(memoryStore(disk));
    const { certificate, voucher, requestPayload } = defined(
      await upgraded.payment('T-2'),
      'payment',
    );
    expect(await upgraded.proofs()).toMatchObject([
      { own: { certificate, voucher, requestPayload }, first: null, proof: null },
    ]);
    await upgraded.sync(room.ledger);
    expect(room.ledger.proofs).toHaveLength(1);
  });

  test('is not changed when the conversion cannot be written completely', async () => {
    const terminal = await room.terminal(memoryStore(disk));
    await exchange(terminal, await room.device(), 'A-1');
    makeOld();
    const store = memoryStore(new Map(disk));
    const write = jest.spyOn(store, 'write');
    await room.openTerminal(store);
    expect(write).toHaveBeenCalledTimes(1);
    const before = new Map(disk);
    const full: Store = { ...memoryStore(disk), write: () => Promise.reject(new Error('full')) };
    await expect(room.openTerminal(full)).rejects.toThrow('full');
    expect(disk).toEqual(before);
  });

  test('is converted once', async () => {
    const terminal = await room.terminal(memoryStore(disk));
    await exchange(terminal, await room.device(), 'A-1');
    const store = memoryStore(disk);
    const list = jest.spyOn(store, 'list');
    await room.openTerminal(store);
    expect(list).not.toHaveBeenCalled();
  });

  test('opens with an unreadable payment, which the next synchronisation reports', async () => {
    const terminal = await room.terminal(memoryStore(disk));
    const [first, second] = [await room.device(), await room.device({ customerId: 'customer-2' })];
    await exchange(terminal, first, 'A-1');
    await exchange(terminal, second, 'A-2');
    makeOld();
    const payment = JSON.parse(valueFor(disk, 'payment/A-1')) as object;
    disk.set('payment/A-1', JSON.stringify({ ...payment, certificate: 'AAAA' }));
    await room.openTerminal(memoryStore(disk));
    expect(entries('seen/').map(([key]) => key.split('/')[2])).toEqual(['customer-2']);
  });
});

test('a store of a later version is refused and not changed', async () => {
  await room.terminal(memoryStore(disk));
  disk.set('terminal-format', '3');
  await expect(room.openTerminal(memoryStore(disk))).rejects.toMatchObject({
    code: 'STORE_NEWER',
    details: { format: 3, known: 2 },
  });
});

describe('another key under the name of a device', () => {
  test('of the same bank, by a leaked issuer key, does not make the honest device a double spender', async () => {
    const terminal = await room.terminal();
    const honest = await room.device();
    const key = softwareKey(newKey());
    const thief = await room.openDevice(memoryStore(), key);
    const { bytes } = await room.issuer.certify({
      customerId: 'customer-1',
      deviceId: 'phone',
      epoch: 1,
      publicKey: key.publicKey,
      currency: 'EUR',
      total: '20000',
      limits: { perPayment: '5000', total: '20000' },
      policy: OFFLINE_POLICY,
    });
    await thief.importCertificate(bytes, [room.issuer.row]);
    expect(await exchange(terminal, thief, 'T-1', '1')).toMatchObject({ accepted: true });
    expect(await exchange(terminal, honest, 'H-1')).toMatchObject({ accepted: true });
    expect(await terminal.proofs()).toEqual([]);
  });

  test('of another bank does not either', async () => {
    const roots = { ...ROOTS, 'bank-2': [CERTIFICATES.root] };
    const terminal = await room.openTerminal(memoryStore(), OFFLINE_MERCHANT, undefined, { roots });
    const kid = issuerKid(spkiOf(VECTOR_KEYS.issuer));
    const issuer = {
      bankId: 'bank-2',
      kid: kid.toString('hex'),
      publicKey: spkiOf(VECTOR_KEYS.issuer),
      certificate: CERTIFICATES.issuerOfBank2,
      authority: CERTIFICATES.root,
    };
    const news = encodeBulletin(newBulletin({ bankId: 'bank-2', number: 1 }));
    const bulletin = signed('offpay/bulletin', news, VECTOR_KEYS.issuer, kid);
    await terminal.learn({ issuers: [room.issuer.row], bulletin: await room.publish() });
    await terminal.learn({ issuers: [issuer], bulletin });

    // Even with the same key: what two banks certify are two devices.
    const key = newKey();
    const honest = await room.device({ key: softwareKey(key) });
    const certificate = {
      ...newDevice({ customerId: 'customer-1', deviceId: 'phone' }, key).certificate,
      bankId: 'bank-2',
    };
    const bytes = signed(
      'offpay/device-certificate',
      encodeDeviceCertificate(certificate),
      VECTOR_KEYS.issuer,
      kid,
    );
    const held = verifyDeviceCertificate(bytes, [issuer]);
    const thief = {
      key,
      certificate,
      certificateBytes: bytes,
      held,
      state: openDevice(certificate),
    };
    const ask = { amount: '1', currency: 'EUR' };
    const asked = await terminal.request({ ...ask, orderNumber: 'T-1', bankId: 'bank-2' });
    const payload = payloadIn(asked.bytes);
    const { voucher } = pay(thief, payload, room.now);
    expect(
      await terminal.accept('T-1', encodePresented({ voucher, certificate: bytes })),
    ).toMatchObject({ accepted: true });

    const { bytes: request } = await terminal.request({
      ...ask,
      orderNumber: 'H-1',
      bankId: 'bank-1',
    });
    const payment = await honest.pay(request);
    expect(await terminal.accept('H-1', payment.bytes)).toMatchObject({ accepted: true });
  });
});
