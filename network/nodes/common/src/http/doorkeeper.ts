// SPDX-License-Identifier: Apache-2.0
// Checks a caller's certificate at every request, because it may be revoked or expire while its connection is open.
import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { NodeError } from './node-error.js';

import { actorOf, commonNameOf, peerCertificate, roleOf } from './client-certificate.js';
import { Revocations } from './revocations.js';

/** A caller with a name and a role from the organisation's authority. */
export interface Visitor {
  readonly name: string;
  readonly role: string;
  /** For whom it acts on the ledger, when its certificate says so. */
  readonly actor?: string;
}

/** The certificate of a connection. It does not change during the connection. */
interface Shown extends Visitor {
  readonly certificate: X509Certificate;
  readonly authority: X509Certificate;
}

export interface DoorkeeperOptions {
  /** PEM of the authorities whose certificates are accepted. Each issues directly. */
  readonly authorities: readonly string[];
  /** PEM file with their revocation lists. */
  readonly revocationsFile: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export class Doorkeeper {
  readonly #authorities: readonly X509Certificate[];
  readonly #revocations: Revocations;
  readonly #clock: () => number;
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
   * @throws {NodeError} ACCESS_DENIED unless the certificate is from the organisation's authority, valid now, not revoked, and has one of the
   * roles. The answer is always the same, so that nobody learns what is missing. REVOCATIONS_UNKNOWN while the list is unknown.
   */
  admit(socket: Socket, roles: readonly string[]): Visitor {
    const shown = this.#shown.get(socket) ?? this.#read(socket);
    if (shown === undefined) throw new NodeError('ACCESS_DENIED');
    const { certificate, authority, ...visitor } = shown;
    const revoked = this.#revocations.isRevoked(certificate, authority);
    if (revoked || !this.#isInTime(certificate) || !roles.includes(visitor.role))
      throw new NodeError('ACCESS_DENIED');
    return visitor;
  }

  #isInTime({ validFrom, validTo }: X509Certificate): boolean {
    const now = this.#clock();
    return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
  }

  #read(socket: Socket): Shown | undefined {
    const certificate = peerCertificate(socket);
    const authority = certificate && this.#issuerOf(certificate);
    if (certificate === undefined || authority === undefined) return undefined;
    const [name, role] = [commonNameOf(certificate), roleOf(certificate)];
    if (name === undefined || role === undefined) return undefined;
    const actor = actorOf(certificate);
    const shown = { certificate, authority, name, role, ...(actor !== undefined && { actor }) };
    this.#shown.set(socket, shown);
    return shown;
  }

  #issuerOf(certificate: X509Certificate): X509Certificate | undefined {
    return this.#authorities.find(
      (authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
    );
  }
}
