// SPDX-License-Identifier: Apache-2.0
// Who belongs to an organisation, as Fabric's MSP decides it.
import { defined } from '../testing/defined.js';
import { derElement, derSignature, BIT_STRING, SEQUENCE } from './der-writer.js';
import { TestCa, TestOrganisation, type TestMembership } from '../testing/test-organisation.js';
import { derElements, derInside } from '@fabric-offline-pay/domain';
import { pemContent } from './certificate.js';
import { membershipSettings } from './channel-settings.js';
import { Membership } from './membership.js';
import { signatureNumbers } from './signatures.js';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const bank = new TestOrganisation('BankMSP');
const { ca } = bank;

const membership = (content: TestMembership = {}, of = bank): Membership =>
  new Membership(membershipSettings(of.membership(content)));

const rolesOf = (of: Membership, pem: string): string[] => {
  const identified = of.identify(pem);
  return identified.valid ? [...identified.roles].sort() : [identified.reason];
};

const reasonOf = (of: Membership, pem: string): string => {
  const identified = of.identify(pem);
  return identified.valid ? 'valid' : identified.reason;
};

const toPem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;

/** The same certificate with the issuer's signature written in its other way. */
function otherForm(pem: string): string {
  const [tbs, algorithm, signature] = derInside(derElements(defined(pemContent(pem)))[0]);
  const numbers = defined(signatureNumbers(defined(signature).body.subarray(1)));
  const other = derSignature({ r: numbers.r, s: ORDER - numbers.s });
  const bits = derElement(BIT_STRING, Buffer.from([0]), other);
  return toPem(derElement(SEQUENCE, defined(tbs).whole, defined(algorithm).whole, bits));
}

describe('a certificate of the organisation', () => {
  it.each(['client', 'peer', 'admin', 'orderer'])('makes a %s by its unit', (unit) => {
    expect(rolesOf(membership(), bank.member(unit).certificate)).toEqual([unit, 'member'].sort());
  });

  it('names its units with the authorities above them', () => {
    const identified = membership().identify(bank.member('peer').certificate);
    expect(identified).toMatchObject({ valid: true, units: [{ identifier: 'peer' }] });
  });

  it('has one fingerprint, however its issuer’s signature is written', () => {
    const { certificate } = bank.member('peer');
    const rules = membership();
    const [one, other] = [certificate, otherForm(certificate)].map((pem) => rules.identify(pem));
    expect(one).toMatchObject({ valid: true });
    expect(other).toMatchObject({ fingerprint: (one as { fingerprint: string }).fingerprint });
  });

  it('is identified once', () => {
    const { certificate } = bank.member('peer');
    const rules = membership();
    expect(rules.identify(certificate)).toBe(rules.identify(certificate));
  });

  it('counts with whatever stands around it', () => {
    const { certificate } = bank.member('peer');
    expect(rolesOf(membership(), `text\n${certificate}text`)).toEqual(['member', 'peer']);
  });

  it('may have a key on P-384', () => {
    const { certificate } = ca.issue({ units: ['peer'], curve: 'P-384' });
    expect(rolesOf(membership(), certificate)).toEqual(['member', 'peer']);
  });

  it('makes a mere member where units do not matter', () => {
    const rules = membership({ hasRoles: false, admins: [bank.member('admin').certificate] });
    expect(rolesOf(rules, bank.member('peer').certificate)).toEqual(['member']);
  });
});

describe('a certificate that does not count', () => {
  const stranger = new TestOrganisation('OtherMSP');
  const namesake = new TestCa('BankMSP', 'BankMSP root');

  it.each([
    ['of another organisation', () => stranger.member('peer').certificate, /No authority/],
    [
      'of an authority with the same name',
      () => namesake.issue({ units: ['peer'] }).certificate,
      /No authority/,
    ],
    ['without a unit', () => ca.issue().certificate, /do not say what it is/],
    [
      'with two units',
      () => ca.issue({ units: ['peer', 'admin'] }).certificate,
      /do not say what it is/,
    ],
    ['that is an authority', () => new TestCa('BankMSP', 'below', ca).certificate, /no member/],
    ['that is a root', () => ca.certificate, /root is no member|No authority/],
    ['with a key of another kind', () => ca.issue({ curve: 'P-521' }).certificate, /kind/],
    ['that is text', () => 'text', /no certificate/],
    ['that is cut short', () => toPem(Buffer.from([0x30, 0x03, 0x01])), /cannot be read/],
    [
      'with something behind it',
      () =>
        toPem(
          Buffer.concat([
            defined(pemContent(bank.member('peer').certificate)),
            Buffer.from([5, 0]),
          ]),
        ),
      /no certificate/,
    ],
  ])('is one %s', (_, pem, reason) => {
    expect(reasonOf(membership(), pem())).toMatch(reason);
  });

  it('is one for clients of TLS only, since Fabric asks for no purpose, which means servers', () => {
    const purposes = (oid: string) => ({
      oid: '2.5.29.37',
      value: derElement(SEQUENCE, derElement(0x06, Buffer.from(oid, 'hex'))),
    });
    const issue = (oid: string) => ca.issue({ units: ['peer'], extensions: [purposes(oid)] });
    expect(reasonOf(membership(), issue('2b06010505070302').certificate)).toMatch(/No authority/);
    expect(reasonOf(membership(), issue('2b06010505070301').certificate)).toBe('valid');
  });
});

describe('a revoked certificate', () => {
  const peer = bank.member('peer');
  const other = bank.member('peer');

  it('does not count, although the list ended long ago', () => {
    const rules = membership({ revocationLists: [ca.revocationList([peer])] });
    expect(reasonOf(rules, peer.certificate)).toBe('it is revoked');
    expect(reasonOf(rules, other.certificate)).toBe('valid');
  });

  it('counts when another authority signed the list', () => {
    const stranger = new TestCa('BankMSP', 'BankMSP root');
    const rules = membership({ revocationLists: [ca.revocationList([peer], stranger)] });
    expect(reasonOf(rules, peer.certificate)).toBe('valid');
  });

  it('counts when the list names another authority, whoever signed it', () => {
    const other = new TestCa('BankMSP', 'other');
    const rules = membership({ revocationLists: [other.revocationList([peer], ca)] });
    expect(reasonOf(rules, peer.certificate)).toBe('valid');
  });

  it('still is the administrator that the settings list, since Fabric does not look', () => {
    const admin = bank.member('admin');
    const rules = membership({
      admins: [admin.certificate],
      revocationLists: [ca.revocationList([admin])],
    });
    const identified = rules.identify(admin.certificate);
    expect(identified).toMatchObject({ valid: false, identity: { roles: new Set(['admin']) } });
  });
});

describe('an authority between root and members', () => {
  const between = new TestCa('BankMSP', 'between', ca);
  const peer = between.issue({ units: ['peer'] });
  const content = { intermediates: [between.certificate] };

  it('certifies members under the root', () => {
    const rules = membership({ ...content, unitAuthority: between.certificate });
    expect(rolesOf(rules, peer.certificate)).toEqual(['member', 'peer']);
  });

  it('must be named by the settings', () => {
    expect(reasonOf(membership(), peer.certificate)).toMatch(/No authority/);
  });

  it('has units of its own', () => {
    expect(reasonOf(membership(content), peer.certificate)).toMatch(/another authority/);
  });

  it('leaves the root nothing but authorities to certify', () => {
    expect(reasonOf(membership(content), bank.member('peer').certificate)).toMatch(/authorities/);
  });

  it('makes the settings refused when it is revoked', () => {
    const lists = { revocationLists: [ca.revocationList([between])] };
    expect(() => membership({ ...content, ...lists })).toThrow(/revoked/);
  });
});

describe('settings that Fabric refuses', () => {
  it.each<[string, TestMembership, RegExp]>([
    ['without a root', { roots: [] }, /no root/],
    ['with a root that is no authority', { roots: [bank.member('peer').certificate] }, /root/],
    [
      'with a unit of a foreign authority',
      { unitAuthority: new TestCa('x', 'x').certificate },
      /no authority of the organisation/,
    ],
    ['without an administrator', { hasRoles: false }, /no administrator/],
    ['with a peer as administrator', { admins: [bank.member('peer').certificate] }, /no place/],
    ['with a list that is none', { revocationLists: [Buffer.from('list')] }, /cannot be read/],
  ])('are those %s', (_, content, message) => {
    expect(() => membership(content)).toThrow(message);
  });
});

describe('an authority with two certificates', () => {
  const peer = bank.member('peer').certificate;

  it('leaves nobody a member while both are roots, since Fabric wants one way', () => {
    const rules = membership({ roots: [ca.certificate, ca.certifiedBy(ca)] });
    expect(reasonOf(rules, peer)).toMatch(/Two ways/);
  });

  it('is named by the settings with an issuer', () => {
    const cross = ca.certifiedBy(new TestOrganisation('BankMSP').ca);
    expect(() => membership({ intermediates: [cross] })).toThrow(/No authority/);
  });
});
