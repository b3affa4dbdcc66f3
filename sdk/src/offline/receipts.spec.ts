// SPDX-License-Identifier: Apache-2.0
// Payee certificates, receipts and cancellations, on the customer's device and the merchant's tills.
import {
  encodePaymentEvidence,
  packRequest,
  parseCose,
  type PaymentRequest,
} from '@fabric-offline-pay/domain';
import {
  memoryStore,
  softwareKey,
  Terminal,
  type Device,
  type OfflineKey,
  type PayeeGrant,
} from '@fabric-offline-pay/sdk/offline';
import { defined, firstOf } from '../../../test/support/defined.js';
import { exchange, OfflineRoom, ROOTS } from '../../../test/support/offline-room';
import {
  CHANNEL,
  newCancellation,
  newKey,
  newPayee,
  newRequest,
  NOW,
  OFFLINE_MERCHANT,
  pointOf,
  signed,
  unpacked,
  VECTOR_KEYS,
} from '../../../test/support/offline-world';
import { codeOfError } from '../guards.js';

const NAME = 'Bäckerei Sørensen';
const FAR = 4_102_444_800;

let room: OfflineRoom;
let device: Device;
let terminal: Terminal;

/** A till of the merchant, with a payee certificate of the merchant's bank. */
async function till(
  terminalId = 'till-1',
  key: OfflineKey = softwareKey(VECTOR_KEYS.terminal),
  granted: Partial<PayeeGrant> = {},
): Promise<Terminal> {
  const { clock } = room;
  const opened = await Terminal.open({
    store: memoryStore(),
    key,
    channel: CHANNEL,
    clock,
    roots: ROOTS,
    merchantId: OFFLINE_MERCHANT,
    terminalId,
  });
  const payee = await room.issuer.certifyPayee({
    merchantId: OFFLINE_MERCHANT,
    terminalId,
    publicKey: key.publicKey,
    name: NAME,
    licence: 'LIC-1',
    validUntil: FAR,
    ...granted,
  });
  const bulletin = room.ledger.newestBulletin ?? (await room.publish());
  await opened.learn({ issuers: [room.issuer.row], bulletin, payee });
  return opened;
}

beforeEach(async () => {
  room = new OfflineRoom();
  device = await room.device();
  terminal = await till();
});

const ask = async (orderNumber: string, by = terminal): Promise<Buffer> =>
  (await by.request({ orderNumber, amount: '1250', currency: 'EUR' })).bytes;

const codeOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', codeOfError);

/** An accepted payment with its receipt. */
async function paid(orderNumber: string, by = terminal) {
  const payment = await device.pay(await ask(orderNumber, by));
  const acceptance = await by.accept(orderNumber, payment.bytes);
  if (!acceptance.accepted) throw new Error(acceptance.code);
  return { payment, receipt: acceptance.receipt };
}

describe('the payee', () => {
  it('is shown with name and licence before anything is paid', async () => {
    expect(await device.view(await ask('A-1'))).toMatchObject({
      payee: { name: NAME, licence: 'LIC-1', bankId: 'bank-1' },
      paid: false,
    });
  });

  it('is unknown when no bank certified it, or only one that the customer does not trust', async () => {
    const uncertified = await room.terminal();
    expect(await device.view(await ask('A-1', uncertified))).toMatchObject({ payee: null });
    const stranger = await room.device({ customerId: 'customer-2', payeesBy: [] });
    expect(await stranger.view(await ask('A-2'))).toMatchObject({ payee: null });
  });

  const request = (values: Partial<PaymentRequest> = {}): Buffer =>
    signed('offpay/payment-request', newRequest(values), VECTOR_KEYS.terminal);

  it.each<[string, () => Buffer]>([
    [
      'of another key than the one that signed',
      () =>
        packRequest({
          request: signed('offpay/payment-request', newRequest(), newKey()),
          payee: newPayee(),
        }),
    ],
    [
      'of another key that signed what the terminal asks for',
      () => {
        const other = newKey();
        return packRequest({
          request: signed('offpay/payment-request', newRequest(), other),
          payee: newPayee({ terminalKey: pointOf(other) }),
        });
      },
    ],
    [
      'of another terminal',
      () => packRequest({ request: request(), payee: newPayee({ terminalId: 'terminal-2' }) }),
    ],
    [
      'of another merchant',
      () => packRequest({ request: request(), payee: newPayee({ merchantId: 'merchant-2' }) }),
    ],
    [
      'that expired',
      () => packRequest({ request: request(), payee: newPayee({ validUntil: room.now - 1 }) }),
    ],
    [
      'that expired before the request was made, by the terminal’s clock',
      () =>
        packRequest({
          request: request({ createdAt: NOW + 1 }),
          payee: newPayee({ validUntil: NOW }),
        }),
    ],
    [
      'of another name than the bank signed',
      () => {
        const shown = packRequest({ request: request(), payee: newPayee() });
        const at = shown.indexOf(Buffer.from('ckerei'));
        shown.write('CKEREI', at);
        return shown;
      },
    ],
  ])('with a certificate %s is refused, and no counter is used', async (_, shown) => {
    expect(await codeOf(device.view(shown()))).toBe('OFFLINE_PAYEE_UNTRUSTED');
    expect(await codeOf(device.pay(shown()))).toBe('OFFLINE_PAYEE_UNTRUSTED');
    expect(await device.history()).toEqual([]);
  });

  it('is certified until the last second of the certificate', async () => {
    const shown = packRequest({ request: request(), payee: newPayee({ validUntil: room.now }) });
    expect(await device.view(shown)).toMatchObject({ payee: { name: NAME } });
  });

  it.each<[string, Partial<PayeeGrant>]>([
    ['another terminal', { terminalId: 'till-2' }],
    ['another merchant', { merchantId: 'merchant-2' }],
    ['another key', { publicKey: softwareKey(newKey()).publicKey }],
  ])('no till shows the certificate of %s', async (_, granted) => {
    expect(await codeOf(till('till-1', undefined, granted))).toBe('OFFLINE_PAYEE_UNTRUSTED');
  });
});

test('a till whose certificate has expired asks for nothing until it is certified again', async () => {
  const ends = await till('till-1', undefined, { validUntil: room.now + 10 });
  expect(await ends.certifiedAs()).toEqual({
    name: NAME,
    licence: 'LIC-1',
    validUntil: room.now + 10,
  });
  await ask('A-1', ends);
  room.now += 11;
  expect(await codeOf(ask('A-1', ends))).toBe('PAYEE_CERTIFICATE_OVER');
  expect(await codeOf(ask('A-2', ends))).toBe('PAYEE_CERTIFICATE_OVER');
  const { publicKey } = softwareKey(VECTOR_KEYS.terminal);
  const grant = { merchantId: OFFLINE_MERCHANT, terminalId: 'till-1', publicKey };
  const payee = await room.issuer.certifyPayee({
    ...grant,
    name: NAME,
    licence: 'LIC-1',
    validUntil: FAR,
  });
  await ends.learn({ payee });
  await ask('A-2', ends);
});

describe('a receipt', () => {
  it('is kept, and the payment is accepted from then on', async () => {
    const { receipt } = await paid('A-1');
    expect(await device.history()).toMatchObject([{ state: 'given' }]);
    await device.importReceipt(receipt);
    await device.importReceipt(receipt);
    expect(await device.history()).toMatchObject([{ state: 'accepted' }]);
  });

  it('is issued again for the same voucher', async () => {
    const { payment } = await paid('A-1');
    const again = await terminal.accept('A-1', payment.bytes);
    if (!again.accepted) throw new Error(again.code);
    await device.importReceipt(again.receipt);
    await device.importReceipt(await terminal.receipt('A-1'));
    expect(await codeOf(terminal.receipt('A-2'))).toBe('NOT_FOUND');
  });

  it('of another payment, by another key, or without a certified payee is refused', async () => {
    const { receipt } = await paid('A-1');
    const other = await room.device({ customerId: 'customer-2' });
    expect(await codeOf(other.importReceipt(receipt))).toBe('NOT_FOUND');
    const forged = Buffer.from(receipt);
    forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
    expect(await codeOf(device.importReceipt(forged))).toBe('OFFLINE_SIGNATURE_INVALID');
    const uncertified = await room.terminal();
    const payment = await device.pay(await ask('B-1', uncertified));
    const accepted = await uncertified.accept('B-1', payment.bytes);
    if (!accepted.accepted) throw new Error(accepted.code);
    expect(await codeOf(device.importReceipt(accepted.receipt))).toBe('OFFLINE_PAYEE_UNTRUSTED');
  });

  it('for another voucher of the same request is refused', async () => {
    const request = await ask('A-1');
    const other = await room.device({ customerId: 'customer-2' });
    await other.pay(request);
    const payment = await device.pay(request);
    const accepted = await terminal.accept('A-1', payment.bytes);
    if (!accepted.accepted) throw new Error(accepted.code);
    expect(await codeOf(other.importReceipt(accepted.receipt))).toBe('OFFLINE_REQUEST_MISMATCH');
  });
});

describe('a cancellation', () => {
  it('ends a request for good: the till accepts no voucher for it, and the device knows', async () => {
    const payment = await device.pay(await ask('A-1'));
    const cancellation = firstOf(await terminal.cancel('A-1'));
    expect(await terminal.accept('A-1', payment.bytes)).toMatchObject({
      accepted: false,
      code: 'OFFLINE_CANCELLED',
    });
    await device.importCancellation(cancellation);
    await device.importCancellation(cancellation);
    expect(await device.history()).toMatchObject([{ state: 'cancelled' }]);
  });

  it('is also issued for an earlier request of an order that somebody else paid since', async () => {
    await device.pay(await ask('A-1'));
    room.now += 301;
    const other = await room.device({ customerId: 'customer-2' });
    const payment = await other.pay(await ask('A-1'));
    expect(await terminal.accept('A-1', payment.bytes)).toMatchObject({ accepted: true });
    const cancellations = await terminal.cancel('A-1');
    expect(cancellations).toHaveLength(1);
    expect(await codeOf(other.importCancellation(firstOf(cancellations)))).toBe('NOT_FOUND');
    await device.importCancellation(firstOf(cancellations));
    expect(await device.history()).toMatchObject([{ state: 'cancelled' }]);
    expect(await terminal.accept('A-1', payment.bytes)).toMatchObject({ repeated: true });
  });

  it('does not give the counter back, and contains everything that the bank needs', async () => {
    const payment = await device.pay(await ask('A-1'));
    const cancellation = firstOf(await terminal.cancel('A-1'));
    await device.importCancellation(cancellation);
    expect(await device.balances()).toMatchObject([{ spent: '1250', remaining: '18750' }]);
    const [brought] = await device.cancelled();
    expect(brought).toMatchObject({ customerId: 'customer-1', epoch: 1, amount: '1250' });
    const { voucher } = unpacked(payment.bytes);
    expect(brought?.voucher).toBe(Buffer.from(voucher).toString('base64'));
    expect(brought?.cancellation).toBe(cancellation.toString('base64'));
  });

  it('allows a new request for the order, which can be paid', async () => {
    await device.pay(await ask('A-1'));
    const cancellation = firstOf(await terminal.cancel('A-1'));
    const again = await ask('A-1');
    expect(await codeOf(device.pay(again))).toBe('ORDER_PAID_BEFORE');
    await device.importCancellation(cancellation);
    const payment = await device.pay(again);
    expect(await terminal.accept('A-1', payment.bytes)).toMatchObject({ accepted: true });
    expect(await terminal.cancel('A-1')).toHaveLength(1);
    await paid('A-2');
    expect(await codeOf(terminal.cancel('A-2'))).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('covers a request that expired and was replaced, too', async () => {
    await device.pay(await ask('A-1'));
    room.now += 301;
    await ask('A-1');
    const statements = await terminal.cancel('A-1');
    expect(statements).toHaveLength(2);
    const codes = await Promise.all(
      statements.map((bytes) => codeOf(device.importCancellation(bytes))),
    );
    expect(codes.sort()).toEqual(['NOT_FOUND', 'done']);
  });

  it('is the same each time, and is refused for what was paid or never asked for', async () => {
    await ask('A-1');
    const before = await terminal.cancel('A-1');
    room.now += 10;
    const after = await terminal.cancel('A-1');
    const payloads = [before, after].map((objects) =>
      firstOf(objects).subarray(0, -66).toString('hex'),
    );
    expect(payloads[1]).toBe(payloads[0]);
    expect(await codeOf(terminal.cancel('A-2'))).toBe('NOT_FOUND');
    await paid('A-3');
    expect(await codeOf(terminal.cancel('A-3'))).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('contradicts a receipt of the same payment: for the device, the first statement counts', async () => {
    await device.importReceipt((await paid('A-1')).receipt);
    const { request } = defined(await device.evidence({ epoch: 1, counter: 1 }), 'evidence');
    const { payload } = parseCose('offpay/payment-request', defined(request, 'request'));
    const contrary = newCancellation(payload);
    expect(await codeOf(device.importCancellation(contrary))).toBe('IDEMPOTENCY_CONFLICT');
    expect(await device.history()).toMatchObject([{ state: 'accepted' }]);
  });
});

describe('a till that lost its records', () => {
  it('imports an accepted payment from the customer’s evidence, and settles it', async () => {
    const { receipt } = await paid('A-1');
    await device.importReceipt(receipt);
    const evidence = defined(await device.evidence({ epoch: 1, counter: 1 }), 'evidence');
    const empty = await till();
    expect(
      await empty.importPayment(defined(evidence.bytes, 'bytes of the evidence')),
    ).toMatchObject({
      orderNumber: 'A-1',
      amount: '1250',
      status: 'waiting',
    });
    await empty.importPayment(defined(evidence.bytes, 'bytes of the evidence'));
    expect(await empty.waiting()).toMatchObject({ count: 1 });
    expect(await empty.sync(room.ledger)).toMatchObject({ settled: 1 });
    expect(room.ledger.paid).toEqual(['A-1']);
  });

  it('can be replaced by another till of the merchant, long after the request expired', async () => {
    await device.importReceipt((await paid('A-1')).receipt);
    const evidence = defined(await device.evidence({ epoch: 1, counter: 1 }), 'evidence');
    room.now += 3_600;
    const other = await till('till-2', softwareKey(newKey()));
    expect(
      await other.importPayment(defined(evidence.bytes, 'bytes of the evidence')),
    ).toMatchObject({
      orderNumber: 'A-1',
    });
  });

  it('accepts the next payment of the device whose payment it imported', async () => {
    await device.importReceipt((await paid('A-1')).receipt);
    const evidence = defined(await device.evidence({ epoch: 1, counter: 1 }), 'evidence');
    const empty = await till();
    await empty.importPayment(defined(evidence.bytes, 'bytes of the evidence'));
    const { bytes } = await device.pay(await ask('B-1', empty));
    expect(await empty.accept('B-1', bytes)).toMatchObject({ accepted: true });
  });

  it('imports nothing that no certified till of the merchant accepted', async () => {
    const { receipt } = await paid('A-1');
    await device.importReceipt(receipt);
    const kept = defined(await device.evidence({ epoch: 1, counter: 1 }), 'evidence');
    const whole = {
      ...kept.presented,
      request: defined(kept.request, 'request'),
      payee: defined(kept.payee, 'payee'),
      receipt: defined(kept.receipt, 'receipt'),
    };
    const other = await paid('A-2');
    const empty = await till();
    const tried = (change: Partial<typeof whole>) =>
      codeOf(empty.importPayment(encodePaymentEvidence({ ...whole, ...change })));
    expect(await tried({ receipt: other.receipt })).toBe('OFFLINE_REQUEST_MISMATCH');
    expect(await tried({ voucher: unpacked(other.payment.bytes).voucher })).toBe(
      'OFFLINE_REQUEST_MISMATCH',
    );
    expect(await tried({ payee: newPayee({ merchantId: 'merchant-2' }) })).toBe(
      'OFFLINE_PAYEE_UNTRUSTED',
    );
    const forged = Buffer.from(whole.request);
    forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
    expect(await tried({ request: forged })).toBe('OFFLINE_SIGNATURE_INVALID');
    expect(await tried({ certificate: Buffer.of(1) })).toBe('OFFLINE_MALFORMED');
    expect(await codeOf(empty.importPayment(Buffer.of(0)))).toBe('OFFLINE_MALFORMED');
    expect(await empty.payments()).toEqual([]);
  });
});

it('every accepted payment has a receipt, even without a certified payee', async () => {
  const uncertified = await room.terminal();
  expect(await exchange(uncertified, device, 'A-1')).toMatchObject({ accepted: true });
});
