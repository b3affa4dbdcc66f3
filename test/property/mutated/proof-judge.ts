// SPDX-License-Identifier: Apache-2.0
// What a proof of a double spend should be worth: to anyone who trusts the bank's root, and to the ledger.
import { X509Certificate } from 'node:crypto';
import { base64 } from '../../support/offline-ledger.js';
import { CERTIFICATES } from '../../support/offline-world.js';
import { contradiction, type Voucher } from '../reserve-shapes.js';
import { equals, Judge, REFUSED } from './judge.js';
import { readPayload, readSign1, sha256, type Content, type Sign1 } from './reading.js';

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

/** @returns what the text says, undefined when it is not written in its one form. */
function canonical(shown: Buffer): Json | undefined {
  const text = shown.toString();
  try {
    const value = JSON.parse(text) as Json;
    const isOne = JSON.stringify(sorted(value)) === text && Buffer.from(text).equals(shown);
    return isOne ? value : undefined;
  } catch {
    return undefined;
  }
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'fabric-offline-pay/fraud-proof/1': ['issuerCertificate'],
  'fabric-offline-pay/fraud-proof/2': [],
};

const isClaim = (side: unknown, more: readonly string[]): boolean =>
  hasKeys(side, ...CLAIM, ...more) && CLAIM.every((name) => isBase64((side as Json)[name]));

/** Either format. */
function fileIn(shown: Buffer): ProofFile | undefined {
  const file = canonical(shown);
  const format = String(file?.['format']);
  const shared = Object.hasOwn(FIELDS, format) ? FIELDS[format] : undefined;
  if (shared === undefined || !hasKeys(file, 'format', 'kind', 'sides', ...shared))
    return undefined;
  const { kind, sides, issuerCertificate } = file as Json;
  const own = shared.length === 0 ? ['issuerCertificate'] : [];
  if (!isPair(sides) || !sides.every((side) => isClaim(side, own))) return undefined;
  const all = sides.map(
    (side) => (own.length > 0 ? side : { ...side, issuerCertificate }) as unknown as Side,
  );
  return { kind: kind as string, sides: [all[0]!, all[1]!] };
}

const isPair = (value: unknown): value is readonly [Json, Json] =>
  Array.isArray(value) && value.length === 2;

const digestIn = (certificate: string): string | undefined =>
  readSign1('device-certificate', Buffer.from(certificate, 'base64'))?.digest.toString('hex');

/** Whoever signs the same twice makes two signatures. */
const isOneOf = (funded: readonly string[], certificate: string): boolean =>
  funded.some((each) => digestIn(each) === digestIn(certificate));

const entryOf = ({ content, digest }: Sign1, amount: bigint): Voucher =>
  ({
    id: digest.toString('hex'),
    counter: Number(content['counter']),
    previous: (content['previous'] as Buffer).toString('hex'),
    sum: content['cumulative'] as bigint,
    amount,
  }) as Voucher;

export class ProofJudge extends Judge {
  /** Anyone who trusts the bank's root. */
  verifyProof(shown: Buffer): string {
    return this.#proof(shown, (pem) => pem === CERTIFICATES.issuer);
  }

  /** The ledger believes the keys that the bank registered, whatever certificates the proof shows. */
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
      equals(first.granted['deviceKey'], second.granted['deviceKey'] as Buffer);
    const found = contradiction(first.voucher, second.voucher);
    return isOne && found === file.kind ? 'proven' : REFUSED;
  }

  #side(side: Side): { readonly granted: Content; readonly voucher: Voucher } | undefined {
    const certificate = this.issued('device-certificate', Buffer.from(side.certificate, 'base64'));
    const voucher = readSign1('voucher', Buffer.from(side.voucher, 'base64'));
    const request = Buffer.from(side.requestPayload, 'base64');
    const asked = readPayload('payment-request', request);
    if (certificate === undefined || voucher === undefined || asked === undefined) return undefined;
    const { cumulative } = voucher.content as { cumulative: bigint };
    const rules = [
      this.isVoucherOf(certificate, voucher),
      equals(voucher.content['requestHash'], sha256(request)),
      (asked['amount'] as bigint) <= cumulative,
    ];
    if (!rules.every(Boolean)) return undefined;
    return { granted: certificate.content, voucher: entryOf(voucher, asked['amount'] as bigint) };
  }
}
