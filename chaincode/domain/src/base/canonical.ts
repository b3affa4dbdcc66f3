// SPDX-License-Identifier: Apache-2.0
// One canonical encoding (RFC 8785, JSON Canonicalization Scheme) for everything that is signed, hashed or stored,
// so that every endorser and every device writes the same bytes.
import { canonicalize } from 'json-canonicalize';
import { sha256Hex } from '../platform/crypto.js';

export { sha256Hex };

/** @returns the RFC 8785 form: keys sorted by code unit, no white space. Values must be plain JSON data. */
export const canonicalJson = (value: unknown): string => canonicalize(value);

/** @returns whether both are the same data. The order of keys does not matter. */
export const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

/** @returns SHA-256 of the canonical form, 64 lower-case hex digits. */
export const digestOf = (value: unknown): string => sha256Hex(canonicalJson(value));

/** Orders strings by code unit, the same for every locale. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
