// SPDX-License-Identifier: Apache-2.0
// Certificates from others: they have one form and one authority, and their attributes can be read or count as none.
import { generateKeyPairSync } from 'node:crypto';
import {
  attributesExtension,
  AUTHORITY,
  COMMON_NAME,
  makeCertificate,
  type CertificateExtension,
} from '@fabric-offline-pay/testing';
import * as fc from 'fast-check';
import { defined } from '../../../../test/support/defined';
import { SEED } from '../../../../test/support/seeded';
import { attributesOf, isIssuedBy, readCertificate, spkiOf } from './certificate';

fc.configureGlobal({ seed: SEED });

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [root, client] = [newKeys(), newKeys()];
const named = (text: string) => [[COMMON_NAME, text] as const];

const certificate = (
  extensions: readonly CertificateExtension[] = [],
  publicKey = client.publicKey,
): string =>
  makeCertificate(
    { subject: named('client'), issuer: named('root'), publicKey, extensions },
    root.privateKey,
  );

const readable = (pem: string) => defined(readCertificate(pem), 'certificate in the text');

const authority = (extensions: readonly CertificateExtension[] = [AUTHORITY], keys = root) =>
  readable(
    makeCertificate(
      { subject: named('root'), issuer: named('root'), publicKey: keys.publicKey, extensions },
      keys.privateKey,
    ),
  );

describe('a certificate', () => {
  const pem = certificate();

  it('is read in its one form', () => {
    expect(readCertificate(pem)?.toString()).toBe(pem);
  });

  it.each([
    ['nothing', ''],
    ['text', 'none'],
    ['text before it', `subject=client\n${pem}`],
    ['text after it', `${pem}\n`],
    ['no line end', pem.trimEnd()],
    ['other line ends', pem.replaceAll('\n', '\r\n')],
    ['two of them', pem + certificate()],
    ['one line', pem.replace(/(?<=[^-])\n(?=[^-])/g, '')],
    ['another label', pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')],
    ['a byte more inside', pem.replace(/\n-----END/, 'AA==\n-----END')],
  ])('is not read with %s', (_, text) => {
    expect(readCertificate(text)).toBeUndefined();
  });

  it('belongs to an authority that may certify, has the right name, and signed it', () => {
    const read = readable(pem);
    expect(isIssuedBy(read, authority())).toBe(true);
    expect(isIssuedBy(read, authority([]))).toBe(false);
    expect(isIssuedBy(read, authority([AUTHORITY], newKeys()))).toBe(false);
    expect(isIssuedBy(read, read)).toBe(false);
  });

  it('may have a key of another kind', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    expect(spkiOf(readable(certificate([], publicKey)))).toMatch(/^MCow/);
  });
});

describe('attributes', () => {
  const read = (...texts: readonly string[]) =>
    attributesOf(readable(certificate(texts.map(attributesExtension))));

  it('are the ones that the authority gave', () => {
    const attrs = { role: 'offline-issuer', actor: 'bank-1', note: 'ünïcode '.repeat(40) };
    expect(read(JSON.stringify({ attrs }))).toEqual(attrs);
    expect(
      attributesOf(
        readable(certificate([AUTHORITY, attributesExtension('{"attrs":{"role":"a"}}')])),
      ),
    ).toEqual({ role: 'a' });
  });

  it.each<[string, string[]]>([
    ['no extension', []],
    ['two extensions', ['{"attrs":{"role":"a"}}', '{"attrs":{"role":"a"}}']],
    ['an empty one', ['']],
    ['no JSON', ['{"attrs":']],
    ['no attributes', ['{}']],
    ['no texts', ['{"attrs":{"role":1}}']],
    ['a list', ['{"attrs":["role"]}']],
    ['a deep nest', ['['.repeat(30_000)]],
  ])('are none with %s', (_, texts) => {
    expect(read(...texts)).toEqual({});
  });

  it('are none or texts for any content of the extension', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (value) => {
        const oid = '1.2.3.4.5.6.7.8.1';
        const attributes = attributesOf(readable(certificate([{ oid, value }])));
        expect(Object.values(attributes).every((text) => typeof text === 'string')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
