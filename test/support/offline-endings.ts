// SPDX-License-Identifier: Apache-2.0
// Reserves under a policy of short times, and all that ends them: losses that the bank bears up to its bound, a frozen reserve that
// is closed with something for everybody, and a device that is reported with all its epochs and moves on. On any ledger.
import assert from 'node:assert/strict';
import { type Bulletin, type Policy, type Revocation } from '@fabric-offline-pay/domain';
import { RefusedError } from '@fabric-offline-pay/sdk';
import { BANK, POLICY } from '@fabric-offline-pay/testing';
import { proofOf } from './fraud-proofs.js';
import {
  base64,
  nowSeconds,
  reserveKeyOf,
  unfunded,
  type OfflineLedger,
  type OfflineWorld,
} from './offline-ledger.js';
import { newDevice, newKey, spkiOf, type Device, type Payment } from './offline-world.js';

/** Long enough for a slow network to settle what it funded. */
const SPEND_SECONDS = 40;
const CLAIM_SECONDS = 40;

const TOTAL = 5_000n;
const EACH = 1_250n;
const TILLS = ['terminal-2', 'terminal-3', 'terminal-4'];

/** The bank bears one of three losses. */
const HURRIED: Policy = {
  ...POLICY,
  currencies: { EUR: { ...POLICY.currencies.EUR, lossPerReserve: EACH.toString() } },
  offline: {
    ...POLICY.offline,
    ...{ version: 3, lossBearer: 'bank', acceptSeconds: 1 },
    ...{ spendSeconds: SPEND_SECONDS, claimSeconds: CLAIM_SECONDS },
  },
};

/** Has a policy put in force. */
export async function enact({ clientFor }: OfflineWorld, policy: Policy): Promise<void> {
  for (const role of ['bank', 'merchant', 'logistics'] as const)
    await clientFor(role, 'operator', BANK).identity.vote({ proposal: { kind: 'policy', policy } });
}

/** The bank's bulletins, one after the other. */
interface Bulletins {
  readonly revoked: readonly Revocation[];
  next(values: Partial<Bulletin>): string;
}

const granted = () => ({
  spendUntil: nowSeconds() + SPEND_SECONDS,
  claimUntil: nowSeconds() + SPEND_SECONDS + CLAIM_SECONDS,
  policyVersion: HURRIED.offline.version,
  total: TOTAL,
});

/** What is left to do when nobody can claim any more. */
export class Endings {
  readonly #ledger: OfflineLedger;
  readonly #bulletins: Bulletins;
  readonly #frozen: Device;
  readonly #lost: readonly [Device, Device];

  private constructor(
    ledger: OfflineLedger,
    bulletins: Bulletins,
    frozen: Device,
    lost: readonly [Device, Device],
  ) {
    this.#ledger = ledger;
    this.#bulletins = bulletins;
    this.#frozen = frozen;
    this.#lost = lost;
  }

  static async begin(
    memory: OfflineWorld,
    ledger: OfflineLedger,
    bulletins: Bulletins,
  ): Promise<Endings> {
    await enact(memory, HURRIED);
    await ledger.publish(bulletins.next({ policy: HURRIED.offline }));
    const frozen = await ledger.device('frozen', granted());
    const first = await ledger.device('gone', granted());
    const second = newDevice({ ...first.certificate, epoch: 2, ...granted() }, first.key);
    await ledger.fund(second);
    const endings = new Endings(ledger, bulletins, frozen, [first, second]);
    await endings.#lose();
    await endings.#report();
    return endings;
  }

  /** From when on {@link end} may be called: seconds since 1970. */
  get dueAt(): number {
    const all = [this.#frozen, ...this.#lost].map(({ certificate }) => certificate.claimUntil);
    return Math.max(...all) + 61;
  }

  /** The bank bears one double spend, another is above its bound, and one was never proven. */
  async #lose(): Promise<void> {
    const ledger = this.#ledger;
    const clone = { ...this.#frozen };
    const first = ledger.pay(this.#frozen, { amount: EACH });
    const others = TILLS.map((terminalId) =>
      ledger.pay({ ...clone }, { amount: EACH, terminalId }),
    );
    const verdicts = await ledger.settle([[this.#frozen, [first, ...others]]]);
    assert.deepEqual(verdicts, ['settled', 'conflict', 'conflict', 'conflict']);
    for (const other of others.slice(0, 2)) {
      const proof = proofOf(this.#frozen, [first, other]);
      await ledger.merchant().offline.submitFraudProof({ proof });
    }
    const reasons = [];
    for (const other of others) reasons.push(await reasonOf(this.#compensate(other)));
    assert.deepEqual(reasons, [undefined, 'lossPerReserve', 'unproven']);
  }

  async #compensate({ content: { counter }, digest }: Payment): Promise<unknown> {
    const name = digest.toString('base64url');
    const compensationId = `borne-${this.#frozen.certificate.customerId}-${name.slice(0, 8)}`;
    const fraud = { ...reserveKeyOf(this.#frozen), counter, digest: name };
    return this.#ledger.bank('teller').offline.compensate({ ...fraud, compensationId });
  }

  /** Both epochs by one entry. */
  async #report(): Promise<void> {
    const [device] = this.#lost;
    const all: Revocation = { ...reserveKeyOf(device), epoch: 'all' };
    const revoked = [...this.#bulletins.revoked, all];
    const { offline } = this.#ledger.node;
    const since = (await offline.readBulletin({ bankId: BANK })).number;
    const bulletin = this.#bulletins.next({ revoked, policy: HURRIED.offline });
    await offline.revokeReserve({ ...reserveKeyOf(device), bulletin });
    await this.#changes(since);
    for (const each of this.#lost)
      assert.equal((await offline.readReserve(reserveKeyOf(each))).status, 'revoked');
  }

  async #changes(since: number): Promise<void> {
    const { number } = await this.#ledger.node.offline.readBulletinChanges({ bankId: BANK, since });
    assert.ok(number >= since);
  }

  /** Closes what was spent twice, moves what was lost to another device, and forgets the report. */
  async end(): Promise<void> {
    const { node } = this.#ledger;
    const since = (await node.offline.readBulletin({ bankId: BANK })).number;
    const { result } = await node.offline.closeReserve(reserveKeyOf(this.#frozen));
    assert.equal(result.returned, '0');
    await this.#reissue();
    await this.#forget();
    await this.#changes(since);
    await this.#changes(since - 1);
  }

  async #forget(): Promise<void> {
    const { customerId } = this.#lost[0].certificate;
    const revoked = this.#bulletins.revoked.filter((entry) => entry.customerId !== customerId);
    await this.#ledger.publish(this.#bulletins.next({ revoked, policy: HURRIED.offline }));
  }

  async #reissue(): Promise<void> {
    const [lost, other] = this.#lost;
    const { customerId } = lost.certificate;
    const key = newKey();
    const deviceId = 'tablet';
    const { identity, offline } = this.#ledger.bank('teller');
    await identity.registerDevice({ customerId, deviceId, publicKey: spkiOf(key) });
    const next = unfunded(customerId, key, { ...granted(), deviceId });
    await offline.reissue({
      ...reserveKeyOf(next),
      ...{ lostDeviceId: lost.certificate.deviceId, lostEpoch: lost.certificate.epoch },
      certificate: base64(next.certificateBytes),
    });
    await this.#ledger.node.offline.closeReserve(reserveKeyOf(other));
  }
}

/** @returns why a compensation was refused, or undefined. */
const reasonOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof RefusedError && error.code === 'LOSS_NOT_BORNE')
        return error.details['reason'];
      throw error;
    },
  );
