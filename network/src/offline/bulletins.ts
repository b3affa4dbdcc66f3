// SPDX-License-Identifier: Apache-2.0
// A bank's bulletin on the ledger: what it says, when it must be issued anew, and issuing it.
import {
  canonicalJson,
  decodeBulletin,
  parseCose,
  type Bulletin,
  type OfflinePolicy,
  type Revocation,
} from '@fabric-offline-pay/domain';
import { RefusedError, type Client } from '@fabric-offline-pay/sdk';
import type { Issuer } from '@fabric-offline-pay/sdk/offline';

type BankNode = Pick<Client, 'identity' | 'offline'>;

const optionsWith = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

const decode = (bytes: Buffer): Bulletin =>
  decodeBulletin(parseCose('offpay/bulletin', bytes).payload);

/** Whoever fetches a bulletin has at least half of its time left, and the bank as long to mend what failed. */
const agesAt = ({ issuedAt }: Bulletin, { bulletinSeconds }: OfflinePolicy): number =>
  issuedAt + Math.floor(bulletinSeconds / 2);

export class Bulletins {
  readonly #issuer: Issuer;
  readonly #node: BankNode;

  /** @param node of a certificate with the role `bank-node` of the issuer's bank */
  constructor(issuer: Issuer, node: BankNode) {
    this.#issuer = issuer;
    this.#node = node;
  }

  /** @returns the newest one as the bank signed it, or undefined when there is none yet. */
  async signed(signal?: AbortSignal): Promise<Buffer | undefined> {
    const { bankId } = this.#issuer.row;
    try {
      const row = await this.#node.offline.readBulletin({ bankId }, optionsWith(signal));
      return Buffer.from(row.bulletin, 'base64');
    } catch (error) {
      if (error instanceof RefusedError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  async current(signal?: AbortSignal): Promise<Bulletin | undefined> {
    const bytes = await this.signed(signal);
    return bytes && decode(bytes);
  }

  /**
   * @param now seconds since 1970
   * @returns in how many seconds it must be issued anew: 0 when half of its time is over, when it tells another policy than
   * the ledger's, when its issuer was retired, and when there is none.
   */
  async dueIn(now: number, signal?: AbortSignal): Promise<number> {
    const { offline: policy } = await this.#node.identity.readPolicy({}, optionsWith(signal));
    const signed = await this.signed(signal);
    if (signed === undefined || (await this.#isByRetired(signed, signal))) return 0;
    const current = decode(signed);
    const sameRules = canonicalJson(current.policy) === canonicalJson(policy);
    return sameRules ? Math.max(0, agesAt(current, policy) - now) : 0;
  }

  /** Signs and publishes it again with the time and the policy of now, so that terminals see that it is fresh. */
  async issueAnew(signal?: AbortSignal): Promise<void> {
    const { number, revoked } = (await this.current(signal)) ?? { number: 1, revoked: [] };
    const bulletin = (await this.#sign(number, revoked)).toString('base64');
    const { bankId } = this.#issuer.row;
    await this.#node.offline.publishBulletin({ bankId, bulletin }, optionsWith(signal));
  }

  /** Revokes an epoch of a device, and publishes the bulletin that says so. @returns the bulletin's number. */
  async revoke(revocation: Revocation & { readonly epoch: number }): Promise<number> {
    const { number, revoked } = (await this.current()) ?? { number: 1, revoked: [] };
    const bulletin = await this.#sign(number + 1, [...revoked, revocation]);
    const input = { ...revocation, bulletin: bulletin.toString('base64') };
    return (await this.#node.offline.revokeReserve(input)).result.number;
  }

  async #isByRetired(signed: Buffer, signal?: AbortSignal): Promise<boolean> {
    const { bankId } = this.#issuer.row;
    const { issuers } = await this.#node.offline.listIssuers({ bankId }, optionsWith(signal));
    const kid = parseCose('offpay/bulletin', signed).kid?.toString('hex');
    return issuers.some((issuer) => issuer.kid === kid && issuer.retired !== null);
  }

  async #sign(number: number, revoked: readonly Revocation[]): Promise<Buffer> {
    const { offline: policy } = await this.#node.identity.readPolicy({});
    return this.#issuer.bulletin({ number, revoked, policy });
  }
}
