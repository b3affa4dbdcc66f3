// SPDX-License-Identifier: Apache-2.0
import { X509Certificate, createPublicKey } from 'node:crypto';
import { ClientIdentity, type ChaincodeStub } from 'fabric-shim';
import { makeCaller, type Caller } from './caller';

function identity({ mspId, certificate }: Caller): ClientIdentity {
  const stub = {
    getCreator: () => ({ mspid: mspId, idBytes: Buffer.from(certificate) }),
    getChannelID: () => 'payments',
    getTxID: () => 'tx',
  };
  return new ClientIdentity(stub as unknown as ChaincodeStub);
}

test('the certificate is well-formed and belongs to the private key', () => {
  const caller = makeCaller({ mspId: 'BankMSP', role: 'teller', actor: 'bank-1' });
  const certificate = new X509Certificate(caller.certificate);
  expect(certificate.subject).toBe('OU=client\nCN=teller-bank-1');
  expect(certificate.issuer).toBe('CN=ca.BankMSP');
  expect(certificate.validTo).toBe('Jan  1 00:00:00 2120 GMT');
  const jwk = createPublicKey(caller.privateKey).export({ format: 'jwk' });
  expect(certificate.publicKey.export({ format: 'jwk' })).toEqual(jwk);
});

test("fabric-shim's identity reads role, actor and further attributes", () => {
  const attributes = { note: 'ünïcode '.repeat(40) };
  const caller = makeCaller({ mspId: 'BankMSP', role: 'teller', actor: 'bank-1', attributes });
  const client = identity(caller);
  expect(client.getMSPID()).toBe('BankMSP');
  expect(client.assertAttributeValue('role', 'teller')).toBe(true);
  expect(client.getAttributeValue('actor')).toBe('bank-1');
  expect(client.getAttributeValue('note')).toBe(attributes.note);
});

test('omitted options are not in the certificate', () => {
  const client = identity(makeCaller({ mspId: 'BankMSP' }));
  expect(client.getAttributeValue('role')).toBeNull();
  expect(client.getID()).toBe('x509::/OU=client/CN=BankMSP::/CN=ca.BankMSP');
});

test('callers of one organisation share its issuer and differ in key and serial number', () => {
  const certificate = () => new X509Certificate(makeCaller({ mspId: 'BankMSP' }).certificate);
  const [a, b] = [certificate(), certificate()];
  expect(a.serialNumber).not.toBe(b.serialNumber);
  expect(a.fingerprint256).not.toBe(b.fingerprint256);
});
