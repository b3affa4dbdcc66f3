// SPDX-License-Identifier: Apache-2.0
// Everything that may become of money reserved for devices, in its costliest ways: for the budget of state operations.
import {
  coseDigest,
  encodeFraudProof,
  OFFLINE_LOGIN,
  parseCose,
  termsDigest,
  type Bulletin,
  type OrderTerms,
  type Revocation,
  type VoucherClaim,
} from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { termsOf } from '@fabric-offline-pay/sdk';
import { BANK, CURRENCY, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { firstOf, itemAt, itemWhere } from './defined.js';
import { quoteLeg } from './express-legs.js';
import { enact, Endings } from './offline-endings.js';
import { proofOf } from './fraud-proofs.js';
import type { OfflineWorld } from './offline-ledger.js';
import {
  base64,
  cancelledWire,
  nowSeconds,
  OFFLINE,
  OfflineLedger,
  reserveKeyOf,
  signedBulletin,
  unfunded,
  wire,
} from './offline-ledger.js';
import {
  CERTIFICATES,
  forge,
  newDevice,
  newKey,
  proofSide,
  signCertificate,
  spkiOf,
  VECTOR_KEYS,
  type Device,
} from './offline-world.js';
import { passSeconds } from './passing-time.js';

const BORNE = { ...OFFLINE, version: OFFLINE.version + 1, lossBearer: 'bank' as const };

/** Certificates are granted under the policy in force. */
const policyVersion = BORNE.version;

/** Each life publishes newer ones, that go on naming whom the last one named unless told. */
class Bulletins {
  #number = 1;
  #revoked: readonly Revocation[] = [];

  next({ revoked = this.#revoked, ...values }: Partial<Bulletin>): string {
    this.#number += 1;
    this.#revoked = revoked;
    return signedBulletin({ number: this.#number, policy: BORNE, revoked, ...values });
  }

  get revoked(): readonly Revocation[] {
    return this.#revoked;
  }
}

class Lives {
  constructor(
    readonly memory: OfflineWorld,
    readonly ledger: OfflineLedger,
    readonly bulletins: Bulletins,
    readonly size: number,
  ) {}

  devices(name: string): Promise<Device[]> {
    const indices = Array.from({ length: this.size }, (_, index) => index);
    return Promise.all(
      indices.map((index) =>
        this.ledger.device(`${name}-${this.size}-${index}`, { total: 15_000n, policyVersion }),
      ),
    );
  }

  async topUp(device: Device): Promise<void> {
    const raised = newDevice({ ...device.certificate, total: 16_000n, sequence: 1 }, device.key);
    const certificate = base64(raised.certificateBytes);
    const { offline } = this.ledger.node;
    await offline.topUp({ ...reserveKeyOf(device), sequence: 1, certificate });
  }

  /** Every device pays twice with one counter; the second batch is all conflicts. */
  async spendTwice(devices: readonly Device[]): Promise<void> {
    const { ledger } = this;
    const clones = devices.map((device) => ({ ...device }));
    const firsts = devices.map((device) => [device, [ledger.pay(device)]] as const);
    const seconds = clones.map(
      (clone) => [clone, [ledger.pay(clone, { terminalId: 'terminal-2' })]] as const,
    );
    await ledger.settle(firsts);
    await ledger.settle(seconds);
    const pair = [firstOf(firsts)[1][0], firstOf(seconds)[1][0]] as const;
    await ledger.merchant().offline.submitFraudProof({ proof: proofOf(firstOf(devices), pair) });
  }

  async compensate(device: Device): Promise<void> {
    const { frauds } = await this.ledger.node.offline.listFrauds({ bankId: BANK, open: true });
    const { customerId } = device.certificate;
    const found = itemWhere(frauds, (entry) => entry.customerId === customerId);
    const [counter, digest] = found.contradicting;
    const compensationId = `compensation-${customerId}`;
    const { offline } = this.ledger.bank('teller');
    const fraud = { ...reserveKeyOf(device), counter, digest };
    await offline.compensate({ ...fraud, compensationId });
    await this.ledger.bank('operator').offline.clearFraud({ ...fraud, reason: 'other' });
  }

  /** A voucher that its terminal gives up before it accepts it. */
  async cancel(device: Device): Promise<void> {
    const claim = this.ledger.pay(device, { amount: 100n });
    await this.ledger.node.offline.cancel({
      ...reserveKeyOf(device),
      ...cancelledWire(claim),
    });
  }

  /** The costliest proof: the next issuer topped the device up between its two vouchers. */
  async prove(device: Device): Promise<void> {
    const raised = { ...device.certificate, total: 16_000n, sequence: 1 };
    const certificate = signCertificate(raised, VECTOR_KEYS.nextIssuer);
    const topUp = { ...reserveKeyOf(device), sequence: 1, certificate: base64(certificate) };
    await this.ledger.node.offline.topUp(topUp);
    const certificateDigest = coseDigest(parseCose('offpay/device-certificate', certificate));
    const [first, second] = [this.ledger.pay({ ...device }), this.ledger.pay(device)];
    const proof = encodeFraudProof({
      kind: 'sameCounter',
      sides: [
        proofSide(device.certificateBytes, first),
        proofSide(certificate, forge(second, { certificateDigest }), CERTIFICATES.nextIssuer),
      ],
    });
    await this.ledger.merchant().offline.submitFraudProof({ proof });
  }

  /** The merchant's costliest leg: an order of this many lines. */
  async order(device: Device): Promise<void> {
    const { customerId } = device.certificate;
    const parties = await this.memory.world.parties();
    const orderNumber = `ORD-${customerId}`;
    const lines = [{ goods: 'charger' as const, quantity: 1 }];
    const of = { customerId, privateKey: device.key };
    const purchase = this.memory.world.purchase(of, OFFLINE_LOGIN, { orderNumber, lines });
    const { result } = await quoteLeg(parties, purchase);
    const terms = termsOf(purchase, result, purchase.choose(result));
    const { deviceId, epoch } = reserveKeyOf(device);
    await parties.cashier.offline.order({
      terms,
      statement: purchase.merchantStatement,
      ...{ deviceId, epoch },
      ...wire(this.#payTerms(device, terms)),
    });
  }

  #payTerms(device: Device, terms: OrderTerms): VoucherClaim {
    return this.ledger.pay(device, {
      orderNumber: terms.orderNumber,
      amount: BigInt(terms.total),
      purpose: { kind: 'delivery', termsDigest: Buffer.from(termsDigest(terms), 'hex') },
    });
  }

  async refund(device: Device): Promise<void> {
    const { ledger } = this;
    const batch = ledger.batchOf([[device, [ledger.pay(device)]]]);
    const batchId = `refunded-${this.size}`;
    await ledger.merchant().offline.settle({ ...batch, batchId });
    await rollUpPayee(ledger.node, { payeeId: MERCHANT, currency: CURRENCY });
    const payment = { ...reserveKeyOf(device), merchantId: MERCHANT, batchId };
    const { offline } = ledger.merchant('cashier');
    const { counter } = device.state;
    await offline.refund({ ...payment, counter, refundId: 'refund-1', amount: '10' });
  }

  /** Revokes them all, one bulletin after the other. */
  async revoke(devices: readonly Device[]): Promise<void> {
    const { offline } = this.ledger.node;
    for (const [index, device] of devices.entries()) {
      const revoked = devices.slice(0, index + 1).map(reserveKeyOf);
      await offline.revokeReserve({
        ...reserveKeyOf(device),
        bulletin: this.bulletins.next({ revoked }),
      });
    }
  }

  /** When they cannot spend any more, a bulletin need not name them. */
  async forget(): Promise<void> {
    passSeconds(OFFLINE.spendSeconds + 61);
    await this.ledger.publish(this.bulletins.next({ revoked: [] }));
  }

  async reissue(lost: Device): Promise<void> {
    passSeconds(lost.certificate.claimUntil - nowSeconds() + 61);
    const { customerId } = lost.certificate;
    const deviceId = 'tablet';
    const privateKey = newKey();
    const publicKey = spkiOf(privateKey);
    const { identity, offline } = this.ledger.bank('teller');
    await identity.registerDevice({ customerId, deviceId, publicKey });
    const next = unfunded(customerId, privateKey, { deviceId, total: 14_000n, policyVersion });
    await offline.reissue({
      ...reserveKeyOf(next),
      lostDeviceId: 'phone',
      lostEpoch: 1,
      certificate: base64(next.certificateBytes),
    });
  }
}

/** Has the bank bear double spends, by vote. */
const bearLosses = (memory: OfflineWorld): Promise<void> =>
  enact(memory, { ...POLICY, offline: BORNE });

/** The issuer that follows. */
async function registerNext(ledger: OfflineLedger): Promise<void> {
  const { nextIssuer: certificate, root: authority } = CERTIFICATES;
  const { offline } = ledger.bank('operator');
  await offline.registerIssuer({ bankId: BANK, certificate, authority });
}

/** A second issuer comes and goes. */
async function retireOther(ledger: OfflineLedger): Promise<void> {
  const { offline } = ledger.bank('operator');
  const { otherIssuer: certificate, otherRoot: authority } = CERTIFICATES;
  const { result } = await offline.registerIssuer({ bankId: BANK, certificate, authority });
  await offline.retireIssuer({ bankId: BANK, kid: result.kid, compromised: false });
}

interface Ready {
  readonly ledger: OfflineLedger;
  readonly bulletins: Bulletins;
}

const prepared = new WeakMap<OfflineWorld, Ready>();

async function ready(memory: OfflineWorld): Promise<Ready> {
  const before = prepared.get(memory);
  if (before !== undefined) return before;
  const ledger = await OfflineLedger.open(memory);
  const bulletins = new Bulletins();
  await bearLosses(memory);
  await ledger.publish(bulletins.next({}));
  await registerNext(ledger);
  await retireOther(ledger);
  prepared.set(memory, { ledger, bulletins });
  return { ledger, bulletins };
}

interface Left {
  readonly lives: Lives;
  readonly honest: Device;
  readonly lost: Device;
}

/**
 * All of it that can be done at once, on any ledger.
 * @param size how many devices a batch or a bulletin has
 */
export async function spendOffline(memory: OfflineWorld, size: number): Promise<Left> {
  const { ledger, bulletins } = await ready(memory);
  const lives = new Lives(memory, ledger, bulletins, size);
  const cheats = await lives.devices('cheat');
  await lives.spendTwice(cheats);
  await lives.compensate(firstOf(cheats));
  const devices = [...(await lives.devices('honest')), ...(await lives.devices('other'))];
  const honest = firstOf(devices);
  await lives.topUp(honest);
  await lives.cancel(honest);
  await lives.order(honest);
  await lives.refund(honest);
  await lives.prove(itemAt(devices, 1));
  const allLost = await lives.devices('lost');
  const lost = firstOf(allLost);
  await ledger.settle([[lost, [ledger.pay(lost, { amount: 1_000n })]]]);
  await lives.revoke(allLost);
  return { lives, honest, lost };
}

/** And what must wait until devices cannot spend, and merchants not claim, any more. */
export async function liveOffline(memory: OfflineWorld, size: number): Promise<void> {
  const { lives, honest, lost } = await spendOffline(memory, size);
  await lives.forget();
  await lives.reissue(lost);
  await lives.ledger.node.offline.closeReserve(reserveKeyOf(honest));
}

/** What has short times, under a policy of its own: to be ended later. The last that is done with this ledger. */
export async function hurryOffline(memory: OfflineWorld): Promise<Endings> {
  const { ledger, bulletins } = await ready(memory);
  return Endings.begin(memory, ledger, bulletins);
}

/** Begins and ends it. */
export async function endOffline(memory: OfflineWorld): Promise<void> {
  const endings = await hurryOffline(memory);
  passSeconds(endings.dueAt - nowSeconds());
  await endings.end();
}
