// SPDX-License-Identifier: Apache-2.0
// The payload of a bulletin: the devices that a bank revoked, and the current policy.
import { byCodeUnit } from '../base/canonical.js';
import { ensure } from '../base/errors.js';
import { toAmount, toUnits } from '../base/money.js';
import type { OfflineCaps, Revocation } from '../ledger/offline-rows.js';
import type { OfflinePolicy } from '../policy/policy.js';
import {
  channelName,
  currency,
  decodeWith,
  encodeWith,
  epoch,
  identifier,
  instant,
  integer,
  list,
  money,
  number32,
  record,
  seconds,
  versioned,
  type Codec,
} from './codec.js';
import { MOST_PAYMENTS } from './device-certificate.js';
import type { Bulletin } from './objects.js';

/** The most revocations in a bulletin, which must reach a terminal over a poor line. */
export const MOST_REVOCATIONS = 10_000;

const MOST_CURRENCIES = 20;
const BEARERS = ['merchant', 'bank'] as const;

const amount: Codec<string> = {
  write: (writer, value) => money.write(writer, toUnits(value)),
  read: (reader) => toAmount(money.read(reader)),
};

const bearer: Codec<OfflinePolicy['lossBearer']> = {
  write: (writer, value) => integer(0, 1).write(writer, BEARERS.indexOf(value)),
  read: (reader) => (integer(0, 1).read(reader) === 0 ? 'merchant' : 'bank'),
};

type CapsEntry = OfflineCaps & { readonly currency: string };
const capsList = list(
  record<CapsEntry>({ currency, perPayment: amount, total: amount }),
  MOST_CURRENCIES,
);

/** A list in order of currencies, so that one policy has one form. */
const caps: Codec<OfflinePolicy['caps']> = {
  write: (writer, value) =>
    capsList.write(
      writer,
      Object.entries(value)
        .sort(([a], [b]) => byCodeUnit(a, b))
        .map(([name, entry]) => ({ currency: name, ...entry })),
    ),
  read: (reader) => {
    const entries = capsList.read(reader);
    const rising = entries.every(
      (entry, index) => index === 0 || (entries[index - 1]?.currency ?? '') < entry.currency,
    );
    ensure(rising, 'OFFLINE_MALFORMED', { reason: 'currencies do not rise' });
    return Object.fromEntries(
      entries.map(({ currency: name, perPayment, total }) => [name, { perPayment, total }]),
    );
  },
};

const epochs = list(epoch, 1);

/** An empty list for all epochs of the device, or a list with the one epoch. */
const revokedEpoch: Codec<Revocation['epoch']> = {
  write: (writer, value) => epochs.write(writer, value === 'all' ? [] : [value]),
  read: (reader) => epochs.read(reader)[0] ?? 'all',
};

export const revocations = list(
  record<Revocation>({ customerId: identifier, deviceId: identifier, epoch: revokedEpoch }),
  MOST_REVOCATIONS,
);

export const offlinePolicyCodec = record<OfflinePolicy>({
  version: number32,
  caps,
  count: integer(1, MOST_PAYMENTS),
  spendSeconds: seconds,
  claimSeconds: seconds,
  bulletinSeconds: seconds,
  clockToleranceSeconds: seconds,
  acceptSeconds: seconds,
  lossBearer: bearer,
});

const codec = versioned<Bulletin>(1, {
  bankId: identifier,
  channel: channelName,
  number: number32,
  issuedAt: instant,
  revoked: revocations,
  policy: offlinePolicyCodec,
});

/** @throws {DomainError} OFFLINE_MALFORMED for values outside their ranges. */
export const encodeBulletin = (bulletin: Bulletin): Buffer => encodeWith(codec, bulletin);

/** @throws {DomainError} OFFLINE_MALFORMED for anything but the one canonical form. */
export const decodeBulletin = (payload: Uint8Array): Bulletin => decodeWith(codec, payload);

/** @returns whether the bulletin is too old for a terminal to accept payments. */
export const isStale = ({ issuedAt, policy }: Bulletin, now: number): boolean =>
  now - issuedAt > policy.bulletinSeconds;

/** @returns whether the bulletin names this epoch of the device. */
export const isRevokedBy = (
  bulletin: Bulletin,
  device: { readonly customerId: string; readonly deviceId: string; readonly epoch: number },
): boolean =>
  bulletin.revoked.some(
    ({ customerId, deviceId, epoch: revoked }) =>
      customerId === device.customerId &&
      deviceId === device.deviceId &&
      (revoked === 'all' || revoked === device.epoch),
  );
