// SPDX-License-Identifier: Apache-2.0
// A bank's bulletin on the ledger: reads it, says when it must be issued again, and issues it.
import {
  canonicalJson,
  CLOCK_TOLERANCE_SECONDS,
  decodeBulletin,
  parseCose,
  type Bulletin,
  type OfflinePolicy,
  type ReserveKey,
  type Revocation,
} from '@fabric-offline-pay/domain';
import { ifFound, pages, type Client } from '@fabric-offline-pay/sdk';
import type { Issuer } from '@fabric-offline-pay/sdk/offline';

type BankNode = Pick<Client, 'identity' | 'offline'>;

const optionsWith = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

const decode = (bytes: Buffer): Bulletin =>
  decodeBulletin(parseCose('offpay/bulletin', bytes).payload);

/** A fetched bulletin has at least half of its time left, and the bank has the other half to repair a failure. */
const agesAt = ({ issuedAt }: Bulletin, { bulletinSeconds }: OfflinePolicy): number =>
  issuedAt + Math.floor(bulletinSeconds / 2);

export class Bulletins {
  readonly #issuer: Issuer;
  readonly #node: BankNode;

  /** @param node client with the role `bank-node` of the issuer's bank */
  constructor(issuer: Issuer, node: BankNode) {
    this.#issuer = issuer;
    this.#node = node;
  }

  /** @returns the newest signed bulletin, or undefined when there is none yet. */
  async signed(signal?: AbortSignal): Promise<Buffer | undefined> {
    const { bankId } = this.#issuer.row;
    const row = await ifFound(this.#node.offline.readBulletin({ bankId }, optionsWith(signal)));
    return row && Buffer.from(row.bulletin, 'base64');
  }

  async current(signal?: AbortSignal): Promise<Bulletin | undefined> {
    const bytes = await this.signed(signal);
    return bytes && decode(bytes);
  }

  /**
   * @param now seconds since 1970
   * @returns in how many seconds it must be issued again: 0 when half of its time is over, when its policy differs from the
   * ledger's, when its issuer was retired, and when there is none.
   */
  async dueIn(now: number, signal?: AbortSignal): Promise<number> {
    const { offline: policy } = await this.#node.identity.readPolicy({}, optionsWith(signal));
    const signed = await this.signed(signal);
    if (signed === undefined || (await this.#isByRetired(signed, signal))) return 0;
    const current = decode(signed);
    const sameRules = canonicalJson(current.policy) === canonicalJson(policy);
    return sameRules ? Math.max(0, agesAt(current, policy) - now) : 0;
  }

  /**
   * Signs and publishes it again with the present time and policy, so that terminals see that it is fresh. Leaves out devices that
   * can no longer spend. Its number rises when its content changes.
   */
  async issueAnew(signal?: AbortSignal): Promise<void> {
    const { offline: policy } = await this.#node.identity.readPolicy({}, optionsWith(signal));
    const current = await this.current(signal);
    const revoked = await this.#stillSpending(current?.revoked ?? [], signal);
    const content = { revoked, policy };
    const isSame =
      current !== undefined &&
      canonicalJson(content) ===
        canonicalJson({ revoked: current.revoked, policy: current.policy });
    const number = (current?.number ?? 0) + (isSame ? 0 : 1);
    const bulletin = (await this.#issuer.bulletin({ number, ...content })).toString('base64');
    const { bankId } = this.#issuer.row;
    await this.#node.offline.publishBulletin({ bankId, bulletin }, optionsWith(signal));
  }

  /**
   * Revokes a device with all its epochs, and publishes a bulletin with it. Safe to repeat.
   * @param epoch an epoch that is not closed yet
   * @returns the number of the first bulletin that names the device.
   */
  async revoke(device: ReserveKey): Promise<number> {
    const { offline, identity } = this.#node;
    const { reported } = await offline.readReserve(device);
    if (reported !== null) return reported.number;
    const { customerId, deviceId } = device;
    const { number, revoked } = (await this.current()) ?? { number: 0, revoked: [] };
    const { offline: policy } = await identity.readPolicy({});
    const named = [...revoked, { customerId, deviceId, epoch: 'all' as const }];
    const bulletin = await this.#issuer.bulletin({ number: number + 1, revoked: named, policy });
    const input = { ...device, bulletin: bulletin.toString('base64') };
    return (await offline.revokeReserve(input)).result.number;
  }

  /** A device that can no longer spend needs no warning. This keeps the list short. */
  async #stillSpending(
    revoked: readonly Revocation[],
    signal?: AbortSignal,
  ): Promise<readonly Revocation[]> {
    const since = Math.floor(Date.now() / 1000) - 2 * CLOCK_TOLERANCE_SECONDS;
    const still: Revocation[] = [];
    for (const entry of revoked) if (await this.#maySpend(entry, since, signal)) still.push(entry);
    return still;
  }

  async #maySpend(
    { customerId, deviceId, epoch }: Revocation,
    since: number,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { listReserves } = this.#node.offline;
    const options = optionsWith(signal);
    for await (const { reserves } of pages(listReserves, { customerId }, options))
      for (const reserve of reserves) {
        const isNamed =
          reserve.deviceId === deviceId && (epoch === 'all' || epoch === reserve.epoch);
        if (isNamed && reserve.spendUntil >= since) return true;
      }
    return false;
  }

  async #isByRetired(signed: Buffer, signal?: AbortSignal): Promise<boolean> {
    const { bankId } = this.#issuer.row;
    const { issuers } = await this.#node.offline.listIssuers({ bankId }, optionsWith(signal));
    const kid = parseCose('offpay/bulletin', signed).kid?.toString('hex');
    return issuers.some((issuer) => issuer.kid === kid && issuer.retired !== null);
  }
}
