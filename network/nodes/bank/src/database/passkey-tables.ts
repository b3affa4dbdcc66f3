// SPDX-License-Identifier: Apache-2.0
// Tables of passkeys: public keys of customers' devices, and the challenges that they sign.
import type { Generated, Selectable } from 'kysely';

// Instants are milliseconds since 1970 (bigint columns).

export interface PasskeyTable {
  /** The first digits of the SHA-256 of the credential's id, which may be too long for a path. */
  passkey_id: string;
  customer_id: string;
  /** Base64url, as devices call it. No two customers have the same. */
  credential_id: string;
  /** What its customer calls it. */
  name: string;
  /** COSE, in base64url. */
  public_key: string;
  /** Signatures so far, as the device counts; 0 for devices that do not count. */
  counter: number;
  /** How devices can be reached, joined by commas. */
  transports: string;
  /** The device's maker keeps copies, so that it works on other devices of the customer. */
  backed_up: boolean;
  /** The challenge that it was registered with. */
  registered_with: string;
  registered_at: number;
  used_at: number | null;
  /** Since it seems to be copied it is not accepted. */
  suspended_at: number | null;
  removed_at: number | null;
}

/** A row of {@link PasskeyTable}. */
export type Passkey = Selectable<PasskeyTable>;

export interface PasskeyChallengeTable {
  seq: Generated<number>;
  /** Base64url. */
  challenge: string;
  customer_id: string;
  login_id: string;
  /** `login`, `registration`, or the digest of an order. */
  bound_to: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
}

export interface PasskeyTables {
  passkeys: PasskeyTable;
  passkey_challenges: PasskeyChallengeTable;
}
