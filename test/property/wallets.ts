// SPDX-License-Identifier: Apache-2.0
// Devices and tills of a run: what they really sign, beside what the model knows of it.
import {
  bytesToText,
  encodeVoucher,
  requestHash,
  requestStartOf,
  shortenClaims,
  voucherDigest,
  type VoucherClaim,
} from '@fabric-offline-pay/domain';
import { lastOf } from '../support/defined.js';
import { CHANNEL } from '../support/memory-world.js';
import type { CertifiedClaim } from '../support/fraud-proofs.js';
import { base64, timesOf } from '../support/offline-ledger.js';
import { newDevice, newRequest, signVoucher, type Device } from '../support/offline-world.js';
import type { OwnDevice } from './office.js';
import type { Paying } from './reserve-commands.js';
import { ReserveModel } from './reserve-model.js';
import { MOST_PAYMENTS, PER_PAYMENT, type Voucher } from './reserve-shapes.js';
import type { TillModel } from './till-model.js';

/** What a device remembers of an epoch. */
interface Line {
  readonly counter: number;
  readonly sum: bigint;
  readonly previous: string;
}

const BEGIN: Line = { counter: 0, sum: 0n, previous: bytesToText(Buffer.alloc(32)) };

/** What a thief leaves out needs a digest, too. */
const previousOf = (line: Line, counter: number): Buffer =>
  line === BEGIN && counter > 1 ? Buffer.alloc(32, 1) : Buffer.from(line.previous, 'base64url');

/** How long a request may be answered. */
const REQUEST_SECONDS = 600;

/** A reserve, and the device that spends it. */
export class Wallet {
  device: Device;
  readonly model: ReserveModel;
  readonly #owner: OwnDevice;
  /** The owner's memory, from the beginning. */
  readonly #lines: Line[] = [BEGIN];
  /** The thief's. */
  #copy: Line | undefined;

  constructor(owner: OwnDevice, epoch: number, total: bigint, version: number, now: number) {
    const { customerId, deviceId, key } = owner;
    const times = timesOf(now);
    this.#owner = owner;
    this.device = newDevice(
      { customerId, deviceId, epoch, total, ...times, channel: CHANNEL, policyVersion: version },
      key,
    );
    const { spendUntil, claimUntil } = times;
    this.model = new ReserveModel(customerId, deviceId, epoch, total, spendUntil, claimUntil);
  }

  get version(): number {
    return this.device.certificate.policyVersion;
  }

  get isCopied(): boolean {
    return this.#copy !== undefined;
  }

  get certificate(): string {
    return base64(this.device.certificateBytes);
  }

  /** The next certificate of the epoch, which counts once {@link keep} is called. */
  raised(add: bigint, version: number, now: number): Device {
    const { certificate, key } = this.device;
    const { spendUntil, claimUntil } = timesOf(now);
    return newDevice(
      {
        ...certificate,
        total: certificate.total + add,
        spendUntil: Math.max(certificate.spendUntil, spendUntil),
        claimUntil: Math.max(certificate.claimUntil, claimUntil),
        policyVersion: version,
        sequence: certificate.sequence + 1,
      },
      key,
    );
  }

  keep(device: Device): void {
    this.device = device;
  }

  /** Again and again, of a device that does not notice. */
  steal(back: number): void {
    this.#copy = this.#lines.at(-1 - Math.min(back, this.#lines.length - 1));
  }

  /** The next voucher, unless the device refuses or there is none. */
  pay(
    paying: Paying,
    till: TillModel,
    orderNumber: string,
    now: number,
  ): SignedVoucher | undefined {
    const line = paying.by === 'owner' ? lastOf(this.#lines) : this.#copy;
    if (line === undefined) return undefined;
    const amount = BigInt(paying.amount);
    const counter = line.counter + 1 + paying.skip;
    const sum = line.sum + amount + BigInt(paying.lift);
    const { certificate } = this.device;
    const mayPay =
      sum <= certificate.total && amount <= PER_PAYMENT && now <= certificate.spendUntil;
    if (counter > MOST_PAYMENTS || (paying.by === 'owner' && !mayPay)) return undefined;
    const times = { createdAt: now, expiresAt: now + REQUEST_SECONDS };
    const { merchantId, terminalId, bulletin } = till;
    const requestPayload = newRequest({
      ...{ merchantId, terminalId, orderNumber, amount, channel: CHANNEL },
      ...{ bulletinNumber: bulletin.number, ...times },
    });
    const content = {
      ...{ counter, cumulative: sum, time: now - paying.backdated },
      certificateDigest: this.device.held.digest,
      previous: previousOf(line, counter),
      requestHash: requestHash(requestPayload),
    };
    const id = bytesToText(voucherDigest(encodeVoucher(content)));
    const next = { counter, sum, previous: id };
    if (paying.by === 'owner') this.#lines.push(next);
    else this.#copy = next;
    const model: Voucher = {
      ...{ id, counter, sum, amount, time: content.time, merchantId, terminalId, ...times },
      ...{ previous: bytesToText(content.previous), bulletin: bulletin.number },
    };
    const { certificateBytes } = this.device;
    const voucher = signVoucher(content, this.#owner.key);
    return { wallet: this, model, voucher, requestPayload, certificateBytes };
  }

  /** As a terminal sends them, without the fields that the ledger knows already. */
  shortened(claims: readonly VoucherClaim[], merchantId: string): readonly VoucherClaim[] {
    const certificates = [...this.#digests(), bytesToText(this.device.held.digest)];
    return shortenClaims(claims, {
      requestStart: requestStartOf(CHANNEL, merchantId),
      certificates,
    });
  }

  /** Of the certificates before the newest: their vouchers travel whole. */
  #digests(): string[] {
    return Array.from({ length: this.device.certificate.sequence }, () => '');
  }
}

export interface SignedVoucher extends CertifiedClaim {
  readonly wallet: Wallet;
  readonly model: Voucher;
}
