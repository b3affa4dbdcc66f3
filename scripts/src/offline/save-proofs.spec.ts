// SPDX-License-Identifier: Apache-2.0
// Each proof gets its own file. The folder is made if it is missing.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveProofs } from './save-proofs.js';

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'save-proofs-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const record = (orderNumber: string, voucherDigest: string, proof: string | null) => ({
  orderNumber,
  voucherDigest,
  proof,
  submitted: false,
  own: null,
  first: null,
});

const terminalWith = (...records: readonly ReturnType<typeof record>[]) => ({
  proofs: () => Promise.resolve(records),
  saveProof: (voucherDigest: string, file: string) => writeFile(file, voucherDigest),
});

test('makes a missing folder, with its parents', async () => {
  const into = join(folder, 'new', 'proofs');
  const terminal = terminalWith(record('A-1', 'digest-1', '{}'), record('A-2', 'digest-2', null));
  expect(await saveProofs(terminal, into)).toEqual([join(into, 'A-1.fraud-proof.json')]);
  expect(readdirSync(into)).toEqual(['A-1.fraud-proof.json']);
  expect(await saveProofs(terminal, undefined)).toEqual([]);
});

test('writes two proofs of one order to two files', async () => {
  const terminal = terminalWith(
    record('A-1', 'AAAAAAAAAA', '{}'),
    record('A-1', 'BBBBBBBBBB', '{}'),
  );
  await saveProofs(terminal, folder);
  expect(readdirSync(folder).sort()).toEqual([
    'A-1.AAAAAAAA.fraud-proof.json',
    'A-1.BBBBBBBB.fraud-proof.json',
  ]);
});
