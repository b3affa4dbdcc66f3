// SPDX-License-Identifier: Apache-2.0
// The ledger in memory does what real peers do: one suite runs on a real network, and all that its peers read, wrote, answered
// and decided comes out again in memory, byte for byte, wherever and whenever it is run.
// Set OFFPAY_RECORDING to a new folder to keep the recording there; to replay it alone:
// node test/agreement/run-typescript.cjs test/agreement/replay-main.ts <folder>/recording.json <folder>/chaincode
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ALL_TRANSACTIONS } from '@fabric-offline-pay/domain';
import { record, type Recorded } from '../agreement/record.js';
import type { Replayed } from '../agreement/replay-main.js';
import { replayApart, type Surroundings } from '../agreement/replaying.js';
import type { RecordedProposal, RecordedTransaction } from '../agreement/recording.js';
import { valueFor } from '../support/defined.js';

const kept = process.env['OFFPAY_RECORDING'];
let folder: string;
let recorded: Recorded;
let proposals: readonly RecordedProposal[];
let transactions: readonly RecordedTransaction[];

beforeAll(async () => {
  folder = kept !== undefined ? resolve(kept) : mkdtempSync(join(tmpdir(), 'offpay-agreement-'));
  mkdirSync(folder, { recursive: true });
  recorded = await record(folder);
  const { rounds } = recorded.recording;
  proposals = rounds.flatMap((round) => round.proposals);
  transactions = rounds.flatMap(({ blocks }) => blocks).flatMap((block) => block.transactions);
}, 600_000);
afterAll(() => {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
});

describe('the recording', () => {
  test('holds every submitted transaction of the table, valid', () => {
    const valid = new Set(
      transactions
        .filter(({ validationCode }) => validationCode === 'VALID')
        .map(({ transactionId }) => transactionId),
    );
    const names = new Set(
      proposals.filter((each) => valid.has(each.transactionId)).map(({ name }) => name),
    );
    const submitted = ALL_TRANSACTIONS.filter(({ kind }) => kind === 'submit');
    expect(submitted.map(({ fullName }) => fullName).filter((name) => !names.has(name))).toEqual(
      [],
    );
  });

  test.each([
    ['MVCC_READ_CONFLICT', 10],
    ['PHANTOM_READ_CONFLICT', 8],
    ['ENDORSEMENT_POLICY_FAILURE', 6],
    ['DUPLICATE_TXID', 2],
  ])('holds transactions that ended as %s', (code, least) => {
    const ended = transactions.filter(({ validationCode }) => validationCode === code);
    expect(ended.length).toBeGreaterThanOrEqual(least);
  });

  test('holds blocks of several transactions, answers and refusals', () => {
    const blocks = recorded.recording.rounds.flatMap((round) => round.blocks);
    const kinds = (kind: string) => proposals.filter(({ outcome }) => outcome.kind === kind).length;
    expect(blocks.filter((block) => block.transactions.length > 1).length).toBeGreaterThan(20);
    expect(kinds('answered')).toBeGreaterThan(30);
    expect(kinds('refused')).toBeGreaterThan(20);
    console.log(
      `${recorded.recording.rounds.length} rounds, ${proposals.length} proposals, ${transactions.length} transactions in ${blocks.length} blocks`,
    );
  });
});

describe('comes out the same in memory', () => {
  const elsewhere = { locale: 'tr_TR.UTF-8', timeZone: 'Pacific/Kiritimati' };
  const places = [
    ['here and now', {}],
    ['in Turkish, on Kiritimati, 50 s behind', { ...elsewhere, clockShift: -50_000 }],
    ['in Turkish, on Kiritimati, 50 s ahead', { ...elsewhere, clockShift: 50_000 }],
  ] as const satisfies readonly (readonly [string, Surroundings])[];
  let replays: ReadonlyMap<string, Replayed>;

  beforeAll(async () => {
    const replaying = places.map(
      async ([place, surroundings]) =>
        [place, await replayApart(recorded.file, recorded.chaincode, surroundings)] as const,
    );
    replays = new Map(await Promise.all(replaying));
  }, 120_000);

  test.each(places)('%s', (place) => {
    const { differences } = valueFor(replays, place);
    const [first] = differences;
    expect({ where: first?.where, did: first?.memory }).toEqual({
      where: first?.where,
      did: first?.peers,
    });
    expect(differences).toEqual([]);
  });

  test('in the places that were meant', () => {
    const [here, ...others] = places.map(([place]) => valueFor(replays, place));
    const { timeZone } = elsewhere;
    expect(here?.timeZone).not.toBe(timeZone);
    for (const replay of others) expect(replay).toMatchObject({ locale: 'tr-TR', timeZone });
  });
});
