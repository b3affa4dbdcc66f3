// SPDX-License-Identifier: Apache-2.0
// How the ledger should judge what it gets: claims in both forms, cancellations, certificates, bulletins.
import { CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import { CHANNEL } from '../../support/memory-world.js';
import { OFFLINE } from '../../support/offline-ledger.js';
import { answers, equals, isBetween, isComplete, isSame, Judge, REFUSED } from './judge.js';
import {
  decoded,
  genuine,
  isShortVoucher,
  readPayload,
  readSign1,
  sha256,
  sign1Of,
  writePayload,
  type Content,
  type Sign1,
  numberOf,
} from './reading.js';
import { FUNDED, NEXT_FUNDED, type Subject } from './world.js';

const PER_PAYMENT = 5_000n;

/** How every request of the merchant begins. */
const withStart = (rest: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0x8c, 0x01, 0x60 + CHANNEL.length]),
    Buffer.from(CHANNEL),
    Buffer.from([0x60 + MERCHANT.length]),
    Buffer.from(MERCHANT),
    rest,
  ]);

/** What is shown of a voucher that its terminal gave up. */
type Cancelling = Readonly<Record<'voucher' | 'request' | 'cancellation' | 'payee', Buffer>>;

export class LedgerJudge extends Judge {
  /** The ledger, for the next epoch of the device. */
  fund({ device: { certificate: own } }: Subject, shown: Buffer): string {
    const object = this.issued('device-certificate', shown);
    if (object === undefined) return REFUSED;
    const { content } = object;
    const spendUntil = numberOf(content['spendUntil']);
    const rules = [
      content['channel'] === CHANNEL,
      content['customerId'] === own.customerId && content['deviceId'] === own.deviceId,
      content['epoch'] === 2n && content['sequence'] === 0n,
      equals(content['deviceKey'], own.deviceKey),
      content['currency'] === CURRENCY,
      numberOf(content['total']) <= NEXT_FUNDED,
      numberOf(content['perPayment']) <= PER_PAYMENT,
      content['policyVersion'] === BigInt(OFFLINE.version),
      isBetween(spendUntil, this.now + 1, this.now + OFFLINE.spendSeconds + 60),
      content['claimUntil'] === spendUntil + BigInt(OFFLINE.claimSeconds),
    ];
    return rules.every(Boolean) ? 'funded' : REFUSED;
  }

  /** The ledger, of a claim in either form. */
  settle(subject: Subject, shownVoucher: Buffer, shownRequest: Buffer): string {
    const request = shownRequest[0] === 0x8c ? shownRequest : withStart(shownRequest);
    const voucher =
      shownVoucher[0] === 0xd2
        ? readSign1('voucher', shownVoucher)
        : this.#shortVoucher(subject, shownVoucher, request);
    const asked = readPayload('payment-request', request);
    if (voucher === undefined || asked === undefined) return REFUSED;
    const latest = this.now + 120;
    const rules = [
      this.#isOfReserve(subject, voucher, request, asked),
      asked['channel'] === CHANNEL && asked['merchantId'] === MERCHANT,
      asked['currency'] === CURRENCY && isSame(asked['purpose'], []),
      isBetween(asked['createdAt'], 0, latest) && isBetween(voucher.content['time'], 0, latest),
      isBetween(voucher.content['time'], 0, subject.device.certificate.spendUntil),
      numberOf(voucher.content['time']) <= numberOf(asked['expiresAt']),
    ];
    return rules.every(Boolean) ? 'settled' : REFUSED;
  }

  /** The device signed it for the request, under the certificate that was funded, and within its limits. */
  #isOfReserve(
    { certificate, device }: Subject,
    voucher: Sign1,
    request: Buffer,
    asked: Content,
  ): boolean {
    const granted = genuine('device-certificate', certificate);
    return (
      equals(voucher.content['certificateDigest'], granted.digest) &&
      this.isBy(Buffer.from(device.certificate.deviceKey), voucher) &&
      answers(voucher, request, asked) &&
      numberOf(asked['amount']) <= PER_PAYMENT &&
      numberOf(voucher.content['cumulative']) <= FUNDED
    );
  }

  /** Alone in its batch: nothing tells what came before it. */
  #shortVoucher({ certificate }: Subject, shown: Buffer, request: Buffer): Sign1 | undefined {
    const value = decoded(shown);
    if (!isShortVoucher(value)) return undefined;
    const [sequence, counter, cumulative, time, signature, previous] = value;
    // The first voucher has none before it, which needs no saying.
    if (counter === 1 && previous.length > 0) return undefined;
    const { digest } = genuine('device-certificate', certificate);
    const payload = writePayload('voucher', {
      certificateDigest: sequence === 0 ? digest : Buffer.alloc(32),
      counter: BigInt(counter),
      previous: previous[0] ?? Buffer.alloc(32),
      cumulative: BigInt(cumulative),
      requestHash: sha256(request),
      time: BigInt(time),
    });
    return sign1Of('voucher', payload, signature);
  }

  /** The ledger, of a voucher that its terminal gave up. */
  cancel(subject: Subject, shown: Cancelling): string {
    const read = {
      voucher: readSign1('voucher', shown.voucher),
      asked: readSign1('payment-request', shown.request),
      stated: readSign1('cancellation', shown.cancellation),
      payee: this.issued('payee-certificate', shown.payee),
    };
    if (!isComplete(read)) return REFUSED;
    const { voucher, asked, stated } = read;
    const { content } = read.payee;
    const rules = [
      (['channel', 'merchantId', 'terminalId'] as const).every(
        (field) => content[field] === asked.content[field],
      ),
      this.isAskedBy(content, asked),
      asked.content['channel'] === CHANNEL && asked.content['currency'] === CURRENCY,
      // The payee's bank is known of merchants that are licensed.
      content['merchantId'] === MERCHANT,
      this.isBy(content['terminalKey'], stated),
      equals(stated.content['requestHash'], sha256(asked.payload)),
      this.#isOfReserve(subject, voucher, asked.payload, asked.content),
    ];
    return rules.every(Boolean) ? 'returned' : REFUSED;
  }

  /** The ledger, of the bank's next one. */
  publish(shown: Buffer): string {
    const [current, next] = this.world.bulletins;
    if (shown.equals(current)) return 'published';
    const object = this.issued('bulletin', shown);
    if (object === undefined) return REFUSED;
    const { number, issuedAt, channel, policy, revoked } = object.content;
    const expected = genuine('bulletin', next).content;
    const first = genuine('bulletin', current).content;
    const isNext = number === 2n && numberOf(issuedAt) >= numberOf(first['issuedAt']);
    const isAgain = number === 1n && numberOf(issuedAt) > numberOf(first['issuedAt']);
    const rules = [
      channel === CHANNEL,
      isSame(policy, expected['policy']) && isSame(revoked, []),
      isNext || isAgain,
      isBetween(issuedAt, this.now - 120, this.now + 120),
    ];
    return rules.every(Boolean) ? 'published' : REFUSED;
  }
}
