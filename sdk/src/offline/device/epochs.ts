// SPDX-License-Identifier: Apache-2.0
// The epochs of a device: what the bank reserved under each, and how far it is spent.
import {
  coseDigest,
  decodeDeviceCertificate,
  openDevice,
  parseCose,
  toAmount,
  toUnits,
  type Amount,
  type Currency,
  type DeviceState,
  type HeldCertificate,
} from '@fabric-offline-pay/domain';
import { higher } from '../store/head.js';
import { sealedEpochOf } from '../store/restore.js';
import type { Store } from '../store/store.js';
import { certificates, ordinal, states } from './records.js';

/** The highest number that a certificate can carry. */
export const HIGHEST_EPOCH = 99_999_999;

/** Which epochs a device knows of; null is none. */
export interface KnownEpochs {
  /** The highest that it has a certificate of, or that is sealed: the bank grants a higher one. */
  readonly highest: number | null;
  /** It takes no certificate of this one and those before. */
  readonly sealed: number | null;
}

/** A certificate as the bank signed it, and read. */
export interface StoredCertificate {
  readonly bytes: Buffer;
  readonly held: HeldCertificate;
}

export interface Epoch {
  /** The newest first. */
  readonly certificates: readonly [StoredCertificate, ...StoredCertificate[]];
  readonly state: DeviceState;
  /** The store was restored: what was paid from the epoch is not known any more, so that it pays nothing new. */
  readonly sealed: boolean;
}

/** What can still be spent of one epoch. Amounts are minor units, times are seconds since 1970. */
export interface Balance {
  readonly epoch: number;
  readonly currency: Currency;
  readonly total: Amount;
  readonly spent: Amount;
  readonly remaining: Amount;
  readonly perPayment: Amount;
  readonly paymentsLeft: number;
  readonly spendUntil: number;
  /** What is not spent returns to the account after this. */
  readonly claimUntil: number;
  /** Whether the device may spend at all now. */
  readonly spendable: boolean;
  /** The store was restored since: what is left returns to the account. */
  readonly sealed: boolean;
}

/** Reads a certificate that was verified when it was imported. */
function stored(text: string): StoredCertificate {
  const bytes = Buffer.from(text, 'base64');
  const parts = parseCose('offpay/device-certificate', bytes);
  const certificate = decodeDeviceCertificate(parts.payload);
  return { bytes, held: { certificate, digest: coseDigest(parts) } };
}

/** @returns all certificates of the device, the oldest first. */
export const readCertificates = async (store: Store): Promise<readonly StoredCertificate[]> =>
  (await certificates.list(store)).map(stored);

export async function readKnownEpochs(store: Store): Promise<KnownEpochs> {
  const newest = (await readCertificates(store)).at(-1);
  const sealed = await sealedEpochOf(store);
  return { highest: higher(newest?.held.certificate.epoch ?? null, sealed), sealed };
}

/** @returns each epoch, the oldest first. */
export async function readEpochs(store: Store): Promise<readonly Epoch[]> {
  const found = new Map<number, Epoch>();
  const sealedEpoch = await sealedEpochOf(store);
  for (const certificate of await readCertificates(store)) {
    const { epoch } = certificate.held.certificate;
    const known = found.get(epoch);
    const state = known?.state ?? (await states.get(store, ordinal(epoch)));
    found.set(epoch, {
      certificates: [certificate, ...(known?.certificates ?? [])],
      state: state ?? openDevice(certificate.held.certificate),
      sealed: sealedEpoch !== null && epoch <= sealedEpoch,
    });
  }
  return [...found.values()];
}

export function balanceOf({ certificates: [newest], state, sealed }: Epoch, now: number): Balance {
  const { certificate } = newest.held;
  const { epoch, currency, spendUntil, claimUntil } = certificate;
  const remaining = certificate.total - toUnits(state.cumulative);
  const paymentsLeft = certificate.highestCounter - state.counter;
  return {
    ...{ epoch, currency, spendUntil, claimUntil, paymentsLeft, sealed },
    total: toAmount(certificate.total),
    spent: state.cumulative,
    remaining: toAmount(remaining),
    perPayment: toAmount(certificate.perPayment),
    spendable: !sealed && now <= spendUntil && paymentsLeft > 0 && remaining > 0n,
  };
}
