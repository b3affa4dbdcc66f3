// SPDX-License-Identifier: Apache-2.0
// A passkey device for tests: real keys, COSE and CBOR as devices write them (WebAuthn Level 3, 6.1 and 6.5; RFC 8949, RFC 9053). It does
// what it is told, also what no browser would let it do.
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type { Assertion, Registration } from '../passkeys/passkey-shapes.js';

type Cbor = number | string | Buffer | Map<number | string, Cbor>;

const BYTES = 2;
const TEXT = 3;
const MAP = 5;

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
}

function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(TEXT, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(BYTES, value.length), value]);
  const entries = [...value].flatMap(([name, entry]) => [cbor(name), cbor(entry)]);
  return Buffer.concat([head(MAP, value.size), ...entries]);
}

export type Algorithm = 'ES256' | 'Ed25519';

const KEY_PAIRS: Readonly<
  Record<Algorithm, () => { publicKey: KeyObject; privateKey: KeyObject }>
> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
};

const HASHES: Readonly<Record<Algorithm, string | null>> = { ES256: 'sha256', Ed25519: null };

const coordinate = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64url');

function coseKey(algorithm: Algorithm, key: KeyObject): Buffer {
  const { x, y } = key.export({ format: 'jwk' });
  return cbor(
    algorithm === 'ES256'
      ? new Map<number, Cbor>([
          ...([
            [1, 2],
            [3, -7],
            [-1, 1],
          ] as const),
          ...([
            [-2, coordinate(x)],
            [-3, coordinate(y)],
          ] as const),
        ])
      : new Map<number, Cbor>([
          ...([
            [1, 1],
            [3, -8],
            [-1, 6],
          ] as const),
          [-2, coordinate(x)],
        ]),
  );
}

const sha256 = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();

/** What a device or its browser may do otherwise than it should. */
export interface Deviations {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly crossOrigin?: boolean;
  /** False: it did not ask who its user is. */
  readonly userVerified?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
  /** Changes what the browser says after the device signed. */
  readonly tamper?: (clientDataJSON: string) => string;
}

interface Site {
  readonly rpId: string;
  readonly origin: string;
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;

const id = (bytes: Buffer): string => bytes.toString('base64url');

/** One device with one passkey. Its counter rises with each signature. */
export class SoftwareAuthenticator {
  readonly credentialId = randomBytes(32);
  readonly #site: Site;
  readonly #algorithm: Algorithm;
  readonly #keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  #counter = 0;
  #userHandle = '';

  constructor(site: Site, algorithm: Algorithm) {
    this.#site = site;
    this.#algorithm = algorithm;
    this.#keys = KEY_PAIRS[algorithm]();
  }

  /** Answers creation options. */
  create(
    options: { readonly challenge: string; readonly user: { readonly id: string } },
    deviations: Deviations = {},
  ): Registration {
    this.#userHandle = options.user.id;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.credentialId.length);
    const key = coseKey(this.#algorithm, this.#keys.publicKey);
    const credential = Buffer.concat([Buffer.alloc(16), length, this.credentialId, key]);
    const authData = Buffer.concat([this.#head(ATTESTED, deviations), credential]);
    const said = this.#clientData('webauthn.create', options.challenge, deviations);
    const attestation = new Map<string, Cbor>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    return {
      ...this.#named(),
      response: {
        clientDataJSON: id(Buffer.from(deviations.tamper?.(said) ?? said)),
        attestationObject: id(cbor(attestation)),
        transports: ['internal', 'hybrid'],
      },
    };
  }

  /** Answers request options. */
  get(options: { readonly challenge: string }, deviations: Deviations = {}): Assertion {
    const authenticatorData = this.#head(0, deviations);
    const said = this.#clientData('webauthn.get', options.challenge, deviations);
    const signed = Buffer.concat([authenticatorData, sha256(said)]);
    return {
      ...this.#named(),
      response: {
        clientDataJSON: id(Buffer.from(deviations.tamper?.(said) ?? said)),
        authenticatorData: id(authenticatorData),
        signature: id(sign(HASHES[this.#algorithm], signed, this.#keys.privateKey)),
        userHandle: deviations.userHandle ?? this.#userHandle,
      },
    };
  }

  #named() {
    const name = id(this.credentialId);
    return { id: name, rawId: name, type: 'public-key' } as const;
  }

  #head(flags: number, { rpId, userVerified = true, counter }: Deviations): Buffer {
    this.#counter += 1;
    const rest = Buffer.alloc(5);
    rest.writeUInt8(flags | USER_PRESENT | (userVerified ? USER_VERIFIED : 0));
    rest.writeUInt32BE(counter ?? this.#counter, 1);
    return Buffer.concat([sha256(rpId ?? this.#site.rpId), rest]);
  }

  #clientData(type: string, challenge: string, deviations: Deviations): string {
    return JSON.stringify({
      type: deviations.type ?? type,
      challenge: deviations.challenge ?? challenge,
      origin: deviations.origin ?? this.#site.origin,
      crossOrigin: deviations.crossOrigin ?? false,
    });
  }
}
