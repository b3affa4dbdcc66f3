// SPDX-License-Identifier: Apache-2.0
// How a device should judge what it is shown: the payee of a request, statements of terminals, its own certificates.
import { BANK } from '@fabric-offline-pay/testing';
import { CHANNEL } from '../../support/memory-world.js';
import { equals, Judge, KID, REFUSED } from './judge.js';
import {
  genuine,
  readPayload,
  readSign1,
  sha256,
  sign1Of,
  writePayload,
  type Content,
  type Sign1,
  type Value,
  numberOf,
  bytesOf,
  listOf,
  stringOf,
} from './reading.js';
import { TERMINAL_POINT, type Subject } from './world.js';

const viewed = (
  { merchantId, orderNumber, amount, currency, expiresAt }: Content,
  payee: Readonly<Record<string, Value>> | null,
): string =>
  JSON.stringify([
    merchantId,
    orderNumber,
    `${numberOf(amount)}`,
    currency,
    Number(expiresAt),
    payee,
  ]);

export class DeviceJudge extends Judge {
  /** A device: the payee that it names, and what it shows its owner. */
  view(shown: Buffer): string {
    if (shown[0] === 0xd2) {
      const request = readSign1('payment-request', shown);
      return request === undefined ? REFUSED : viewed(request.content, null);
    }
    const packed = readPayload('packed-request', shown);
    if (packed === undefined) return REFUSED;
    const expiresAt = numberOf(packed['createdAt']) + numberOf(packed['lasts']);
    const payload = writePayload('payment-request', { ...packed, channel: CHANNEL, expiresAt });
    const request = sign1Of('payment-request', payload, bytesOf(packed['signature']));
    if (request === undefined) return REFUSED;
    const [shownPayee] = listOf(packed['payee']);
    if (shownPayee === undefined) return viewed(request.content, null);
    const payee = listOf(shownPayee);
    const [, name, licence, , kid] = payee;
    if (!equals(kid, KID)) return viewed(request.content, null);
    return this.#isPayee(payee, request)
      ? viewed(request.content, { name: stringOf(name), licence: stringOf(licence), bankId: BANK })
      : REFUSED;
  }

  #isPayee(
    [terminalKey, name, licence, validUntil, kid, signature]: readonly Value[],
    request: Sign1,
  ): boolean {
    const payload = writePayload('payee-certificate', {
      ...request.content,
      terminalKey: bytesOf(terminalKey),
      name: stringOf(name),
      licence: stringOf(licence),
      validUntil: numberOf(validUntil),
      bankId: BANK,
    });
    const certificate = sign1Of('payee-certificate', payload, bytesOf(signature), bytesOf(kid));
    return (
      certificate !== undefined &&
      this.isIssued(certificate) &&
      numberOf(validUntil) >= BigInt(this.now) &&
      this.isAskedBy(certificate.content, request)
    );
  }

  /** A device, of what a terminal states of one of its payments. */
  state(kind: 'receipt' | 'cancellation', { device }: Subject, shown: Buffer): string {
    const stated = readSign1(kind, shown);
    const own = this.world.subjects.find(
      (each) =>
        each.device === device && equals(stated?.content['requestHash'], sha256(each.request)),
    );
    if (stated === undefined || own === undefined) return REFUSED;
    const digest = genuine('voucher', own.voucher).digest;
    const isOwn = kind === 'cancellation' || equals(stated.content['voucherDigest'], digest);
    return isOwn && this.isBy(TERMINAL_POINT, stated) ? 'kept' : REFUSED;
  }

  /** A device that holds nothing yet. */
  importCertificate({ device }: Subject, shown: Buffer): string {
    const object = this.issued('device-certificate', shown);
    const isOwn = equals(object?.content['deviceKey'], device.certificate.deviceKey);
    return isOwn ? 'kept' : REFUSED;
  }
}
