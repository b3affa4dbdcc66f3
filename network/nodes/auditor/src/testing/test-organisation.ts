// SPDX-License-Identifier: Apache-2.0
// Organisations for tests of who may sign: authorities, members of any kind, revocation lists, and what a channel says of them.
import { generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import {
  AUTHORITY,
  COMMON_NAME,
  makeCertificate,
  type CertificateExtension,
} from '@fabric-offline-pay/testing';
import type { Signed, SignedIdentity } from '../blocks/raw-block.js';
import {
  BIT_STRING,
  derElement,
  derInteger,
  derSignature,
  SEQUENCE,
} from '../channel/der-writer.js';
import { signatureNumbers, withLowS } from '../channel/signatures.js';

const UNIT = '2.5.4.11';
const SUBJECT_KEY = '2.5.29.14';
const OCTET_STRING = 0x04;
const ECDSA_WITH_SHA256 = derElement(
  SEQUENCE,
  derElement(0x06, Buffer.from('2a8648ce3d040302', 'hex')),
);

/** The curve of a new key, as Node.js names it. */
export type TestCurve = 'P-256' | 'P-384' | 'P-521';

const newKeys = (namedCurve: TestCurve) => generateKeyPairSync('ec', { namedCurve });

/** @returns ECDSA over SHA-256 in DER, with low S as Fabric writes it */
export function signLow(key: KeyObject, message: Uint8Array): Buffer {
  const signature = sign('sha256', message, key);
  const numbers = signatureNumbers(signature);
  const low = numbers && withLowS(numbers, key);
  return low === undefined ? signature : derSignature(low);
}

/** Somebody with a certificate and its key. */
export class TestMember {
  constructor(
    readonly mspId: string,
    /** PEM. */
    readonly certificate: string,
    readonly key: KeyObject,
  ) {}

  get identity(): SignedIdentity {
    const message = new msp.SerializedIdentity();
    message.setMspid(this.mspId);
    message.setIdBytes(Buffer.from(this.certificate));
    const { mspId, certificate } = this;
    return { mspId, certificate, bytes: message.serializeBinary() };
  }

  signs(message: Uint8Array): Signed {
    return { identity: this.identity, message, signature: signLow(this.key, message) };
  }
}

/** How a certificate differs from an ordinary one. */
export interface TestSubject {
  /** Default: `somebody`. */
  readonly name?: string;
  readonly units?: readonly string[];
  readonly extensions?: readonly CertificateExtension[];
  readonly curve?: TestCurve;
}

/** An authority that certifies members and other authorities. */
export class TestCa {
  readonly #keys = newKeys('P-256');
  readonly #name: readonly [readonly [string, string]];
  readonly #keyId: Buffer;
  /** PEM. */
  readonly certificate: string;

  /** @param above the authority that certifies this one; itself when absent */
  constructor(
    readonly mspId: string,
    name: string,
    above?: TestCa,
  ) {
    this.#name = [[COMMON_NAME, name]];
    this.#keyId = Buffer.from(name.padEnd(20).slice(0, 20));
    this.certificate = this.certifiedBy(above ?? this);
  }

  /** @returns another certificate of this authority, PEM */
  certifiedBy(above: TestCa): string {
    const value = derElement(OCTET_STRING, this.#keyId);
    const extensions = [AUTHORITY, { oid: SUBJECT_KEY, value }];
    return above.#certify({ subject: this.#name, publicKey: this.#keys.publicKey, extensions });
  }

  #certify(content: Omit<Parameters<typeof makeCertificate>[0], 'issuer'>): string {
    return makeCertificate({ ...content, issuer: this.#name }, this.#keys.privateKey);
  }

  issue(certified: TestSubject = {}): TestMember {
    const { name = 'somebody', units = [], extensions = [], curve = 'P-256' } = certified;
    const { privateKey, publicKey } = newKeys(curve);
    const subject = [[COMMON_NAME, name] as const, ...units.map((unit) => [UNIT, unit] as const)];
    const certificate = this.#certify({ subject, publicKey, extensions });
    return new TestMember(this.mspId, certificate, privateKey);
  }

  /** @param signer the authority whose key signs it @returns a list that names this authority by its key, DER */
  revocationList(
    revoked: readonly Pick<TestMember, 'certificate'>[],
    signer: TestCa = this,
  ): Buffer {
    const time = (text: string) => derElement(0x18, Buffer.from(text));
    const entries = revoked.map(({ certificate }) =>
      derElement(
        SEQUENCE,
        derInteger(BigInt(`0x${new X509Certificate(certificate).serialNumber}`)),
        time('20200101000000Z'),
      ),
    );
    const authorityKey = derElement(
      SEQUENCE,
      derElement(0x06, Buffer.from('551d23', 'hex')),
      derElement(OCTET_STRING, derElement(SEQUENCE, derElement(0x80, this.#keyId))),
    );
    const content = derElement(
      SEQUENCE,
      derInteger(1n),
      ECDSA_WITH_SHA256,
      derElement(SEQUENCE),
      // The list ended long ago: Fabric does not look.
      time('20200101000000Z'),
      time('20200102000000Z'),
      ...(entries.length === 0 ? [] : [derElement(SEQUENCE, ...entries)]),
      derElement(0xa0, derElement(SEQUENCE, authorityKey)),
    );
    const bits = derElement(
      BIT_STRING,
      Buffer.from([0]),
      sign('sha256', content, signer.#keys.privateKey),
    );
    return derElement(SEQUENCE, content, ECDSA_WITH_SHA256, bits);
  }
}

/** What a channel says of an organisation, where it is not the ordinary. */
export interface TestMembership {
  readonly roots?: readonly string[];
  readonly intermediates?: readonly string[];
  readonly admins?: readonly string[];
  readonly revocationLists?: readonly Uint8Array[];
  /** Whether units tell members apart. Default: yes. */
  readonly hasRoles?: boolean;
  /** PEM of the authority under which the units count. Default: the root. */
  readonly unitAuthority?: string;
  /** Units of which each member must have one. */
  readonly units?: readonly string[];
}

/** An organisation with one root. */
export class TestOrganisation {
  readonly ca: TestCa;

  constructor(readonly mspId: string) {
    this.ca = new TestCa(mspId, `${mspId} root`);
  }

  member(unit: string): TestMember {
    return this.ca.issue({ units: [unit] });
  }

  /** @returns Fabric's `MSPConfig` */
  membership(content: TestMembership = {}): Uint8Array {
    const authority = content.unitAuthority ?? this.ca.certificate;
    const unit = (identifier: string): msp.FabricOUIdentifier => {
      const message = new msp.FabricOUIdentifier();
      message.setOrganizationalUnitIdentifier(identifier);
      message.setCertificate(Buffer.from(authority));
      return message;
    };
    const bytes = (texts: readonly string[]) => texts.map((text) => Buffer.from(text));
    const inner = new msp.FabricMSPConfig();
    inner.setName(this.mspId);
    inner.setRootCertsList(bytes(content.roots ?? [this.ca.certificate]));
    inner.setIntermediateCertsList(bytes(content.intermediates ?? []));
    inner.setAdminsList(bytes(content.admins ?? []));
    inner.setRevocationListList([...(content.revocationLists ?? [])]);
    inner.setOrganizationalUnitIdentifiersList((content.units ?? []).map(unit));
    const roles = new msp.FabricNodeOUs();
    roles.setEnable(content.hasRoles ?? true);
    roles.setClientOuIdentifier(unit('client'));
    roles.setPeerOuIdentifier(unit('peer'));
    roles.setAdminOuIdentifier(unit('admin'));
    roles.setOrdererOuIdentifier(unit('orderer'));
    inner.setFabricNodeOus(roles);
    const outer = new msp.MSPConfig();
    outer.setConfig(inner.serializeBinary());
    return outer.serializeBinary();
  }
}
