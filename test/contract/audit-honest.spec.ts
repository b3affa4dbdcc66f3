// SPDX-License-Identifier: Apache-2.0
// Every transaction of the table in real blocks, with a change of the settings and a new version of the chaincode between them: an audit
// finds nothing. Then one field of one row corrupted per case, written by patched chaincodes of all endorsers: each is named by block,
// transaction and rule.
import { ROWS, sha256Hex } from '@fabric-offline-pay/domain';
import { MSP_IDS } from '@fabric-offline-pay/testing';
import type { RawBlock } from '../../network/nodes/auditor/src/blocks/raw-block.js';
import { restsOnPrivateData } from '../../network/nodes/auditor/src/replay/unseen.js';
import { RUNS } from '../support/both-ways.js';
import { corruptionsOf, type Corruption } from '../support/corrupted-fields.js';
import { defined, itemAt, itemWhere } from '../support/defined.js';
import { EveryTransaction } from '../support/every-transaction.js';
import { auditInPieces, AuditRoom } from '../support/forged-ledger/audit-room.js';
import { ForgedLedger, slowerBlocks } from '../support/forged-ledger/forged-ledger.js';
import { seal, type Sealed } from '../support/forged-ledger/sealing.js';
import { rawOf, sealAll, takenApart, withWrite } from '../support/forged-ledger/tampering.js';
import { endOffline, liveOffline } from '../support/offline-lives.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { SecondLine } from '../support/second-line.js';

let forged: ForgedLedger;
let line: SecondLine;
let sealed: readonly Sealed[];
let room: AuditRoom;

const PIECE = 100;

/** What changes between two ways of buying. */
async function changeRules(): Promise<void> {
  await forged.changeSettings(slowerBlocks);
  await forged.upgrade('second');
}

beforeAll(async () => {
  stopTime();
  forged = await ForgedLedger.found();
  line = new SecondLine(forged.ledger);
  const every = new EveryTransaction({ ...forged.parts, passSeconds });
  await every.open();
  for (const [, run] of RUNS) {
    await every.newCustomer();
    await every.liveAllLives(run, 2);
    await every.loginAgain();
    if (forged.definition.sequence === 1) await changeRules();
  }
  for (const live of ['deliveryGated', 'blameAll', 'everythingAroundOrders'] as const) {
    await every.newCustomer();
    await every[live]();
  }
  await liveOffline(forged, 2);
  await endOffline(forged);
  sealed = sealAll(forged.drafts, forged.channel.orderer(MSP_IDS.bank));
  room = await AuditRoom.open();
});
afterAll(async () => {
  await room.close();
  resumeTime();
});

/**
 * Fields that only calls on private data write, which an auditor cannot run again: `replay.private` says what else such a call may write. A
 * quote counts for nothing until its customer signs what it costs, in a call that is run again.
 */
const UNSEEN: readonly string[] = [
  'quote: receipt.at',
  'quote: receipt.inputDigest',
  'quote: receipt.mspId',
  'quote: receipt.transaction',
  'quote: receipt.transactionId',
  'quote: receipt.units.[]',
  'quote: statement.goodsTotal',
  'quote: statement.lines.[].gtin',
  'quote: statement.lines.[].quantity',
  'quote: statement.waybill',
  'receipt: output.*.[].addressRef',
];

/** Fields by which a case of double spending proves: against an honest device, it proves nothing, and `fraud.proof` names it besides. */
const UNPROVEN: readonly string[] = [
  'fraud: amount',
  'fraud: contradicting.[]',
  'fraud: merchantId',
  'fraud: proven',
  'fraud: request',
  'fraud: settled.[]',
  'fraud: voucher',
];

/** Of each field the first row that a call wrote which can be run again. */
function casesOf(corruptions: readonly Corruption[]) {
  const cases = new Map<string, Corruption | undefined>();
  for (const corruption of corruptions) {
    const { field, transaction } = corruption;
    const draft = itemAt(forged.drafts, transaction.block);
    const name = nameOf(itemAt(draft.envelopes, transaction.index));
    if (cases.get(field) === undefined)
      cases.set(field, restsOnPrivateData(name) ? undefined : corruption);
  }
  return cases;
}

const nameOf = (envelope: Uint8Array): string =>
  Buffer.from(takenApart(envelope, forged.channel).arguments[0] ?? []).toString('utf8');

/** The row of a corruption that is another than the ledger has. */
function corrupted({ transaction }: Corruption) {
  const honest = itemWhere(
    line.audited,
    (each) => each.transaction.transactionId === transaction.transactionId,
  );
  const at = transaction.changes.findIndex(
    ({ after }, index) => after !== itemAt(honest.transaction.changes, index).after,
  );
  const { key, after } = itemAt(transaction.changes, at);
  return { key, value: defined(after, 'row') };
}

const blockWithRow = (block: number, index: number, key: string, value: Uint8Array): RawBlock => {
  const place = { draft: itemAt(forged.drafts, block), index };
  const draft = withWrite(place, forged.channel, key, value);
  return rawOf(seal(draft, itemAt(sealed, block - 1).next, forged.channel.orderer(MSP_IDS.bank)));
};

/** The block in which patched chaincodes of all endorsers wrote it. */
function blockWith(corruption: Corruption): RawBlock {
  const { block, index } = corruption.transaction;
  const { key, value } = corrupted(corruption);
  return blockWithRow(block, index, key, value);
}

test('nothing is found in an honest ledger', async () => {
  expect(await room.findingsIn(sealed.map(rawOf))).toEqual([]);
});

test('each corrupted field of each kind of row is named by block, transaction and replay', async () => {
  const cases = casesOf(corruptionsOf(line.audited));
  const seen = [...cases].flatMap(([field, corruption]) =>
    corruption === undefined ? [] : [{ field, corruption }],
  );
  const unseen = [...cases].flatMap(([field, corruption]) => (corruption ? [] : [field]));
  expect(unseen.sort()).toEqual(UNSEEN);
  seen.sort((a, b) => a.corruption.transaction.block - b.corruption.transaction.block);
  const audit = room.auditOf();
  const unproven: string[] = [];
  let next = 0;
  for (const { field, corruption } of seen) {
    const { block, index, transactionId } = corruption.transaction;
    await auditInPieces(audit, sealed.slice(next, block).map(rawOf), PIECE);
    next = block;
    const findings = await room.findingsIn([blockWith(corruption)]);
    const place = { block, index, transactionId };
    const { key } = corrupted(corruption);
    const named: unknown = expect.objectContaining({
      ...place,
      rule: 'replay.writes',
      subject: key,
    });
    expect([field, findings]).toEqual([field, expect.arrayContaining([named])]);
    const isUnproven = findings.some((each) => each.rule === 'fraud.proof' && each.subject === key);
    if (isUnproven) unproven.push(field);
    // The second line may name the same transaction, and the sums after it.
    const others = findings.filter((each) => each.transactionId !== transactionId);
    expect(others.map(({ rule }) => rule).filter((rule) => rule !== 'money.supply')).toEqual([]);
  }
  expect(unproven.sort()).toEqual(UNPROVEN);
  const kinds = new Set(seen.map(({ field }) => field.split(':', 1)[0]));
  expect(Object.keys(ROWS).filter((kind) => kind !== 'address' && !kinds.has(kind))).toEqual([]);
});

/** What no row holds, in place of each text and each number of a row. No part of the long one comes again, so that no index makes it short. */
const HOSTILE: readonly (readonly [text: string, number: number])[] = [
  ['\u0000', -1],
  [Array.from({ length: 200 }, (_, at) => sha256Hex(at.toString())).join(''), 1e300],
  ['\ud800/../~', 0.5],
];

const hostile = (row: Uint8Array, text: string, number: number): Buffer =>
  Buffer.from(
    JSON.stringify(JSON.parse(Buffer.from(row).toString('utf8')), (_, value: unknown) => {
      if (typeof value === 'string') return text;
      return typeof value === 'number' ? number : value;
    }),
  );

test('whatever stands in a row of any kind, there is an answer that names it', async () => {
  const rows = new Map(
    line.audited
      .toReversed()
      .flatMap(({ transaction: { block, index, changes } }) =>
        changes.flatMap(({ key, after }) =>
          after === null
            ? []
            : [[key.split('/', 1)[0] ?? '', { block, index, key, after }] as const],
        ),
      ),
  );
  const other = await AuditRoom.open();
  const audit = other.auditOf();
  let next = 0;
  for (const { block, index, key, after } of [...rows.values()].sort((a, b) => a.block - b.block)) {
    await auditInPieces(audit, sealed.slice(next, block).map(rawOf), PIECE);
    next = block;
    for (const [text, number] of HOSTILE) {
      const bad = blockWithRow(block, index, key, hostile(after, text, number));
      const findings = await other.findingsIn([bad]);
      expect([key, findings.map((each) => [each.block, each.index])]).toEqual([
        key,
        expect.arrayContaining([[block, index]]),
      ]);
    }
  }
  await other.close();
});
