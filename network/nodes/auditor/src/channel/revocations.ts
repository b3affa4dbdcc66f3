// SPDX-License-Identifier: Apache-2.0
// Which certificates an organisation's settings revoke. They count from the settings on that bring them, and never expire.
import { revocationList } from '@fabric-offline-pay/node-common/node';
import { derElements, derInside, type DerElement } from '@fabric-offline-pay/domain';
import { pemContent, type Certificate } from './certificate.js';
import { readable } from './channel-error.js';

/** 2.5.29.35. */
const AUTHORITY_KEY = '551d23';
const EXTENSIONS = 0xa0;
const KEY_IDENTIFIER = 0x80;

interface List {
  readonly der: Buffer;
  /** Of the authority that made it, hex; undefined: it does not say. */
  readonly authorityKey: string | undefined;
}

function authorityKeyIn(der: Buffer): string | undefined {
  const [signed] = derInside(derElements(der)[0]);
  const wrapper = derInside(signed).find(({ tag }) => tag === EXTENSIONS);
  const extensions = derInside(derInside(wrapper)[0]).map(derInside);
  const value: DerElement | undefined = extensions
    .find(([oid]) => oid?.body.toString('hex') === AUTHORITY_KEY)
    ?.at(-1);
  const parts = value === undefined ? [] : derInside(derElements(value.body)[0]);
  return parts.find(({ tag }) => tag === KEY_IDENTIFIER)?.body.toString('hex');
}

const listIn = (bytes: Uint8Array): List =>
  readable('A revocation list', () => {
    const der = pemContent(Buffer.from(bytes).toString('latin1')) ?? Buffer.from(bytes);
    return { der, authorityKey: authorityKeyIn(der) };
  });

/** The revocation lists of one organisation. */
export class Revocations {
  readonly #lists: readonly List[];
  /** By the certificate of the issuer. */
  readonly #serials: ReadonlyMap<string, ReadonlySet<string>>;

  /** @param lists PEM or DER @throws {ChannelError} unreadable, which a list without an end is, too */
  constructor(lists: readonly Uint8Array[], issuers: readonly Certificate[]) {
    this.#lists = lists.map(listIn);
    this.#serials = new Map(
      issuers.map((issuer) => [issuer.raw.toString('base64'), this.#read(issuer)]),
    );
  }

  /** Fabric refuses every member of an organisation with a list that names no authority. */
  get isComplete(): boolean {
    return this.#lists.every(({ authorityKey }) => authorityKey !== undefined);
  }

  /** Mirrors `validateCertAgainstChain` of msp/mspimplvalidate.go: a list counts when it bears the issuer's key and signature. */
  revokes({ serial }: Certificate, issuer: Certificate): boolean {
    return this.#serials.get(issuer.raw.toString('base64'))?.has(serial) === true;
  }

  #read(issuer: Certificate): ReadonlySet<string> {
    const lists = this.#lists.filter(
      ({ authorityKey }) => authorityKey === issuer.extensions.subjectKey,
    );
    return readable('A revocation list', () => {
      const read = lists.map(({ der }) => revocationList(der, issuer.x509));
      return new Set(read.flatMap((list) => [...(list?.serials ?? [])]));
    });
  }
}
