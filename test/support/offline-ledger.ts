// SPDX-License-Identifier: Apache-2.0
// Payments without a network on a ledger: a bank with an issuer and a bulletin, customers with funded devices, and a
// merchant that settles. Devices and requests are those of the world without a network, under the ledger's own policy.
import assert from 'node:assert/strict';
import {
  encodeBulletin,
  issuerKid,
  verdictOf,
  type Bulletin,
  type DeviceCertificate,
  type PayeeCertificate,
  type PaymentRequest,
  type VoucherClaim,
} from '@fabric-offline-pay/domain';
import type { Client } from '@fabric-offline-pay/sdk';
import { BANK, CURRENCY, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { CHANNEL, type MemoryWorld } from './memory-world.js';
import {
  CERTIFICATES,
  ISSUER,
  newBulletin,
  newCancellation,
  newDevice,
  newPayee,
  newRequest,
  pay,
  signed,
  signRequest,
  spkiOf,
  VECTOR_KEYS,
  type Device,
  type Payment,
} from './offline-world.js';

export const OFFLINE = POLICY.offline;

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** The times that a certificate made now may have. */
export const timesOf = (now: number) => ({
  spendUntil: now + OFFLINE.spendSeconds,
  claimUntil: now + OFFLINE.spendSeconds + OFFLINE.claimSeconds,
});

export const reserveKeyOf = ({ certificate: { customerId, deviceId, epoch } }: Device) => ({
  customerId,
  deviceId,
  epoch,
});

export const wire = ({ voucher, requestPayload }: VoucherClaim) => ({
  voucher: base64(voucher),
  request: base64(requestPayload),
});

/** What the bank submits for a voucher that a terminal cancelled. */
export const cancelledWire = (
  { voucher, requestPayload }: VoucherClaim,
  payee: Partial<PayeeCertificate> = {},
) => ({
  voucher: base64(voucher),
  request: base64(signRequest(requestPayload)),
  cancellation: base64(newCancellation(requestPayload)),
  payee: base64(newPayee({ channel: CHANNEL, ...payee })),
});

export const signedBulletin = (values: Partial<Bulletin>, key = VECTOR_KEYS.issuer): string => {
  const bulletin = newBulletin({
    channel: CHANNEL,
    bankId: BANK,
    issuedAt: nowSeconds(),
    policy: OFFLINE,
    ...values,
  });
  return base64(signed('offpay/bulletin', encodeBulletin(bulletin), key, issuerKid(spkiOf(key))));
};

/** Vouchers of one device to settle. */
export type Group = readonly [Device, readonly VoucherClaim[]];

/** A device of a customer of the ledger, not funded yet. */
export const unfunded = (
  customerId: string,
  key: Parameters<typeof newDevice>[1],
  values: Partial<DeviceCertificate> = {},
): Device =>
  newDevice(
    { channel: CHANNEL, customerId, deviceId: 'phone', ...timesOf(nowSeconds()), ...values },
    key,
  );

/** What is needed of a ledger's world, in memory or on peers. */
export type OfflineWorld = Pick<MemoryWorld, 'world' | 'clientFor'>;

export class OfflineLedger {
  readonly #memory: OfflineWorld;
  #batches = 0;
  #newest = 1;
  #orders = 0;

  private constructor(memory: OfflineWorld) {
    this.#memory = memory;
  }

  /** Registers the issuer, and publishes bulletin 1. */
  static async open(memory: OfflineWorld): Promise<OfflineLedger> {
    const ledger = new OfflineLedger(memory);
    const { offline } = ledger.bank('operator');
    const { issuer: certificate, root: authority } = CERTIFICATES;
    const { result } = await offline.registerIssuer({ bankId: BANK, certificate, authority });
    assert.equal(result.kid, ISSUER.kid);
    await ledger.publish(signedBulletin({ number: 1 }));
    return ledger;
  }

  /** @param bulletin that the bank signed, base64; requests name its number from now on */
  async publish(bulletin: string): Promise<void> {
    const { result } = await this.node.offline.publishBulletin({ bankId: BANK, bulletin });
    this.#newest = result.number;
  }

  bank(attribute: 'operator' | 'teller' | 'bank-node' | 'auditor'): Client {
    return this.#memory.clientFor('bank', attribute, BANK);
  }

  get node(): Client {
    return this.bank('bank-node');
  }

  merchant(attribute: 'terminal' | 'cashier' = 'terminal', merchantId = MERCHANT): Client {
    return this.#memory.clientFor('merchant', attribute, merchantId);
  }

  async fund(device: Device): Promise<void> {
    const certificate = base64(device.certificateBytes);
    await this.node.offline.fund({ ...reserveKeyOf(device), certificate });
  }

  /** A new customer whose phone is funded. */
  async device(customerId: string, values: Partial<DeviceCertificate> = {}): Promise<Device> {
    const { privateKey } = await this.#memory.world.customer(customerId);
    const device = unfunded(customerId, privateKey, values);
    await this.fund(device);
    return device;
  }

  request(values: Partial<PaymentRequest> = {}): Buffer {
    const now = nowSeconds();
    this.#orders += 1;
    return newRequest({
      channel: CHANNEL,
      orderNumber: `OFF-${this.#orders}`,
      bulletinNumber: this.#newest,
      createdAt: now,
      expiresAt: now + 600,
      ...values,
    });
  }

  pay(device: Device, values: Partial<PaymentRequest> = {}): Payment {
    return pay(device, this.request(values), nowSeconds());
  }

  batchOf(groups: readonly Group[], merchantId = MERCHANT) {
    this.#batches += 1;
    return {
      merchantId,
      batchId: `batch-${this.#batches}`,
      currency: CURRENCY,
      reserves: groups.map(([device, claims]) => ({
        ...reserveKeyOf(device),
        vouchers: claims.map(wire),
      })),
    };
  }

  /** @returns the verdicts, by name. */
  async settle(groups: readonly Group[], merchantId = MERCHANT): Promise<string[]> {
    const { offline } = this.merchant('terminal', merchantId);
    const { result } = await offline.settle(this.batchOf(groups, merchantId));
    return result.verdicts.map(verdictOf);
  }
}
