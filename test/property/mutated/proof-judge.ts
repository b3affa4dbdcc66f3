// SPDX-License-Identifier: Apache-2.0
// How a proof of a double spend should be judged, by anyone who trusts the bank's root and by the ledger.
import { X509Certificate } from 'node:crypto';
import { base64 } from '../../support/offline-ledger.js';
import { CERTIFICATES } from '../../support/offline-world.js';
import { contradiction, type Linked } from '../reserve-shapes.js';
import { equals, Judge, REFUSED } from './judge.js';
import {
  readPayload,
  readSign1,
  sha256,
  type Content,
  type Sign1,
  bytesOf,
  numberOf,
} from './reading.js';

const ONE_DEVICE = ['channel', 'bankId', 'customerId', 'deviceId', 'epoch'] as const;

interface Side {
  readonly certificate: string;
  readonly voucher: string;
  readonly requestPayload: string;
  readonly issuerCertificate: string;
}

interface ProofFile {
  readonly kind: string;
  readonly sides: readonly [Side, Side];
}

/** Keys in the order of their code units, no white space. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

const hasKeys = (value: unknown, ...keys: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).sort().join() === [...keys].sort().join();

const CLAIM = ['certificate', 'requestPayload', 'voucher'];

const isBase64 = (text: unknown): boolean =>
  typeof text === 'string' && base64(Buffer.from(text, 'base64')) === text;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Empty when it is no text: no certificate and no kind is empty. */
const textIn = (json: Json, name: string): string => {
  const value = json[name];
  return typeof value === 'string' ? value : '';
};

/** @returns what the text says, undefined when it is not written in its one form. */
function canonical(shown: Buffer): Json | undefined {
  const text = shown.toString();
  try {
    const value: unknown = JSON.parse(text);
    const isOne = JSON.stringify(sorted(value)) === text && Buffer.from(text).equals(shown);
    return isOne && isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'fabric-offline-pay/fraud-proof/1': ['issuerCertificate'],
  'fabric-offline-pay/fraud-proof/2': [],
};

const isClaim = (side: unknown, more: readonly string[]): boolean =>
  isObject(side) && hasKeys(side, ...CLAIM, ...more) && CLAIM.every((name) => isBase64(side[name]));

/** Either format. */
function fileIn(shown: Buffer): ProofFile | undefined {
  const file = canonical(shown);
  if (file === undefined) return undefined;
  const format = String(file['format']);
  const shared = Object.hasOwn(FIELDS, format) ? FIELDS[format] : undefined;
  if (shared === undefined || !hasKeys(file, 'format', 'kind', 'sides', ...shared))
    return undefined;
  const { sides } = file;
  const own = shared.length === 0 ? ['issuerCertificate'] : [];
  if (!isPair(sides) || !sides.every((side) => isClaim(side, own))) return undefined;
  const sideOf = (side: Json): Side => ({
    certificate: textIn(side, 'certificate'),
    voucher: textIn(side, 'voucher'),
    requestPayload: textIn(side, 'requestPayload'),
    issuerCertificate: textIn(own.length > 0 ? side : file, 'issuerCertificate'),
  });
  return { kind: textIn(file, 'kind'), sides: [sideOf(sides[0]), sideOf(sides[1])] };
}

const isPair = (value: unknown): value is readonly [Json, Json] =>
  Array.isArray(value) && value.length === 2;

const digestIn = (certificate: string): string | undefined =>
  readSign1('device-certificate', Buffer.from(certificate, 'base64'))?.digest.toString('hex');

/** Signing the same payload twice gives two signatures. */
const isOneOf = (funded: readonly string[], certificate: string): boolean =>
  funded.some((each) => digestIn(each) === digestIn(certificate));

const entryOf = ({ content, digest }: Sign1, amount: bigint): Linked => ({
  id: digest.toString('hex'),
  counter: Number(content['counter']),
  previous: bytesOf(content['previous']).toString('hex'),
  sum: numberOf(content['cumulative']),
  amount,
});

export class ProofJudge extends Judge {
  /** Anyone who trusts the bank's root. */
  verifyProof(shown: Buffer): string {
    return this.#proof(shown, (pem) => pem === CERTIFICATES.issuer);
  }

  /** The ledger trusts the keys that the bank registered, not the certificates in the proof. */
  submitProof(shown: Buffer): string {
    const isForm = (pem: string): boolean => {
      try {
        return new X509Certificate(pem).toString() === pem;
      } catch {
        return false;
      }
    };
    return this.#proof(shown, isForm) === 'proven' && this.#areFunded(shown) ? 'proven' : REFUSED;
  }

  /** The ledger knows both certificates. */
  #areFunded(shown: Buffer): boolean {
    const funded = this.world.subjects.map(({ certificate }) => base64(certificate));
    return fileIn(shown)?.sides.every(({ certificate }) => isOneOf(funded, certificate)) === true;
  }

  #proof(shown: Buffer, isBelieved: (pem: string) => boolean): string {
    const file = fileIn(shown);
    if (!file?.sides.every(({ issuerCertificate }) => isBelieved(issuerCertificate)))
      return REFUSED;
    const sides = file.sides.map((side) => this.#side(side));
    const [first, second] = sides;
    if (first === undefined || second === undefined) return REFUSED;
    const isOne =
      ONE_DEVICE.every((field) => first.granted[field] === second.granted[field]) &&
      equals(first.granted['deviceKey'], bytesOf(second.granted['deviceKey']));
    const found = contradiction(first.voucher, second.voucher);
    return isOne && found === file.kind ? 'proven' : REFUSED;
  }

  #side(side: Side): { readonly granted: Content; readonly voucher: Linked } | undefined {
    const certificate = this.issued('device-certificate', Buffer.from(side.certificate, 'base64'));
    const voucher = readSign1('voucher', Buffer.from(side.voucher, 'base64'));
    const request = Buffer.from(side.requestPayload, 'base64');
    const asked = readPayload('payment-request', request);
    if (certificate === undefined || voucher === undefined || asked === undefined) return undefined;
    const cumulative = numberOf(voucher.content['cumulative']);
    const rules = [
      this.isVoucherOf(certificate, voucher),
      equals(voucher.content['requestHash'], sha256(request)),
      numberOf(asked['amount']) <= cumulative,
    ];
    if (!rules.every(Boolean)) return undefined;
    return { granted: certificate.content, voucher: entryOf(voucher, numberOf(asked['amount'])) };
  }
}
