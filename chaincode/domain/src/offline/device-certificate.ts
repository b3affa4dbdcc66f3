// SPDX-License-Identifier: Apache-2.0
// The payload of a device certificate: what a device may spend offline in one epoch, as its bank grants it.
import {
  bytes,
  channelName,
  currency,
  decodeWith,
  encodeWith,
  epoch,
  identifier,
  instant,
  integer,
  number32,
  positiveMoney,
  versioned,
} from './codec.js';
import type { DeviceCertificate } from './objects.js';

/** The most payments of one epoch. */
export const MOST_PAYMENTS = 64;

const codec = versioned<DeviceCertificate>(
  1,
  {
    channel: channelName,
    bankId: identifier,
    customerId: identifier,
    deviceId: identifier,
    epoch,
    deviceKey: bytes(64),
    currency,
    total: positiveMoney,
    perPayment: positiveMoney,
    highestCounter: integer(1, MOST_PAYMENTS),
    spendUntil: instant,
    claimUntil: instant,
    policyVersion: number32,
    sequence: number32,
  },
  'claim-until is not after spend-until',
  ({ spendUntil, claimUntil }) => claimUntil > spendUntil,
);

/** @throws {DomainError} OFFLINE_MALFORMED for values outside their ranges. */
export const encodeDeviceCertificate = (certificate: DeviceCertificate): Buffer =>
  encodeWith(codec, certificate);

/** @throws {DomainError} OFFLINE_MALFORMED for anything but the one canonical form. */
export const decodeDeviceCertificate = (payload: Uint8Array): DeviceCertificate =>
  decodeWith(codec, payload);
