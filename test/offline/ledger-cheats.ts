// SPDX-License-Identifier: Apache-2.0
// Cheats that no terminal of ours would send: a merchant that hands altered vouchers to the ledger itself.
import { randomBytes } from 'node:crypto';
import {
  decodePaymentRequest,
  encodePaymentRequest,
  openDevice,
  parseCose,
  verifyDeviceCertificate,
  verdictOf,
  type PaymentRequest,
  type VoucherClaim,
} from '@fabric-offline-pay/domain';
import type { AcceptedPayment, CancelledVoucher } from '@fabric-offline-pay/sdk/offline';
import { CURRENCY, type World } from '@fabric-offline-pay/testing';
import { forge, newKey, newRequest, pay, spkiOf, type Device } from '../support/offline-world.js';
import { grouped } from './grouped.js';
import type { OfflineNetwork } from './offline-network.js';
import type { Outcomes } from './outcomes.js';

const AMOUNT = 100n;

interface Claim {
  /** What was done to the voucher. */
  readonly name: string;
  readonly expected: string;
  readonly voucher: Uint8Array;
  readonly request: Uint8Array;
  readonly reserve: { readonly customerId: string; readonly epoch: number };
}

const ORDER_OF_P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const SCALAR_BYTES = 32;

/** The other valid form of a signature (r, n − s), which nobody may make out of a voucher. */
export function withHighS(voucher: Uint8Array): Buffer {
  const bytes = Buffer.from(voucher);
  const s = BigInt(`0x${bytes.subarray(-SCALAR_BYTES).toString('hex')}`);
  const flipped = (ORDER_OF_P256 - s).toString(16).padStart(2 * SCALAR_BYTES, '0');
  bytes.write(flipped, bytes.length - SCALAR_BYTES, 'hex');
  return bytes;
}

/** What of a request may be changed once a voucher answered it: nothing. */
const REQUEST_CHANGES: Readonly<
  Record<string, (request: PaymentRequest) => Partial<PaymentRequest>>
> = {
  'whose amount was raised': ({ amount }) => ({ amount: amount + 1n }),
  'whose payee was changed': () => ({ merchantId: 'merchant-2' }),
  'whose channel was changed': () => ({ channel: 'another' }),
  'whose currency was changed': () => ({ currency: 'CNY' }),
  'whose request lives longer': ({ expiresAt }) => ({ expiresAt: expiresAt + 1 }),
  'for another request of the same content': () => ({ nonce: randomBytes(16) }),
};

/** Alterations of a voucher that was accepted and settled. */
function alterations(payment: AcceptedPayment): Claim[] {
  const { customerId, epoch } = payment;
  const voucher = Buffer.from(payment.voucher, 'base64');
  const request = Buffer.from(payment.requestPayload, 'base64');
  const reserve = { customerId, epoch };
  const honest = { voucher, request, reserve };
  const content = decodePaymentRequest(request);
  const changed = Object.entries(REQUEST_CHANGES).map(([name, change]) => ({
    ...{ ...honest, name, expected: 'requestMismatch' },
    request: encodePaymentRequest({ ...content, ...change(content) }),
  }));
  const [flipped, nothing] = [withHighS(voucher), Buffer.from('no voucher')];
  const unknown = { customerId, epoch: epoch + 1 };
  return [
    { ...honest, name: 'that was settled', expected: 'duplicate' },
    { ...honest, name: 'whose S was flipped', expected: 'badSignature', voucher: flipped },
    ...changed,
    { ...honest, name: 'that is none', expected: 'malformed', voucher: nothing },
    { ...honest, name: 'of no reserve', expected: 'unknownReserve', reserve: unknown },
  ];
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** A merchant's own request: it need not be a terminal's. */
function requestOf(merchantId: string, channel: string, expiresAt = nowSeconds() + 600): Buffer {
  const createdAt = Math.min(nowSeconds(), expiresAt - 600);
  return newRequest({
    ...{ createdAt, expiresAt, merchantId, channel },
    ...{ amount: AMOUNT, bulletinNumber: 1 },
  });
}

/** What a device signs whose owner has its key. */
function tamperings(device: Device, merchantId: string): Claim[] {
  const { customerId, epoch, channel, spendUntil, total } = device.certificate;
  const honest = pay(device, requestOf(merchantId, channel), nowSeconds());
  const ofFuture = requestOf(merchantId, channel, spendUntil + 600);
  const ofPast = requestOf(merchantId, channel, nowSeconds() - 60);
  const over = { counter: 2, previous: honest.digest, cumulative: total + AMOUNT };
  const claims: readonly (readonly [string, VoucherClaim])[] = [
    ['wrongPayee', forge(honest, {}, requestOf('merchant-2', channel))],
    ['wrongChannel', forge(honest, {}, requestOf(merchantId, 'another'))],
    ['notYet', forge(honest, { time: spendUntil + 1 }, ofFuture)],
    ['expired', forge(honest, { time: nowSeconds() }, ofPast)],
    ['overLimit', forge(honest, over, requestOf(merchantId, channel))],
  ];
  return claims.map(([expected, { voucher, requestPayload: request }]) => ({
    ...{ name: `that its device made ${expected}`, expected, voucher, request },
    reserve: { customerId, epoch },
  }));
}

/** A merchant that gave up the order, got the goods' price elsewhere, and still submits the voucher. */
const takenBack = ({ customerId, epoch, voucher, request }: CancelledVoucher): Claim => ({
  ...{ name: 'that was cancelled', expected: 'cancelled' },
  voucher: Buffer.from(voucher, 'base64'),
  request: parseCose('offpay/payment-request', Buffer.from(request, 'base64')).payload,
  reserve: { customerId, epoch },
});

async function tamperedDevice(network: OfflineNetwork): Promise<Device> {
  const key = newKey();
  const certificateBytes = await network.fund('cheat-tampered', spkiOf(key));
  const held = verifyDeviceCertificate(certificateBytes, [network.bank.issuer.row]);
  const { certificate } = held;
  return { key, certificate, certificateBytes, held, state: openDevice(certificate) };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const wire = ({ voucher, request }: Claim) => ({
  voucher: base64(voucher),
  request: base64(request),
});

/** @returns the verdicts of the ledger, claim by claim. */
async function claimAll(shop: World, claims: readonly Claim[]): Promise<readonly string[]> {
  const groups = grouped(claims, ({ reserve }) => reserve.customerId + reserve.epoch.toString());
  const reserves = groups.flatMap((group) =>
    group.slice(0, 1).map(({ reserve }) => ({
      ...{ ...reserve, deviceId: 'phone' },
      vouchers: group.map(wire),
    })),
  );
  const { offline } = await shop.merchant('terminal');
  const batch = { merchantId: shop.merchantId, batchId: 'altered', currency: CURRENCY };
  const { result } = await offline.settle({ ...batch, reserves });
  const order = groups.flat();
  return claims.map((claim) => verdictOf(result.verdicts[order.indexOf(claim)] ?? 0));
}

/** What a merchant of the first shop may submit again. */
interface Known {
  /** The ledger has paid it. */
  readonly settled: AcceptedPayment;
  /** The bank has returned its money. */
  readonly cancelled: CancelledVoucher;
}

export async function cheatLedger(
  network: OfflineNetwork,
  outcomes: Outcomes,
  [shop, other]: readonly [World, World],
  { settled, cancelled }: Known,
): Promise<readonly string[]> {
  const device = await tamperedDevice(network);
  const altered = alterations(settled);
  const replayed = altered
    .slice(0, 1)
    .map((claim) => ({ ...claim, name: 'of another merchant', expected: 'wrongPayee' }));
  const claims = [...altered, ...tamperings(device, shop.merchantId), takenBack(cancelled)];
  const verdicts = [...(await claimAll(shop, claims)), ...(await claimAll(other, replayed))];
  [...claims, ...replayed].forEach(({ name, expected }, index) =>
    outcomes.note(`a voucher ${name}`, expected, verdicts[index] ?? ''),
  );
  return verdicts;
}
