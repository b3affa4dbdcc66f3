// SPDX-License-Identifier: Apache-2.0
// The bank's side of payments without a network: signs device certificates and bulletins with the issuer's key.
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
import { withRefusedErrors } from '../with-refused-errors.js';
import { isVouchedFor, type Roots } from './vouched.js';

/** The bank, its issuer's key, and the certificates that vouch for the key. */
export interface IssuerOptions {
  readonly bankId: string;
  readonly channel: string;
  /** A key file of the bank's node, or better a hardware module. */
  readonly key: OfflineKey;
  /** X.509 certificate of the key, signed by the bank's authority, PEM. */
  readonly certificate: string;
  /** Certificate of the bank's authority, PEM. */
  readonly authority: string;
  readonly clock?: Clock;
}

/** What one device may spend in a new epoch. */
export interface Grant {
  readonly customerId: string;
  readonly deviceId: string;
  /** Higher than every earlier epoch of the device. */
  readonly epoch: number;
  /** The device's registered key, base64 DER SubjectPublicKeyInfo. */
  readonly publicKey: string;
  readonly currency: Currency;
  /** Everything that is reserved, in minor units. */
  readonly total: Amount;
  /** What the customer's reputation allows, from `offlineLimits`. */
  readonly limits: OfflineCaps;
  readonly policy: OfflinePolicy;
}

/** For whom a terminal collects money, as the merchant's bank knows it. */
export interface PayeeGrant extends Omit<PayeeCertificate, 'channel' | 'bankId' | 'terminalKey'> {
  /** The terminal's key, base64 DER SubjectPublicKeyInfo. */
  readonly publicKey: string;
}

/** A certificate, and its signed bytes for the ledger and the device. */
export interface SignedCertificate {
  readonly certificate: DeviceCertificate;
  readonly bytes: Buffer;
}

/** A bank's issuer: certifies devices and terminals, and signs bulletins. */
export class Issuer {
  /** The issuer as ledger and terminals know it. */
  readonly row: IssuerRow;
  readonly #channel: string;
  readonly #key: OfflineKey;
  readonly #clock: Clock;

  /** @throws {OfflineError} ISSUER_UNTRUSTED unless the authority signed the certificate, it is valid now, and it holds this key. */
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
   * Signs the first certificate of an epoch, for `offline.fund`. Hand it out only when that transaction is committed.
   * @throws {RefusedError} OFFLINE_OVER_TOTAL_CAP above the limits; OFFLINE_MALFORMED for values outside their ranges
   */
  async certify(grant: Grant): Promise<SignedCertificate> {
    const { customerId, deviceId, epoch, publicKey, currency, total, limits, policy } = grant;
    const spendUntil = this.#clock() + policy.spendSeconds;
    withRefusedErrors(() =>
      ensure(isAtLeast(limits.total, total), 'OFFLINE_OVER_TOTAL_CAP', { allowed: limits.total }),
    );
    return this.#sign(
      withRefusedErrors(() => ({
        customerId,
        deviceId,
        epoch,
        currency,
        spendUntil,
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
   * Signs the next certificate of an epoch, for `offline.topUp`. It lowers nothing that the previous one granted.
   * @param add added to the total, in minor units
   */
  async topUp(
    before: DeviceCertificate,
    add: Amount,
    policy: OfflinePolicy,
  ): Promise<SignedCertificate> {
    const spendUntil = Math.max(before.spendUntil, this.#clock() + policy.spendSeconds);
    return this.#sign(
      withRefusedErrors(() => ({
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
   * Certifies for whom a terminal collects money. Customers read the name before they pay, and trust the terminal's receipts.
   * @returns the signed certificate, for `Terminal.learn`
   * @throws {RefusedError} OFFLINE_MALFORMED for a name that is longer than 64 bytes or has invisible characters, or a licence that is
   * longer than 32 characters
   */
  async certifyPayee({ publicKey, ...payee }: PayeeGrant): Promise<Buffer> {
    const payload = withRefusedErrors(() =>
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
      number,
      revoked,
      policy,
      bankId: this.row.bankId,
      channel: this.#channel,
      issuedAt: this.#clock(),
    };
    const payload = withRefusedErrors(() => encodeBulletin(bulletin));
    return signCose('offpay/bulletin', payload, this.#key.sign, this.#kid());
  }

  async #sign(certificate: DeviceCertificate): Promise<SignedCertificate> {
    const payload = withRefusedErrors(() => encodeDeviceCertificate(certificate));
    const bytes = await signCose('offpay/device-certificate', payload, this.#key.sign, this.#kid());
    return { certificate, bytes };
  }

  #kid(): Buffer {
    return issuerKid(this.row.publicKey);
  }
}
