// SPDX-License-Identifier: Apache-2.0
// Lets a caller in or not, at every request anew: a certificate may be revoked, or run out, while its connection stands open.
import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { BankError } from '../bank-error.js';
import { isBankRole, type BankRole } from '../caller.js';
import type { Clock } from '../clock.js';
import { nameOf, peerCertificate, roleOf } from './client-certificate.js';
import { Revocations } from './revocations.js';

/** Somebody whom the bank's authority knows under a name and a role. */
export interface Visitor {
  readonly name: string;
  readonly role: BankRole;
}

/** What a connection's certificate says; it does not change while the connection lasts. */
interface Shown extends Visitor {
  readonly certificate: X509Certificate;
  readonly authority: X509Certificate;
}

export interface DoorkeeperOptions {
  /** PEM of the authorities whose certificates are taken, each issuing directly. */
  readonly authorities: readonly string[];
  /** PEM file of their revocation lists. */
  readonly revocationsFile: string;
  readonly clock: Clock;
}

export class Doorkeeper {
  readonly #authorities: readonly X509Certificate[];
  readonly #revocations: Revocations;
  readonly #clock: Clock;
  readonly #shown = new WeakMap<Socket, Shown>();

  constructor({ authorities, revocationsFile, clock }: DoorkeeperOptions) {
    this.#authorities = authorities.map((pem) => new X509Certificate(pem));
    this.#clock = clock;
    this.#revocations = new Revocations({
      file: revocationsFile,
      authorities: this.#authorities,
      clock,
    });
  }

  /**
   * @throws {BankError} ACCESS_DENIED unless the certificate is of the bank's authority, in its time, not revoked, and of one of the
   * roles: the same to all, so that nobody learns what it lacks. REVOCATIONS_UNKNOWN to all while nobody can tell who was revoked.
   */
  admit(socket: Socket, roles: readonly BankRole[]): Visitor {
    const shown = this.#shown.get(socket) ?? this.#read(socket);
    if (shown === undefined) throw new BankError('ACCESS_DENIED');
    const { certificate, authority, name, role } = shown;
    const revoked = this.#revocations.isRevoked(certificate, authority);
    if (revoked || !this.#isInTime(certificate) || !roles.includes(role))
      throw new BankError('ACCESS_DENIED');
    return { name, role };
  }

  #isInTime({ validFrom, validTo }: X509Certificate): boolean {
    const now = this.#clock();
    return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
  }

  #read(socket: Socket): Shown | undefined {
    const certificate = peerCertificate(socket);
    const authority = certificate && this.#issuerOf(certificate);
    if (certificate === undefined || authority === undefined) return undefined;
    const [name, role] = [nameOf(certificate), roleOf(certificate)];
    if (name === undefined || !isBankRole(role)) return undefined;
    const shown = { certificate, authority, name, role };
    this.#shown.set(socket, shown);
    return shown;
  }

  #issuerOf(certificate: X509Certificate): X509Certificate | undefined {
    return this.#authorities.find(
      (authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
    );
  }
}
