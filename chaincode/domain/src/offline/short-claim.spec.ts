// SPDX-License-Identifier: Apache-2.0
// Short claims come out as they went in, whatever they are; and what is left out decides nothing by itself.
import * as fc from 'fast-check';
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
const payments: readonly Payment[] = [1, 2, 3, 4].map(() => pay(device));
const [FIRST, SECOND, THIRD] = payments as [Payment, Payment, Payment];

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

describe('the vouchers of one device', () => {
  test('are less than half as long in their order, and come out the same', () => {
    comesOut(payments);
    for (const [index, short] of shortenClaims(payments, KNOWN).entries())
      expect(sizeOf(short)).toBeLessThan(sizeOf(payments[index]!) / 2);
  });

  test('come out the same in any order, with gaps, doubled, or with another between them', () => {
    const other = pay(newDevice());
    const brought = fc.array(fc.constantFrom<VoucherClaim>(...payments, other), { maxLength: 6 });
    fc.assert(fc.property(brought, (claims) => comesOut(claims)));
  });

  test('under a certificate that is not known, or for another merchant, stay as they are in that', () => {
    comesOut(payments, { ...KNOWN, certificates: [] });
    const [short] = shortenClaims([FIRST], { ...KNOWN, certificates: [] });
    expect(short!.voucher).toBe(FIRST.voucher);
    const elsewhere = pay(newDevice(), newRequest({ merchantId: 'merchant-2' }));
    comesOut([elsewhere]);
    expect(shortenClaims([elsewhere], KNOWN)[0]!.requestPayload).toBe(elsewhere.requestPayload);
  });
});

describe('what no honest device and terminal made', () => {
  test.each<[string, VoucherClaim]>([
    ['a voucher cut off', { ...FIRST, voucher: FIRST.voucher.subarray(0, -1) }],
    ['a request cut off', { ...FIRST, requestPayload: FIRST.requestPayload.subarray(0, -1) }],
    ['the request of another voucher', { ...FIRST, requestPayload: SECOND.requestPayload }],
    ['a voucher that is chained to nothing', forge(SECOND, { previous: Buffer.alloc(32, 7) })],
    ['a high s', { ...FIRST, voucher: highS(FIRST.voucher) }],
  ])('comes out as it went in: %s', (_, claim) => {
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

describe('a short claim is judged by what the device signed', () => {
  const reserve = openReserveOf(device);
  const known = { ...KNOWN, certificates: reserve.certificates };
  const [short] = shortenClaims([FIRST], known) as [VoucherClaim];
  const read = (claim: VoucherClaim, before?: Uint8Array, of: KnownOfClaims = known) =>
    unlessMalformed(() => readBatched(claim, of, before));
  const verdict = (claim: VoucherClaim, before?: Uint8Array): string =>
    settleClaim(reserve, read(claim, before), settleContext()).verdict;

  test('and paid', () => {
    expect(verdict(short)).toBe('settled');
  });

  test('so that a merchant gains nothing by another request, another place or a changed byte', () => {
    const dearer = newRequest({ amount: 5_000n }).subarray(known.requestStart.length);
    expect(verdict({ ...short, requestPayload: dearer })).toBe('badSignature');
    const [, second] = shortenClaims([FIRST, SECOND], known) as [VoucherClaim, VoucherClaim];
    expect(verdict(second)).toBe('malformed');
    expect(verdict(second, THIRD.digest)).toBe('badSignature');
    expect(verdict(second, FIRST.digest)).toBe('settled');
    for (let at = 0; at < short.voucher.length; at += 1) {
      const changed = Buffer.from(short.voucher);
      changed[at]! ^= 1;
      expect(verdict({ ...short, voucher: changed })).not.toBe('settled');
    }
  });

  test('and a high s is refused in it as well', () => {
    const signature = highS(FIRST.voucher).subarray(-64);
    const voucher = Buffer.from(short.voucher);
    voucher.set(signature, voucher.length - 65);
    expect(verdict({ ...short, voucher })).toBe('badSignature');
  });

  test('and one without a known certificate or reserve gets their verdicts', () => {
    const claim = read(short, undefined, { ...known, certificates: [] });
    expect(settleClaim(reserve, claim, settleContext()).verdict).toBe('unknownCertificate');
    expect(settleClaim(undefined, claim, settleContext()).verdict).toBe('unknownReserve');
  });

  test('signed by another key it is not paid', () => {
    const voucher = signVoucher(FIRST.content, newDevice().key);
    const [forged] = shortenClaims([{ ...FIRST, voucher }], known) as [VoucherClaim];
    expect(sizeOf(forged)).toBe(sizeOf(short));
    expect(verdict(forged)).toBe('badSignature');
  });
});

describe('a short voucher has one form', () => {
  const short = (claims: readonly VoucherClaim[]) => shortenClaims(claims, KNOWN);

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

  test('the first names no voucher before it, not even none', () => {
    const [first] = short([FIRST]);
    expect(unlessMalformed(() => readBatched(first!, KNOWN, undefined))).toBeDefined();
    const zeros = naming(first!, Buffer.alloc(32));
    expect(unlessMalformed(() => readBatched(zeros, KNOWN, undefined))).toBeUndefined();
  });

  test('a later one does not name the one before it in the batch', () => {
    const [, second] = short([FIRST, SECOND]);
    expect(unlessMalformed(() => readBatched(second!, KNOWN, FIRST.digest))).toBeDefined();
    const named = naming(second!, FIRST.digest);
    expect(unlessMalformed(() => readBatched(named, KNOWN, FIRST.digest))).toBeUndefined();
  });

  test('one that nothing comes before must name it', () => {
    const [, second] = short([FIRST, SECOND]);
    expect(unlessMalformed(() => readBatched(second!, KNOWN, undefined))).toBeUndefined();
    const named = naming(second!, FIRST.digest);
    expect(unlessMalformed(() => readBatched(named, KNOWN, undefined))).toBeDefined();
  });
});
