// SPDX-License-Identifier: Apache-2.0
// A certificate revocation list (RFC 5280, section 5) in the form that Fabric CA writes. It counts only with the authority's signature.
import { verify, type X509Certificate } from 'node:crypto';
import { derElements, derInside, type DerElement } from '@fabric-offline-pay/domain';

/** The certificates that one authority has revoked. */
export interface RevocationList {
  /** Serial numbers, hex, without leading zeros. */
  readonly serials: ReadonlySet<string>;
  /** Milliseconds since 1970. The list is valid between these two. */
  readonly from: number;
  readonly until: number;
}

/** Signature algorithms, encoded as hex, with their digests. Fabric CA signs with ECDSA. */
const DIGESTS: Readonly<Record<string, string>> = {
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

const INTEGER = 0x02;
const SEQUENCE = 0x30;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

const isTime = ({ tag }: DerElement): boolean => tag === UTC_TIME || tag === GENERALIZED_TIME;

/** @returns milliseconds since 1970; two digits of a year mean 1950 to 2049. */
function toMilliseconds({ tag, body }: DerElement): number {
  const text = body.toString('latin1');
  const century = Number(text.slice(0, 2)) < 50 ? '20' : '19';
  const digits = tag === UTC_TIME ? `${century}${text}` : text;
  const iso = digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return Date.parse(iso);
}

/** @returns a serial number in the form in which lists and certificates are compared. */
export const plainSerial = (hex: string): string => hex.toLowerCase().replace(/^0+(?=.)/, '');

/** Each entry is a sequence that begins with a serial number. Without entries there is no sequence. */
function serialsOf(list: DerElement | undefined): Set<string> {
  const numbers = list?.tag === SEQUENCE ? derInside(list).map((entry) => derInside(entry)[0]) : [];
  return new Set(
    numbers
      .filter((number): number is DerElement => number?.tag === INTEGER)
      .map(({ body }) => plainSerial(body.toString('hex'))),
  );
}

function digestOf(algorithm: DerElement | undefined): string {
  const digest = DIGESTS[derInside(algorithm)[0]?.body.toString('hex') ?? ''];
  if (digest === undefined) throw new Error('The revocation list is signed in an unknown way.');
  return digest;
}

/**
 * @param der one list.
 * @returns the list, or undefined when the authority did not sign it.
 * @throws when the bytes are not a revocation list.
 */
export function revocationList(
  der: Buffer,
  authority: X509Certificate,
): RevocationList | undefined {
  const [signed, algorithm, signature] = derInside(derElements(der)[0]);
  if (signed === undefined || signature === undefined)
    throw new Error('This is not a revocation list.');
  // The signature is a bit string, whose first byte counts unused bits.
  const bits = signature.body.subarray(1);
  if (!verify(digestOf(algorithm), signed.whole, authority.publicKey, bits)) return undefined;
  const fields = derInside(signed);
  const first = fields.findIndex(isTime);
  const [from, until] = fields.slice(first).filter(isTime).map(toMilliseconds);
  if (from === undefined || until === undefined)
    throw new Error('The revocation list does not say how long it is valid.');
  return { serials: serialsOf(fields[first + 2]), from, until };
}

/** @returns the lists of a PEM file. */
export const listsInPem = (text: string): Buffer[] =>
  [...text.matchAll(/-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----/g)].map(([, body]) =>
    Buffer.from(body ?? '', 'base64'),
  );
