// SPDX-License-Identifier: Apache-2.0
// Cheats that no terminal of ours would send: a merchant that hands altered vouchers to the ledger itself.
import {
  decodePaymentRequest,
  encodePaymentRequest,
  openDevice,
  verifyDeviceCertificate,
  verdictOf,
  type VoucherClaim,
} from '@fabric-offline-pay/domain';
import type { AcceptedPayment } from '@fabric-offline-pay/sdk/offline';
import { forge, newKey, newRequest, pay, spkiOf, type Device } from '../support/offline-world';
import { CURRENCY, type World } from '../support/world';
import { grouped } from './grouped';
import type { OfflineNetwork } from './offline-network';
import type { Outcomes } from './outcomes';

const AMOUNT = 100n;

interface Claim {
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

/** The request with another amount, which the voucher did not answer. */
function dearer(request: Uint8Array): Buffer {
  const content = decodePaymentRequest(request);
  return encodePaymentRequest({ ...content, amount: content.amount + 1n });
}

/** Alterations of a voucher that was accepted and settled. */
function alterations(payment: AcceptedPayment): Claim[] {
  const { customerId, epoch } = payment;
  const voucher = Buffer.from(payment.voucher, 'base64');
  const request = Buffer.from(payment.requestPayload, 'base64');
  const honest = { voucher, request, reserve: { customerId, epoch } };
  return [
    { ...honest, expected: 'duplicate' },
    { ...honest, expected: 'badSignature', voucher: withHighS(voucher) },
    { ...honest, expected: 'requestMismatch', request: dearer(request) },
    { ...honest, expected: 'malformed', voucher: Buffer.from('no voucher') },
    { ...honest, expected: 'unknownReserve', reserve: { customerId, epoch: epoch + 1 } },
  ];
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** A merchant's own request: it need not be a terminal's. */
function requestOf(merchantId: string, channel: string, expiresAt = nowSeconds() + 600): Buffer {
  const createdAt = nowSeconds();
  return newRequest({
    ...{ createdAt, expiresAt, merchantId, channel },
    ...{ amount: AMOUNT, bulletinNumber: 1 },
  });
}

/** What a device signs whose owner has its key. */
function tamperings(device: Device, merchantId: string): Claim[] {
  const { customerId, epoch, channel, spendUntil, total } = device.certificate;
  const honest = pay(device, requestOf(merchantId, channel), nowSeconds());
  const late = requestOf(merchantId, channel, spendUntil + 600);
  const over = { counter: 2, previous: honest.digest, cumulative: total + AMOUNT };
  const claims: readonly (readonly [string, VoucherClaim])[] = [
    ['wrongPayee', forge(honest, {}, requestOf('merchant-2', channel))],
    ['wrongChannel', forge(honest, {}, requestOf(merchantId, 'another'))],
    ['expired', forge(honest, { time: spendUntil + 1 }, late)],
    ['overLimit', forge(honest, over, requestOf(merchantId, channel))],
  ];
  return claims.map(([expected, { voucher, requestPayload: request }]) => ({
    ...{ expected, voucher, request },
    reserve: { customerId, epoch },
  }));
}

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

/** @param settled a payment of this shop that the ledger has paid */
export async function cheatLedger(
  network: OfflineNetwork,
  outcomes: Outcomes,
  shop: World,
  settled: AcceptedPayment,
): Promise<readonly string[]> {
  const device = await tamperedDevice(network);
  const claims = [...alterations(settled), ...tamperings(device, shop.merchantId)];
  const verdicts = await claimAll(shop, claims);
  claims.forEach(({ expected }, index) =>
    outcomes.note(`a batch with a voucher that is ${expected}`, expected, verdicts[index] ?? ''),
  );
  return verdicts;
}
