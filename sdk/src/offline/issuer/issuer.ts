// SPDX-License-Identifier: Apache-2.0
// The bank's side of what works without a network: signs device certificates and bulletins with its issuer's key.
import {
  encodeBulletin,
  encodeDeviceCertificate,
  encodePayeeCertificate,
  ensure,
  isAtLeast,
  issuerKid,
  pointOfSpki,
  signCose,
  toUnits,
  type Amount,
  type Bulletin,
  type Currency,
  type DeviceCertificate,
  type IssuerRow,
  type OfflineCaps,
  type OfflinePolicy,
  type PayeeCertificate,
} from '@fabric-offline-pay/domain';
import { OfflineError } from '../../errors.js';
import { systemClock, type Clock } from '../clock.js';
import type { OfflineKey } from '../key/offline-key.js';
import { refusing } from '../refused.js';
import { isVouchedFor, type Roots } from './vouched.js';

/** Who issues: the bank, its key, and the certificates that vouch for it. */
export interface IssuerOptions {
  readonly bankId: string;
  readonly channel: string;
  /** A file of the bank node, or better a hardware module. */
  readonly key: OfflineKey;
  /** X.509 certificate of the key by the bank's authority, PEM. */
  readonly certificate: string;
  /** The bank's authority, PEM. */
  readonly authority: string;
  readonly clock?: Clock;
}

/** What one device may spend in a new epoch. */
export interface Grant {
  readonly customerId: string;
  readonly deviceId: string;
  /** Higher than every epoch of the device before. */
  readonly epoch: number;
  /** The device's registered key, base64 DER SubjectPublicKeyInfo. */
  readonly publicKey: string;
  readonly currency: Currency;
  /** All that is reserved, minor units. */
  readonly total: Amount;
  /** What the customer's reputation allows: `offlineLimits`. */
  readonly limits: OfflineCaps;
  readonly policy: OfflinePolicy;
}

/** Whom a terminal speaks for, as the merchant's bank knows it. */
export interface PayeeGrant extends Omit<PayeeCertificate, 'channel' | 'bankId' | 'terminalKey'> {
  /** The terminal's, base64 DER SubjectPublicKeyInfo. */
  readonly publicKey: string;
}

/** A certificate, and the bytes that the ledger and the device want. */
export interface SignedCertificate {
  readonly certificate: DeviceCertificate;
  readonly bytes: Buffer;
}

/** A bank's issuer: certifies devices and terminals, and signs bulletins. */
export class Issuer {
  /** As the ledger and the terminals know it. */
  readonly row: IssuerRow;
  readonly #channel: string;
  readonly #key: OfflineKey;
  readonly #clock: Clock;

  /** @throws {OfflineError} ISSUER_UNTRUSTED when the certificate is not of this key, in force, and by the authority. */
  constructor({ bankId, channel, key, certificate, authority, clock }: IssuerOptions) {
    this.#channel = channel;
    this.#key = key;
    this.#clock = clock ?? systemClock;
    const { publicKey } = key;
    const kid = issuerKid(publicKey).toString('hex');
    this.row = { bankId, kid, publicKey, certificate, authority };
    const roots: Roots = { [bankId]: [authority] };
    if (!isVouchedFor(this.row, roots, this.#clock()))
      throw new OfflineError('ISSUER_UNTRUSTED', { bankId, kid });
  }

  /**
   * Signs the first certificate of an epoch, for `offline.fund`. It counts once that is committed: hand it out then.
   * @throws {RefusedError} OFFLINE_OVER_TOTAL_CAP above the limits; OFFLINE_MALFORMED for a grant outside its ranges.
   */
  async certify(grant: Grant): Promise<SignedCertificate> {
    const { customerId, deviceId, epoch, publicKey, currency, total, limits, policy } = grant;
    const spendUntil = this.#clock() + policy.spendSeconds;
    refusing(() =>
      ensure(isAtLeast(limits.total, total), 'OFFLINE_OVER_TOTAL_CAP', { allowed: limits.total }),
    );
    return this.#signed(
      refusing(() => ({
        ...{ customerId, deviceId, epoch, currency, spendUntil },
        channel: this.#channel,
        bankId: this.row.bankId,
        deviceKey: pointOfSpki(publicKey),
        total: toUnits(total),
        perPayment: toUnits(limits.perPayment),
        highestCounter: policy.count,
        claimUntil: spendUntil + policy.claimSeconds,
        policyVersion: policy.version,
        sequence: 0,
      })),
    );
  }

  /**
   * Signs the next certificate of an epoch, for `offline.topUp`. Nothing that the one before granted is lowered.
   * @param add minor units on top of its total
   */
  async topUp(
    before: DeviceCertificate,
    add: Amount,
    policy: OfflinePolicy,
  ): Promise<SignedCertificate> {
    const spendUntil = Math.max(before.spendUntil, this.#clock() + policy.spendSeconds);
    return this.#signed(
      refusing(() => ({
        ...before,
        spendUntil,
        claimUntil: Math.max(before.claimUntil, spendUntil + policy.claimSeconds),
        total: before.total + toUnits(add),
        policyVersion: policy.version,
        sequence: before.sequence + 1,
      })),
    );
  }

  /**
   * Certifies whom a terminal's key speaks for: customers read the name before they pay, and believe its receipts.
   * @returns the signed certificate, for `Terminal.learn`.
   * @throws {RefusedError} OFFLINE_MALFORMED for a name above 64 bytes, or with what cannot be seen; a licence above 32 characters
   */
  async certifyPayee({ publicKey, ...payee }: PayeeGrant): Promise<Buffer> {
    const payload = refusing(() =>
      encodePayeeCertificate({
        ...payee,
        channel: this.#channel,
        bankId: this.row.bankId,
        terminalKey: pointOfSpki(publicKey),
      }),
    );
    return signCose('offpay/payee-certificate', payload, this.#key.sign, this.#kid());
  }

  /**
   * Signs a bulletin, for `offline.publishBulletin` and `offline.revokeReserve`.
   * @throws {RefusedError} OFFLINE_MALFORMED
   */
  async bulletin({
    number,
    revoked,
    policy,
  }: Pick<Bulletin, 'number' | 'revoked' | 'policy'>): Promise<Buffer> {
    const bulletin: Bulletin = {
      ...{ number, revoked, policy },
      bankId: this.row.bankId,
      channel: this.#channel,
      issuedAt: this.#clock(),
    };
    const payload = refusing(() => encodeBulletin(bulletin));
    return signCose('offpay/bulletin', payload, this.#key.sign, this.#kid());
  }

  async #signed(certificate: DeviceCertificate): Promise<SignedCertificate> {
    const payload = refusing(() => encodeDeviceCertificate(certificate));
    const bytes = await signCose('offpay/device-certificate', payload, this.#key.sign, this.#kid());
    return { certificate, bytes };
  }

  #kid(): Buffer {
    return issuerKid(this.row.publicKey);
  }
}
