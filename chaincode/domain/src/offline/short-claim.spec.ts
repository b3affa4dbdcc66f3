// SPDX-License-Identifier: Apache-2.0
// Short claims are restored unchanged, for any input, and the left-out parts decide nothing by themselves.
import * as fc from 'fast-check';
import { firstOf, itemAt } from '../../../../test/support/defined';
import { SEED } from '../../../../test/support/seeded';
import {
  CHANNEL,
  forge,
  newDevice,
  newRequest,
  OFFLINE_MERCHANT,
  openReserveOf,
  pay,
  settleContext,
  signVoucher,
  type Payment,
} from '../../../../test/support/offline-world';
import { found } from '../base/errors';
import { bytesToText } from './digest-text';
import { settleClaim, unlessMalformed, type VoucherClaim } from './settle-voucher';
import {
  readBatched,
  requestStartOf,
  restoreClaims,
  shortenClaims,
  type KnownOfClaims,
} from './short-claim';

fc.configureGlobal({ seed: SEED });

const device = newDevice();
const FIRST = pay(device);
const SECOND = pay(device);
const THIRD = pay(device);
const payments: readonly Payment[] = [FIRST, SECOND, THIRD, pay(device)];

const KNOWN: KnownOfClaims = {
  requestStart: requestStartOf(CHANNEL, OFFLINE_MERCHANT),
  certificates: ['', bytesToText(device.held.digest)],
};

const plain = ({ voucher, requestPayload }: VoucherClaim): VoucherClaim => ({
  voucher: Buffer.from(voucher),
  requestPayload: Buffer.from(requestPayload),
});

const sizeOf = ({ voucher, requestPayload }: VoucherClaim): number =>
  voucher.length + requestPayload.length;

const comesOut = (claims: readonly VoucherClaim[], known = KNOWN): void => {
  const restored = restoreClaims(shortenClaims(claims, known), known);
  expect(restored.map(plain)).toEqual(claims.map(plain));
};

const lastShortened = (claims: readonly VoucherClaim[], known = KNOWN): VoucherClaim =>
  found(shortenClaims(claims, known).at(-1), 'INTERNAL');

describe('the vouchers of one device', () => {
  test('are less than half as long in their order, and are restored unchanged', () => {
    comesOut(payments);
    for (const [index, short] of shortenClaims(payments, KNOWN).entries())
      expect(sizeOf(short)).toBeLessThan(sizeOf(itemAt(payments, index)) / 2);
  });

  test('are restored unchanged in any order, with gaps, doubled, or with another one between them', () => {
    const other = pay(newDevice());
    const brought = fc.array(fc.constantFrom<VoucherClaim>(...payments, other), { maxLength: 6 });
    fc.assert(fc.property(brought, (claims) => comesOut(claims)));
  });

  test('keep an unknown certificate and another merchant in full', () => {
    comesOut(payments, { ...KNOWN, certificates: [] });
    const short = firstOf(shortenClaims([FIRST], { ...KNOWN, certificates: [] }));
    expect(short.voucher).toBe(FIRST.voucher);
    const elsewhere = pay(newDevice(), newRequest({ merchantId: 'merchant-2' }));
    comesOut([elsewhere]);
    expect(firstOf(shortenClaims([elsewhere], KNOWN)).requestPayload).toBe(
      elsewhere.requestPayload,
    );
  });
});

describe('claims that no honest device and terminal make', () => {
  test.each<[string, VoucherClaim]>([
    ['a voucher cut off', { ...FIRST, voucher: FIRST.voucher.subarray(0, -1) }],
    ['a request cut off', { ...FIRST, requestPayload: FIRST.requestPayload.subarray(0, -1) }],
    ['the request of another voucher', { ...FIRST, requestPayload: SECOND.requestPayload }],
    ['a voucher that is chained to nothing', forge(SECOND, { previous: Buffer.alloc(32, 7) })],
    ['a high s', { ...FIRST, voucher: highS(FIRST.voucher) }],
  ])('is restored unchanged: %s', (_, claim) => {
    comesOut([claim]);
    comesOut([FIRST, claim, SECOND, THIRD]);
  });

  test('any bytes are restored without an exception', () => {
    const bytes = fc.uint8Array({ maxLength: 90 }).map((each) => Buffer.from(each));
    fc.assert(
      fc.property(bytes, bytes, (voucher, requestPayload) => {
        expect(() => restoreClaims([{ voucher, requestPayload }], KNOWN)).not.toThrow();
      }),
    );
  });
});

/** The same signature in its second form, which is refused. */
function highS(voucher: Uint8Array): Buffer {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const bytes = Buffer.from(voucher);
  const s = BigInt(`0x${bytes.subarray(-32).toString('hex')}`);
  bytes.write((order - s).toString(16).padStart(64, '0'), bytes.length - 32, 'hex');
  return bytes;
}

describe('a short claim is judged by the complete bytes that the device signed', () => {
  const reserve = openReserveOf(device);
  const known = { ...KNOWN, certificates: reserve.certificates };
  const short = lastShortened([FIRST], known);
  const read = (claim: VoucherClaim, before?: Uint8Array, of: KnownOfClaims = known) =>
    unlessMalformed(() => readBatched(claim, of, before));
  const verdict = (claim: VoucherClaim, before?: Uint8Array): string =>
    settleClaim(reserve, read(claim, before), settleContext()).verdict;

  test('and paid', () => {
    expect(verdict(short)).toBe('settled');
  });

  test('so a merchant gains nothing from another request, another place or a changed byte', () => {
    const dearer = newRequest({ amount: 5_000n }).subarray(known.requestStart.length);
    expect(verdict({ ...short, requestPayload: dearer })).toBe('badSignature');
    const second = lastShortened([FIRST, SECOND], known);
    expect(verdict(second)).toBe('malformed');
    expect(verdict(second, THIRD.digest)).toBe('badSignature');
    expect(verdict(second, FIRST.digest)).toBe('settled');
    for (let at = 0; at < short.voucher.length; at += 1) {
      const changed = Buffer.from(short.voucher);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(verdict({ ...short, voucher: changed })).not.toBe('settled');
    }
  });

  test('and a high s is refused too', () => {
    const signature = highS(FIRST.voucher).subarray(-64);
    const voucher = Buffer.from(short.voucher);
    voucher.set(signature, voucher.length - 65);
    expect(verdict({ ...short, voucher })).toBe('badSignature');
  });

  test('and an unknown certificate or reserve gets its own verdict', () => {
    const claim = read(short, undefined, { ...known, certificates: [] });
    expect(settleClaim(reserve, claim, settleContext()).verdict).toBe('unknownCertificate');
    expect(settleClaim(undefined, claim, settleContext()).verdict).toBe('unknownReserve');
  });

  test('and is not paid when another key signed it', () => {
    const voucher = signVoucher(FIRST.content, newDevice().key);
    const forged = lastShortened([{ ...FIRST, voucher }], known);
    expect(sizeOf(forged)).toBe(sizeOf(short));
    expect(verdict(forged)).toBe('badSignature');
  });
});

describe('a short voucher has one form', () => {
  /** The list at the end names the voucher before: empty, or one digest. */
  const naming = (
    { voucher, requestPayload }: VoucherClaim,
    previous: Uint8Array,
  ): VoucherClaim => ({
    requestPayload,
    voucher: Buffer.concat([
      Buffer.from(voucher.subarray(0, -1)),
      Buffer.from('815820', 'hex'),
      previous,
    ]),
  });

  test('the first voucher names no previous one, not even zeros', () => {
    const first = lastShortened([FIRST]);
    expect(unlessMalformed(() => readBatched(first, KNOWN, undefined))).toBeDefined();
    const zeros = naming(first, Buffer.alloc(32));
    expect(unlessMalformed(() => readBatched(zeros, KNOWN, undefined))).toBeUndefined();
  });

  test('a later voucher does not name the previous one of the batch', () => {
    const second = lastShortened([FIRST, SECOND]);
    expect(unlessMalformed(() => readBatched(second, KNOWN, FIRST.digest))).toBeDefined();
    const named = naming(second, FIRST.digest);
    expect(unlessMalformed(() => readBatched(named, KNOWN, FIRST.digest))).toBeUndefined();
  });

  test('a voucher whose previous one is not in the batch must name it', () => {
    const second = lastShortened([FIRST, SECOND]);
    expect(unlessMalformed(() => readBatched(second, KNOWN, undefined))).toBeUndefined();
    const named = naming(second, FIRST.digest);
    expect(unlessMalformed(() => readBatched(named, KNOWN, undefined))).toBeDefined();
  });
});
