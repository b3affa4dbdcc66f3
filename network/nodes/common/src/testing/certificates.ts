// SPDX-License-Identifier: Apache-2.0
// Issues and revokes certificates for tests of mutual TLS, with the attributes of Fabric CA: Node.js can read X.509, not write it.
import {
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';

const SEQUENCE = 0x30;
const SET = 0x31;
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const BASIC_CONSTRAINTS = '551d13';
const SUBJECT_ALTERNATIVE_NAME = '551d11';
const FABRIC_ATTRIBUTES = '2a03040506070801';

function lengthOf(body: Buffer): Buffer {
  if (body.length < 0x80) return Buffer.from([body.length]);
  return body.length < 0x100
    ? Buffer.from([0x81, body.length])
    : Buffer.from([0x82, body.length >> 8, body.length & 0xff]);
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body), body]);
}

const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

const name = (commonName: string): Buffer =>
  der(SEQUENCE, der(SET, der(SEQUENCE, oid(COMMON_NAME), der(0x0c, Buffer.from(commonName)))));

const time = (text: string): Buffer => der(0x18, Buffer.from(text));

const extension = (id: string, value: Buffer): Buffer => der(SEQUENCE, oid(id), der(0x04, value));

const bits = (body: Buffer): Buffer => der(0x03, Buffer.from([0]), body);

/** A certificate and its key, PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface Subject {
  readonly commonName: string;
  /** Value of the `role` attribute. */
  readonly role?: string;
  /** Value of the `actor` attribute. */
  readonly actor?: string;
  readonly isExpired?: boolean;
}

/** The content of a revocation list. Default: empty and valid for long. */
export interface Revoked {
  readonly certificates?: readonly TestCertificate[];
  /** GeneralizedTime, for example `20200101000000Z`. */
  readonly from?: string;
  readonly until?: string;
}

function extensions({ role, actor }: Subject, isAuthority: boolean): Buffer {
  const authority = isAuthority ? [der(0x01, Buffer.from([0xff]))] : [];
  const host = der(
    SEQUENCE,
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.from([127, 0, 0, 1])),
  );
  const attributes = Buffer.from(JSON.stringify({ attrs: { role, actor } }));
  return der(
    SEQUENCE,
    extension(BASIC_CONSTRAINTS, der(SEQUENCE, ...authority)),
    extension(SUBJECT_ALTERNATIVE_NAME, host),
    ...(role === undefined ? [] : [extension(FABRIC_ATTRIBUTES, attributes)]),
  );
}

const pem = (body: Buffer, label = 'CERTIFICATE'): string => {
  const lines = body.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
};

const serialOf = ({ cert }: TestCertificate): Buffer =>
  Buffer.from(new X509Certificate(cert).serialNumber, 'hex');

const algorithm = der(SEQUENCE, oid(ECDSA_WITH_SHA256));

const BEGIN = '20200101000000Z';
const END = '21200101000000Z';

/** An authority that issues to servers on 127.0.0.1 and to clients. */
export class TestAuthority {
  readonly #name: string;
  readonly #key: KeyObject;
  /** PEM. */
  readonly root: string;

  constructor(commonName: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#name = commonName;
    this.#key = privateKey;
    this.root = this.#certify({ commonName }, publicKey, true);
  }

  issue(subject: Subject): TestCertificate {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    return { cert: this.#certify(subject, publicKey, false), key };
  }

  /** @returns a revocation list, PEM. */
  revocations({ certificates = [], from = BEGIN, until = END }: Revoked = {}): string {
    const entries = certificates.map((entry) =>
      der(SEQUENCE, der(0x02, serialOf(entry)), time(BEGIN)),
    );
    const signed = der(
      SEQUENCE,
      der(0x02, Buffer.from([1])),
      algorithm,
      name(this.#name),
      time(from),
      time(until),
      ...(entries.length === 0 ? [] : [der(SEQUENCE, ...entries)]),
    );
    return pem(this.#signed(signed), 'X509 CRL');
  }

  #signed(content: Buffer): Buffer {
    return der(SEQUENCE, content, algorithm, bits(sign('sha256', content, this.#key)));
  }

  #certify(subject: Subject, publicKey: KeyObject, isAuthority: boolean): string {
    const signed = der(
      SEQUENCE,
      der(0xa0, der(0x02, Buffer.from([2]))),
      der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
      algorithm,
      name(this.#name),
      der(SEQUENCE, time(BEGIN), time(subject.isExpired === true ? '20200102000000Z' : END)),
      name(subject.commonName),
      publicKey.export({ type: 'spki', format: 'der' }),
      der(0xa3, extensions(subject, isAuthority)),
    );
    return pem(this.#signed(signed));
  }
}
