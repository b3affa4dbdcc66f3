// SPDX-License-Identifier: Apache-2.0
// Vouchers that their payee cancelled before it accepted them, on the ledger in memory: never paid, and the money back at once.
// After each test the books balance.
import { decodePaymentRequest, type PayeeCertificate } from '@fabric-offline-pay/domain';
import { BANK } from '@fabric-offline-pay/testing';
import { availableTo } from '../support/balances.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import {
  base64,
  cancelledWire,
  OfflineLedger,
  reserveKeyOf,
  signedBulletin,
} from '../support/offline-ledger.js';
import {
  forge,
  ISSUER,
  newCancellation,
  newKey,
  pointOf,
  signRequest,
  type Device,
  type Payment,
} from '../support/offline-world.js';

const MONEY = 1_000_000;

let memory: MemoryWorld;
let ledger: OfflineLedger;
let device: Device;
let payment: Payment;

beforeEach(async () => {
  memory = await memoryWorld();
  ledger = await OfflineLedger.open(memory);
  device = await ledger.device('customer-1');
  payment = ledger.pay(device);
});
afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

interface Brought {
  readonly claim?: Pick<Payment, 'voucher' | 'requestPayload'>;
  readonly signedRequest?: Buffer;
  readonly cancellation?: Buffer;
  readonly payee?: Partial<PayeeCertificate>;
}

const cancel = async ({ claim = payment, signedRequest, cancellation, payee }: Brought = {}) =>
  ledger.node.offline.cancel({
    ...{ ...reserveKeyOf(device), ...cancelledWire(claim, payee) },
    ...(signedRequest && { request: base64(signedRequest) }),
    ...(cancellation && { cancellation: base64(cancellation) }),
  });

const available = async (): Promise<number> => Number(await availableTo(ledger.node, 'customer-1'));

it('a cancelled voucher is never paid, and its money is back in the account, once', async () => {
  expect((await cancel()).result).toMatchObject({ replayed: false, returned: '1250' });
  expect((await cancel()).result).toMatchObject({ replayed: true, returned: '1250' });
  expect(await available()).toBe(MONEY - 20_000 + 1_250);
  expect(await ledger.settle([[device, [payment]]])).toEqual(['cancelled']);
  const reserve = await ledger.node.offline.readReserve(reserveKeyOf(device));
  expect(reserve).toMatchObject({ cancelled: [1], returned: '1250', settled: '0' });
});

it('the device goes on after it: the next voucher is paid', async () => {
  await cancel();
  const next = ledger.pay(device);
  expect(await ledger.settle([[device, [next]]])).toEqual(['settled']);
});

it('what was paid is not cancelled any more', async () => {
  await ledger.settle([[device, [payment]]]);
  await expect(cancel()).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
});

it.each<[string, string, () => Brought]>([
  [
    'another terminal signed',
    'OFFLINE_SIGNATURE_INVALID',
    () => ({ cancellation: newCancellation(payment.requestPayload, newKey()) }),
  ],
  [
    'that is of another request',
    'OFFLINE_REQUEST_MISMATCH',
    () => ({ cancellation: newCancellation(ledger.request()) }),
  ],
  [
    'of another terminal of the merchant',
    'OFFLINE_PAYEE_UNTRUSTED',
    () => ({ payee: { terminalId: 'terminal-2' } }),
  ],
  [
    'of another merchant',
    'OFFLINE_PAYEE_UNTRUSTED',
    () => ({ payee: { merchantId: 'merchant-2' } }),
  ],
  ['of another channel', 'OFFLINE_PAYEE_UNTRUSTED', () => ({ payee: { channel: 'other' } })],
  ['of another bank', 'OFFLINE_PAYEE_UNTRUSTED', () => ({ payee: { bankId: 'bank-2' } })],
  [
    'with another key',
    'OFFLINE_PAYEE_UNTRUSTED',
    () => ({ payee: { terminalKey: pointOf(newKey()) } }),
  ],
  [
    'of another terminal that bears the same name',
    'OFFLINE_PAYEE_UNTRUSTED',
    () => {
      const other = newKey();
      return {
        cancellation: newCancellation(payment.requestPayload, other),
        payee: { terminalKey: pointOf(other) },
      };
    },
  ],
  [
    'of another key certified under the same terminal id that signed the same request',
    'OFFLINE_PAYEE_UNTRUSTED',
    () => {
      const other = newKey();
      return {
        signedRequest: signRequest(payment.requestPayload, other),
        cancellation: newCancellation(payment.requestPayload, other),
        payee: { terminalKey: pointOf(other) },
      };
    },
  ],
  [
    'of a request that nobody signed',
    'OFFLINE_MALFORMED',
    () => ({ signedRequest: Buffer.from(payment.requestPayload) }),
  ],
  [
    'under a certificate that was over when the request was made',
    'OFFLINE_PAYEE_UNTRUSTED',
    () => ({ payee: { validUntil: decodePaymentRequest(payment.requestPayload).createdAt - 1 } }),
  ],
  [
    'of a voucher that the device did not sign',
    'OFFLINE_SIGNATURE_INVALID',
    () => ({ claim: forge({ ...payment, device: { ...device, key: newKey() } }, {}) }),
  ],
  [
    'of a voucher under another certificate',
    'OFFLINE_CERTIFICATE_MISMATCH',
    () => ({ claim: forge(payment, { certificateDigest: Buffer.alloc(32, 1) }) }),
  ],
  [
    'of a voucher for another request',
    'OFFLINE_REQUEST_MISMATCH',
    () => ({ claim: { ...payment, requestPayload: ledger.request() } }),
  ],
  [
    'of a voucher for another channel',
    'OFFLINE_REQUEST_MISMATCH',
    () => ({
      claim: forge(payment, {}, ledger.request({ channel: 'other' })),
      payee: { channel: 'other' },
    }),
  ],
  [
    'of a voucher in another currency',
    'OFFLINE_REQUEST_MISMATCH',
    () => ({ claim: forge(payment, {}, ledger.request({ currency: 'USD' })) }),
  ],
])('no money comes back for a cancellation %s: %s', async (_, code, brought) => {
  await expect(cancel(brought())).rejects.toMatchObject({ code });
  expect(await available()).toBe(MONEY - 20_000);
});

it('nor under a certificate by an issuer whose key leaked', async () => {
  const { offline } = ledger.bank('operator');
  await offline.retireIssuer({ bankId: BANK, kid: ISSUER.kid, compromised: true });
  await expect(cancel()).rejects.toMatchObject({ code: 'OFFLINE_PAYEE_UNTRUSTED' });
});

it('nor for a voucher that contradicts what was paid', async () => {
  const other = forge(payment, {}, ledger.request());
  await ledger.settle([[device, [other]]]);
  await expect(cancel()).rejects.toMatchObject({ code: 'OFFLINE_DOUBLE_SPEND' });
});

it('nor out of a reserve that is frozen', async () => {
  const later = ledger.pay(device);
  const [a, b] = [later, forge(later, {}, ledger.request({ terminalId: 'terminal-2' }))];
  await ledger.settle([[device, [a, b]]]);
  await expect(cancel()).rejects.toMatchObject({ code: 'OFFLINE_RESERVE_INACTIVE' });
});

it.each<[string, bigint, Partial<Payment['content']>]>([
  ['more than stands in it', 20_001n, {}],
  ['a payment that is too large', 5_001n, {}],
  ['all payments together too large', 5_000n, { counter: 5, cumulative: 20_001n }],
])(
  'nor by a voucher that no terminal accepts, and others are paid all the same: %s',
  async (_, amount, values) => {
    const previous = payment.digest;
    const request = ledger.request({ amount });
    const claim = forge(
      payment,
      {
        ...(values.counter === undefined ? { cumulative: amount } : { ...values, previous }),
      },
      request,
    );
    await expect(cancel({ claim })).rejects.toMatchObject({
      code: 'VOUCHER_REFUSED',
      details: { verdict: 'overLimit' },
    });
    expect(await ledger.settle([[device, [payment]]])).toEqual(['settled']);
  },
);

it('of a device that was reported it comes back like any other', async () => {
  await ledger.node.offline.revokeReserve({
    ...reserveKeyOf(device),
    bulletin: signedBulletin({ number: 2, revoked: [reserveKeyOf(device)] }),
  });
  await cancel();
  expect(await available()).toBe(MONEY - 20_000 + 1_250);
});
