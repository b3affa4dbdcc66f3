// SPDX-License-Identifier: Apache-2.0
// How a till should judge what it is shown: payments, bulletins and their changes, its own certificate, evidence.
import { CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import { defined } from '../../support/defined.js';
import { CHANNEL } from '../../support/memory-world.js';
import { OFFLINE } from '../../support/offline-ledger.js';
import { answers, equals, isComplete, Judge, REFUSED, textOf } from './judge.js';
import {
  decoded,
  genuine,
  isListOfBytes,
  readPayload,
  readSign1,
  sha256,
  sign1Of,
  writePayload,
  type Content,
  type Sign1,
  listOf,
  bytesOf,
  numberOf,
  isList,
  stringOf,
} from './reading.js';
import { TERMINAL_POINT, TILL, type Subject } from './world.js';

interface Paid {
  readonly certificate: Sign1 | undefined;
  readonly voucher: Sign1 | undefined;
}

const NOTHING: Paid = { certificate: undefined, voucher: undefined };

function wholePayment(shown: Buffer): Paid {
  const pair = decoded(shown);
  if (!isListOfBytes(pair, 2)) return NOTHING;
  const [voucher, certificate] = pair;
  return {
    voucher: readSign1('voucher', voucher),
    certificate: readSign1('device-certificate', certificate),
  };
}

/** The till adds the fields that it knows already. */
function packedPayment(shown: Buffer, { channel, currency }: Content): Paid {
  const packed = readPayload('packed-payment', shown);
  if (packed === undefined) return NOTHING;
  const previous = listOf(packed['previous']);
  const isFirst = packed['counter'] === 1n;
  if (isFirst !== (previous.length === 0)) return NOTHING;
  const granted = writePayload('device-certificate', {
    ...packed,
    channel: stringOf(channel),
    currency: stringOf(currency),
  });
  const signature = bytesOf(packed['certificateSignature']);
  const certificate = sign1Of('device-certificate', granted, signature, bytesOf(packed['kid']));
  const certificateDigest = certificate?.digest ?? Buffer.alloc(32);
  const before = { certificateDigest, previous: previous[0] ?? Buffer.alloc(32) };
  const payload = writePayload('voucher', { ...packed, ...before });
  return { certificate, voucher: sign1Of('voucher', payload, bytesOf(packed['voucherSignature'])) };
}

export class TillJudge extends Judge {
  /** A till with no network. */
  accept({ request }: Subject, shown: Buffer): string {
    const asked = defined(readPayload('payment-request', request), 'genuine request');
    const isWhole = shown[0] === 0x82;
    const paidWith = isWhole ? wholePayment(shown) : packedPayment(shown, asked);
    const { certificate, voucher } = paidWith;
    if (certificate === undefined || voucher === undefined) return REFUSED;
    const { content: granted } = certificate;
    const { content: paid } = voucher;
    const rules = [
      this.isIssued(certificate),
      this.isVoucherOf(certificate, voucher),
      granted['channel'] === CHANNEL,
      numberOf(granted['policyVersion']) <= BigInt(OFFLINE.version),
      granted['currency'] === CURRENCY,
      answers(voucher, request, asked),
      numberOf(paid['time']) >= numberOf(asked['createdAt']) - 60n,
      numberOf(granted['spendUntil']) >= BigInt(this.now),
      numberOf(paid['time']) <= numberOf(granted['spendUntil']),
      numberOf(paid['time']) <= numberOf(asked['expiresAt']),
      numberOf(granted['claimUntil']) >= BigInt(this.now + OFFLINE.acceptSeconds),
      !['customer-7', 'customer-8'].includes(String(granted['customerId'])),
      numberOf(asked['amount']) <= numberOf(granted['perPayment']),
      numberOf(paid['cumulative']) <= numberOf(granted['total']),
      numberOf(paid['counter']) <= numberOf(granted['highestCounter']),
    ];
    return rules.every(Boolean) ? 'accepted' : REFUSED;
  }

  /** A till, of its own certificate. */
  learnPayee(shown: Buffer): string {
    const object = this.issued('payee-certificate', shown);
    const { channel, merchantId, terminalId, terminalKey } = object?.content ?? {};
    const isOwn = channel === CHANNEL && merchantId === MERCHANT && terminalId === TILL;
    return isOwn && equals(terminalKey, TERMINAL_POINT) ? 'learnt' : REFUSED;
  }

  #isNews(object: Sign1 | undefined): string {
    if (object === undefined || !this.isIssued(object)) return REFUSED;
    const { channel, issuedAt, policy } = object.content;
    const tolerance = numberOf(listOf(policy)[6]);
    const isDated = numberOf(issuedAt) <= BigInt(this.now) + tolerance;
    return channel === CHANNEL && isDated ? 'learnt' : REFUSED;
  }

  /** A till. */
  learnBulletin(shown: Buffer): string {
    return this.#isNews(readSign1('bulletin', shown));
  }

  /** A till, of what changed since the bulletin that it has. */
  learnChanges(shown: Buffer): string {
    const read = readPayload('bulletin-changes', shown);
    const known = genuine('bulletin', this.world.news[0]).content;
    if (read === undefined || read['since'] !== known['number']) return REFUSED;
    const removed = listOf(read['removed']).map((entry) => textOf(entry));
    const kept = listOf(known['revoked']).filter((entry) => !removed.includes(textOf(entry)));
    const revoked = [...kept, ...listOf(read['added'])];
    const payload = writePayload('bulletin', { ...known, ...read, revoked });
    return this.#isNews(
      sign1Of('bulletin', payload, bytesOf(read['signature']), bytesOf(read['kid'])),
    );
  }

  /** Another till of the merchant, of a payment that it does not know. */
  importPayment(shown: Buffer): string {
    const value = decoded(shown);
    const [version, ...parts] = isList(value) ? value : [];
    if (version !== 1 || !isListOfBytes(parts, 5)) return REFUSED;
    const read = {
      request: readSign1('payment-request', parts[0]),
      voucher: readSign1('voucher', parts[1]),
      certificate: this.issued('device-certificate', parts[2]),
      payee: this.issued('payee-certificate', parts[3]),
      receipt: readSign1('receipt', parts[4]),
    };
    if (!isComplete(read)) return REFUSED;
    const { request, voucher, certificate, receipt } = read;
    const hash = sha256(request.payload);
    const { content } = read.payee;
    const { channel, merchantId, orderNumber, amount } = request.content;
    const rules = [
      channel === CHANNEL && merchantId === MERCHANT,
      (['channel', 'merchantId', 'terminalId'] as const).every(
        (field) => content[field] === request.content[field],
      ),
      this.isBy(content['terminalKey'], request) && this.isBy(content['terminalKey'], receipt),
      this.isVoucherOf(certificate, voucher),
      equals(voucher.content['requestHash'], hash),
      equals(receipt.content['requestHash'], hash),
      equals(receipt.content['voucherDigest'], voucher.digest),
    ];
    const acceptedAt = numberOf(receipt.content['acceptedAt']);
    return rules.every(Boolean)
      ? `imported ${String(orderNumber)} ${numberOf(amount)} ${acceptedAt}`
      : REFUSED;
  }
}
