// SPDX-License-Identifier: Apache-2.0
// The epochs of a device: what the bank reserved in each, and how much of it is spent.
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
import { fromBase64 } from '../base64.js';
import { higherEpoch } from '../store/head.js';
import { sealedEpochOf } from '../store/restore.js';
import type { Store } from '../store/store.js';
import { certificates, ordinal, states } from './records.js';

/** The highest epoch number that a certificate can carry. */
export const HIGHEST_EPOCH = 99_999_999;

/** The epochs that a device knows of. Null means none. */
export interface KnownEpochs {
  /** The highest epoch that has a certificate or is sealed. The bank must grant a higher one. */
  readonly highest: number | null;
  /** The device accepts no certificate of this epoch or an earlier one. */
  readonly sealed: number | null;
}

/** A certificate, as the bank signed it and as read. */
export interface StoredCertificate {
  readonly bytes: Buffer;
  readonly held: HeldCertificate;
}

export interface Epoch {
  /** The newest first. */
  readonly certificates: readonly [StoredCertificate, ...StoredCertificate[]];
  readonly state: DeviceState;
  /** The store was restored. What was paid from this epoch is no longer known, so the device pays nothing new from it. */
  readonly sealed: boolean;
}

/** What can still be spent of one epoch. Amounts are in minor units, times in seconds since 1970. */
export interface Balance {
  readonly epoch: number;
  readonly currency: Currency;
  readonly total: Amount;
  readonly spent: Amount;
  readonly remaining: Amount;
  readonly perPayment: Amount;
  readonly paymentsLeft: number;
  readonly spendUntil: number;
  /** After this, unspent money returns to the account. */
  readonly claimUntil: number;
  /** Whether the device may spend from this epoch now. */
  readonly spendable: boolean;
  /** The store was restored since. Unspent money returns to the account. */
  readonly sealed: boolean;
}

/** Reads a certificate that was verified when it was imported. */
function readStored(text: string): StoredCertificate {
  const bytes = fromBase64(text);
  const parts = parseCose('offpay/device-certificate', bytes);
  const certificate = decodeDeviceCertificate(parts.payload);
  return { bytes, held: { certificate, digest: coseDigest(parts) } };
}

/** @returns all certificates of the device, the oldest first. */
export const readCertificates = async (store: Store): Promise<readonly StoredCertificate[]> =>
  (await certificates.list(store)).map(readStored);

export async function readKnownEpochs(store: Store): Promise<KnownEpochs> {
  const newest = (await readCertificates(store)).at(-1);
  const sealed = await sealedEpochOf(store);
  return { highest: higherEpoch(newest?.held.certificate.epoch ?? null, sealed), sealed };
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
    epoch,
    currency,
    spendUntil,
    claimUntil,
    paymentsLeft,
    sealed,
    total: toAmount(certificate.total),
    spent: state.cumulative,
    remaining: toAmount(remaining),
    perPayment: toAmount(certificate.perPayment),
    spendable: !sealed && now <= spendUntil && paymentsLeft > 0 && remaining > 0n,
  };
}
