// SPDX-License-Identifier: Apache-2.0
// A terminal makes one request for each order, decides without a network, keeps accepted payments, and settles each once.
import { decodeFraudProof, encodePresented, verifyFraudProof } from '@fabric-offline-pay/domain';
import {
  memoryStore,
  softwareKey,
  type Device,
  type Store,
  type Terminal,
  type TerminalEvent,
} from '@fabric-offline-pay/sdk/offline';
import { defined, firstOf } from '../../../../test/support/defined';
import {
  clonesIn,
  eventsDuring,
  exchange,
  OfflineRoom,
  ROOTS,
} from '../../../../test/support/offline-room';
import {
  newKey,
  OFFLINE_BANK,
  OFFLINE_POLICY,
  signed,
  VECTOR_KEYS,
  unpacked,
} from '../../../../test/support/offline-world';

const HOUR = 3600;

let room: OfflineRoom;
let device: Device;
let terminal: Terminal;

beforeEach(async () => {
  room = new OfflineRoom();
  device = await room.device();
  terminal = await room.terminal();
});

const ask = (orderNumber: string, amount = '1250') =>
  terminal.request({ orderNumber, amount, currency: 'EUR' });

describe('requests', () => {
  test('exist once for each order number: a repetition is shown again, other content is refused', async () => {
    const first = await ask('ORD-1');
    const again = await ask('ORD-1');
    expect(again).toMatchObject({ repeated: true, expiresAt: first.expiresAt });
    expect(again.bytes.equals(first.bytes)).toBe(true);
    await expect(ask('ORD-1', '1251')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      details: { field: 'amount' },
    });
  });

  test('that expired unpaid are replaced, paid ones never', async () => {
    const first = await ask('ORD-1');
    room.now += 301;
    const second = await ask('ORD-1');
    expect(second).toMatchObject({ repeated: false });
    expect(second.bytes.equals(first.bytes)).toBe(false);
    expect(await exchange(terminal, device, 'ORD-1')).toMatchObject({ accepted: true });
    room.now += 301;
    expect((await ask('ORD-1')).bytes.equals(second.bytes)).toBe(true);
  });

  test.each([
    ['OFFLINE_BULLETIN_STALE', '1250', OFFLINE_POLICY.bulletinSeconds + 1],
    ['OFFLINE_OVER_PAYMENT_CAP', '5001', 0],
    ['INPUT_INVALID', '12.50', 0],
    ['INPUT_INVALID', '0', 0],
  ])(
    '%s: the terminal does not ask for what it could never accept',
    async (code, amount, later) => {
      room.now += later;
      await expect(ask('ORD-1', amount)).rejects.toMatchObject({ code });
    },
  );

  test('are refused before the first bulletin, and for an order number that is not an identifier', async () => {
    await expect(ask('ORD/1')).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      details: { field: 'orderNumber' },
    });
    terminal = await room.openTerminal(memoryStore());
    await expect(ask('ORD-1')).rejects.toMatchObject({ code: 'OFFLINE_BULLETIN_MISSING' });
  });
});

describe('acceptance', () => {
  test('is durable when it is reported, and reported again for the same voucher', async () => {
    const contents = new Map<string, string>();
    terminal = await room.terminal(memoryStore(contents));
    const { bytes } = await device.pay((await ask('ORD-1')).bytes);
    expect(await terminal.accept('ORD-1', bytes)).toMatchObject({ repeated: false });
    const reopened = await room.openTerminal(memoryStore(contents));
    expect(await reopened.accept('ORD-1', bytes)).toMatchObject({
      accepted: true,
      repeated: true,
      payment: { amount: '1250', customerId: 'customer-1', status: 'waiting' },
    });
    expect(await reopened.waiting()).toMatchObject({ count: 1, sums: { EUR: '1250' } });
  });

  test('that cannot be stored is not reported', async () => {
    const contents = new Map<string, string>();
    terminal = await room.terminal(memoryStore(contents));
    const { bytes } = await device.pay((await ask('ORD-1')).bytes);
    const full: Store = {
      ...memoryStore(contents),
      write: () => Promise.reject(new Error('disk full')),
    };
    const broken = await room.openTerminal(full);
    await expect(broken.accept('ORD-1', bytes)).rejects.toThrow('disk full');
  });

  test.each([
    ['OFFLINE_MALFORMED', () => Buffer.from('nonsense')],
    ['OFFLINE_MALFORMED', (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)])],
    [
      'OFFLINE_CERTIFICATE_FORGED',
      (bytes: Buffer) => {
        const { voucher, certificate } = unpacked(bytes);
        const broken = Buffer.from(certificate);
        broken.writeUInt8(broken.readUInt8(broken.length - 1) ^ 1, broken.length - 1);
        return encodePresented({ voucher, certificate: broken });
      },
    ],
  ])('%s is an answer with a remedy, not an exception', async (code, change) => {
    const { bytes } = await device.pay((await ask('ORD-1')).bytes);
    const refused = await terminal.accept('ORD-1', change(bytes));
    expect(refused).toMatchObject({ accepted: false, code });
    expect(refused).toHaveProperty('remedy', expect.stringMatching(/./));
    expect(await terminal.waiting()).toEqual({ count: 0, sums: {}, settleUntil: null });
  });

  test('needs the request: a voucher for another order, or without a request, is refused', async () => {
    const { bytes } = await device.pay((await ask('ORD-1')).bytes);
    await ask('ORD-2');
    const code = 'OFFLINE_REQUEST_MISMATCH';
    expect(await terminal.accept('ORD-2', bytes)).toMatchObject({ accepted: false, code });
    expect(await terminal.accept('ORD-3', bytes)).toMatchObject({ accepted: false, code });
  });

  test('happens once for each order, whoever pays', async () => {
    const { bytes } = await ask('ORD-1');
    const other = await room.device({ customerId: 'customer-2' });
    const [first, second] = [await device.pay(bytes), await other.pay(bytes)];
    expect(await terminal.accept('ORD-1', first.bytes)).toMatchObject({ accepted: true });
    expect(await terminal.accept('ORD-1', second.bytes)).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
  });

  test('is refused for a revoked device once the bulletin is there', async () => {
    const { bytes } = await device.pay((await ask('ORD-1')).bytes);
    const revoked = [{ customerId: 'customer-1', deviceId: 'phone', epoch: 'all' as const }];
    await terminal.learn({ bulletin: await room.publish(revoked) });
    expect(await terminal.accept('ORD-1', bytes)).toMatchObject({ code: 'OFFLINE_REVOKED' });
  });

  test('is refused for a clone that pays twice here, and the proof needs no network', async () => {
    const [original, clone] = await clonesIn(room);
    expect(await exchange(terminal, original, 'ORD-1')).toMatchObject({ accepted: true });
    const events = await eventsDuring(terminal, () => exchange(terminal, clone, 'ORD-2'));
    expect(events).toMatchObject([
      { kind: 'doubleSpend', orderNumber: 'ORD-2' },
      { kind: 'rejected', code: 'OFFLINE_DOUBLE_SPEND' },
    ]);
    const record = firstOf(await terminal.proofs());
    const proof = decodeFraudProof(defined(record.proof, 'proof'));
    expect(verifyFraudProof(proof, ROOTS[OFFLINE_BANK])).toMatchObject({ ok: true });
    await terminal.sync(room.ledger);
    expect(room.ledger.proofs).toEqual([record.proof]);
    await terminal.sync(room.ledger);
    expect(room.ledger.proofs).toHaveLength(1);
  });
});

describe('trust', () => {
  test('an issuer needs the bank’s root, a bulletin needs an issuer, and an older bulletin is ignored', async () => {
    const other = { ...room.issuer.row, certificate: firstOf(ROOTS[OFFLINE_BANK]) };
    await expect(terminal.learn({ issuers: [other] })).rejects.toMatchObject({
      code: 'ISSUER_UNTRUSTED',
    });
    const first = defined(room.ledger.newestBulletin, 'bulletin');
    const second = await room.publish();
    await terminal.learn({ bulletin: second });
    await terminal.learn({ bulletin: first });
    const forged = signed('offpay/bulletin', second, VECTOR_KEYS.otherIssuer, Buffer.alloc(8));
    await expect(terminal.learn({ bulletin: forged })).rejects.toMatchObject({
      name: 'RefusedError',
    });
    room.now += OFFLINE_POLICY.bulletinSeconds - HOUR;
    await expect(ask('ORD-1')).resolves.toBeDefined();
  });

  test('an issuer that the ledger no longer lists is not trusted', async () => {
    const { bytes } = await device.pay((await ask('ORD-1')).bytes);
    await room.takeOver();
    jest.spyOn(room.ledger, 'issuers').mockResolvedValue(room.ledger.others);
    await terminal.sync(room.ledger);
    expect(await terminal.accept('ORD-1', bytes)).toMatchObject({
      code: 'OFFLINE_CERTIFICATE_FORGED',
    });
  });

  test.each([
    ['is trusted until what it granted expires', false, 0, 'accepted'],
    ['is trusted to the last second', false, HOUR, 'accepted'],
    ['is not trusted after that', false, HOUR + 1, 'OFFLINE_CERTIFICATE_FORGED'],
    ['whose key leaked is not trusted', true, 0, 'OFFLINE_CERTIFICATE_FORGED'],
  ])('a retired issuer %s', async (_, compromised, later, code) => {
    const at = room.now;
    room.ledger.retired = { at, compromised, trustedUntil: compromised ? at : at + HOUR };
    room.now += later;
    await room.takeOver();
    await terminal.sync(room.ledger);
    const { bytes } = await device.pay((await ask('ORD-1')).bytes);
    const acceptance = await terminal.accept('ORD-1', bytes);
    expect(acceptance.accepted ? 'accepted' : acceptance.code).toBe(code);
  });

  test('a bulletin by an issuer that is no longer trusted does not stop the settlement', async () => {
    await exchange(terminal, device, 'ORD-1');
    await room.publish();
    room.ledger.retired = { at: room.now, compromised: true, trustedUntil: room.now };
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 1 });
  });

  test('a new terminal learns everything from the ledger', async () => {
    terminal = await room.openTerminal(memoryStore());
    await terminal.sync(room.ledger);
    expect(await exchange(terminal, device, 'ORD-1')).toMatchObject({ accepted: true });
  });
});

describe('synchronisation', () => {
  test('days later, everything is settled once and reported', async () => {
    for (const order of ['ORD-1', 'ORD-2', 'ORD-3']) await exchange(terminal, device, order);
    room.now += 5 * 24 * HOUR;
    const events = await eventsDuring(terminal, async () => {
      expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 3, refused: 0 });
    });
    expect(events.map(({ kind }) => kind)).toEqual([
      'settled',
      'settled',
      'settled',
      'synchronised',
    ]);
    expect(room.ledger.paid.sort()).toEqual(['ORD-1', 'ORD-2', 'ORD-3']);
    expect(await terminal.waiting()).toMatchObject({ count: 0 });
    await terminal.sync(room.ledger);
    expect(room.ledger.batchIds).toHaveLength(1);
  });

  test('without a network, everything waits until there is one', async () => {
    await exchange(terminal, device, 'ORD-1');
    room.ledger.reachable = false;
    await expect(terminal.sync(room.ledger)).rejects.toMatchObject({ code: 'NETWORK_UNAVAILABLE' });
    expect(await terminal.waiting()).toMatchObject({ count: 1 });
    room.ledger.reachable = true;
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 1 });
  });

  test('after a lost answer, the same batch is sent again, whatever came in between', async () => {
    await exchange(terminal, device, 'ORD-1');
    room.ledger.afterWriting = () => {
      throw new Error('the power failed');
    };
    await expect(terminal.sync(room.ledger)).rejects.toThrow('the power failed');
    room.ledger.afterWriting = () => undefined;
    await exchange(terminal, device, 'ORD-2');
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 2 });
    const [first, second] = room.ledger.batchIds;
    expect(second).toBe(first);
    expect(room.ledger.paid).toEqual(['ORD-1', 'ORD-2']);
  });

  test('a batch that keeps conflicting is halved until it passes', async () => {
    for (const order of ['ORD-1', 'ORD-2', 'ORD-3', 'ORD-4', 'ORD-5'])
      await exchange(terminal, device, order);
    room.ledger.conflicts = Infinity;
    room.ledger.conflictAbove = 2;
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 5 });
    expect(room.ledger.batchSizes).toEqual([5, 3, 2, 1, 2]);
    expect(new Set(room.ledger.paid).size).toBe(5);
  });

  test('batches have the requested size, and no two share a device', async () => {
    const second = await room.device({ customerId: 'customer-2' });
    for (const order of ['A-1', 'A-2', 'A-3']) await exchange(terminal, device, order);
    for (const order of ['B-1', 'B-2']) await exchange(terminal, second, order);
    expect(await terminal.sync(room.ledger, { batchSize: 2 })).toMatchObject({ settled: 5 });
    expect(room.ledger.batchSizes.sort()).toEqual([1, 2, 2]);
    await expect(terminal.sync(room.ledger, { batchSize: 501 })).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
    });
  });

  test('a voucher that the ledger does not know yet is sent again, in another batch', async () => {
    const key = softwareKey(newKey());
    const early = await room.openDevice(memoryStore(), key);
    const { certificate, bytes } = await room.certify(key, { customerId: 'customer-2' });
    await early.importCertificate(bytes, [room.issuer.row]);
    await exchange(terminal, early, 'ORD-1');
    const more = await room.issuer.topUp(certificate, '5000', OFFLINE_POLICY);
    await early.importCertificate(more.bytes, [room.issuer.row]);
    await exchange(terminal, early, 'ORD-2');
    expect(await terminal.sync(room.ledger)).toMatchObject({
      settled: 1,
      refused: 0,
      waiting: { count: 1 },
    });
    expect(await terminal.payment('ORD-2')).toMatchObject({ verdict: 'unknownCertificate' });
    room.ledger.fund(more.bytes);
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 1 });
  });

  test('a final verdict is stored with its name', async () => {
    await exchange(terminal, device, 'ORD-1');
    room.now += OFFLINE_POLICY.spendSeconds + OFFLINE_POLICY.claimSeconds + 1;
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 0, refused: 1 });
    expect(await terminal.payment('ORD-1')).toMatchObject({
      status: 'refused',
      verdict: 'claimedLate',
    });
  });

  test('a clone that paid at two merchants is proven with the first voucher from the ledger', async () => {
    const [original, clone] = await clonesIn(room);
    const elsewhere = await room.terminal(memoryStore(), 'merchant-2');
    expect(await exchange(elsewhere, original, 'ORD-1')).toMatchObject({ accepted: true });
    expect(await exchange(terminal, clone, 'ORD-1')).toMatchObject({ accepted: true });
    await elsewhere.sync(room.ledger);
    const events = await eventsDuring(terminal, () => terminal.sync(room.ledger));
    expect(events.map(({ kind }) => kind)).toEqual(['refused', 'doubleSpend', 'synchronised']);
    expect(await terminal.payment('ORD-1')).toMatchObject({ verdict: 'conflict' });
    const proof = decodeFraudProof(firstOf(room.ledger.proofs));
    expect(verifyFraudProof(proof, ROOTS[OFFLINE_BANK])).toMatchObject({
      ok: true,
      fraud: { kind: 'sameCounter', customerId: 'customer-2' },
    });
  });

  test('an order to deliver waits for its own transaction', async () => {
    const termsDigest = 'ab'.repeat(32);
    const { bytes } = await terminal.request({
      orderNumber: 'ORD-1',
      amount: '1250',
      currency: 'EUR',
      termsDigest,
    });
    await terminal.accept('ORD-1', (await device.pay(bytes)).bytes);
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 0, waiting: { count: 1 } });
    expect(await terminal.recordVerdict('ORD-1', 16)).toMatchObject({ status: 'settled' });
    expect(await terminal.waiting()).toMatchObject({ count: 0 });
    await expect(terminal.recordVerdict('ORD-2', 16)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a stopped run can be repeated', async () => {
    await exchange(terminal, device, 'ORD-1');
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(terminal.sync(room.ledger, { signal: stopped })).rejects.toThrow('enough');
    expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 1 });
  });
});

describe('in the background', () => {
  const next = async (events: AsyncIterator<TerminalEvent>, kind: TerminalEvent['kind']) => {
    for (;;) {
      const item = await events.next();
      if (item.done === true) throw new Error(`no ${kind}`);
      if (item.value.kind === kind) return item.value;
    }
  };

  test('it settles after an acceptance, and notices when the network is back', async () => {
    const events = terminal.events()[Symbol.asyncIterator]();
    room.ledger.reachable = false;
    terminal.startSync(room.ledger);
    expect(await next(events, 'syncFailed')).toMatchObject({
      error: { code: 'NETWORK_UNAVAILABLE' },
    });
    await exchange(terminal, device, 'ORD-1');
    room.ledger.reachable = true;
    await next(events, 'settled');
    await next(events, 'synchronised');
    await exchange(terminal, device, 'ORD-2');
    expect(await next(events, 'settled')).toMatchObject({ payment: { orderNumber: 'ORD-2' } });
    await terminal.close();
  });

  test('it ends with the terminal, and leaves no timer behind', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const events = terminal.events();
    terminal.startSync(room.ledger);
    await terminal.close();
    for await (const event of events) expect(event.kind).toBe('synchronised');
    const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    expect(after).toBe(before);
  });
});
