// SPDX-License-Identifier: Apache-2.0
// `offpay verify-fraud`: proven, not proven and not judged are three answers, in the exit code and in JSON.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certifiedIssuer } from '@fabric-offline-pay/domain';
import { PROGRAM } from '../../../test/support/command-line.js';
import { itemWhere } from '../../../test/support/defined.js';
import { offpayHere } from '../../../test/support/offpay-here.js';
import vectors from '../../../test/vectors/offline.json';
import { COMMAND_ERRORS } from '../command-errors.js';

const { root, issuer, nextIssuer, otherRoot } = vectors.certificates;
const fileOf = (name: string): string =>
  itemWhere(vectors.proofs, (proof) => proof.name === name).file;

const kidOf = (certificate: string): string => certifiedIssuer(certificate).kid;
const KIDS = { issuer: kidOf(issuer), nextIssuer: kidOf(nextIssuer) };

let folder: string;
let written: string;
let told: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'verify-fraud-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** @returns the exit code. */
async function verify(proof: string, trust: string, ...options: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await offpayHere([
    'verify-fraud',
    proof,
    '--trust',
    trust,
    ...options,
  ]);
  [written, told] = [stdout, stderr];
  return code;
}

const answer = (): unknown => JSON.parse(written);

test.each([
  ['of one issuer', 'the same counter', KIDS.issuer],
  ['of format 1', 'format 1: one issuer for both sides', KIDS.issuer],
  ['of two issuers', 'a voucher under each of two issuers', KIDS.nextIssuer],
])('a proof %s is proven', async (_, name, second) => {
  const proof = put('proof.json', fileOf(name));
  expect(await verify(proof, put('root.pem', root), '--json')).toBe(0);
  expect(answer()).toMatchObject({
    proven: true,
    fraud: { kind: 'sameCounter', bankId: 'bank-1', customerId: 'customer-1' },
    sides: [{ issuer: KIDS.issuer }, { issuer: second }],
  });
});

test('shows a person what is proven, with the issuers to ask the bank about', async () => {
  expect(await verify(put('p', fileOf('the same counter')), put('root.pem', root))).toBe(0);
  expect(written).toMatch(/^PROVEN: device device-1 of customer-1/);
  expect(written).toContain(`under issuer ${KIDS.issuer}`);
});

test.each([
  ['honest vouchers', 'noContradiction'],
  ['a certificate by an auditor of the bank', 'issuerUntrusted'],
  ['an issuer whose certificate names no role', 'issuerUntrusted'],
  ['a line end after the proof', 'malformed'],
])('%s proves nothing: %s', async (name, reason) => {
  const proof = put('proof.json', fileOf(name));
  expect(await verify(proof, put('root.pem', root), '--json')).toBe(1);
  expect(answer()).toMatchObject({ proven: false, reason });
  expect(told).toBe('');
});

test('another root proves nothing, and the answer says so', async () => {
  const proof = put('proof.json', fileOf('the same counter'));
  expect(await verify(proof, put('root.pem', otherRoot))).toBe(1);
  expect(written).toMatch(/^NOT PROVEN: issuerUntrusted: /);
});

describe('nothing is judged', () => {
  test.each(['no-such-file', ''])('without a file: %p', async (name) => {
    expect(await verify(join(folder, name), put('root.pem', root), '--json')).toBe(2);
    expect(written).toBe('');
    const { remedy } = COMMAND_ERRORS.FILE_UNREADABLE;
    expect(JSON.parse(told)).toMatchObject({ code: 'FILE_UNREADABLE', remedy });
  });

  test.each([
    ['nothing', ''],
    ['text around it', `subject=root\n${root}`],
    ['a certificate of no authority', issuer],
    ['two of them', root + otherRoot],
  ])('when the file to trust has %s', async (_, text) => {
    const proof = put('proof.json', fileOf('the same counter'));
    expect(await verify(proof, put('root.pem', text))).toBe(2);
    expect(told).toContain('TRUST_INVALID: ');
  });

  test('when the command line does not say whom to trust; help is not a failure', () => {
    const exit = (...words: string[]) =>
      spawnSync(process.execPath, [PROGRAM, 'verify-fraud', ...words]).status;
    expect(exit(put('proof.json', fileOf('the same counter')))).toBe(2);
    expect(exit('--help')).toBe(0);
  });
});
