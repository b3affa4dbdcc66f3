// SPDX-License-Identifier: Apache-2.0
// A real network's blocks break no rule, and each single changed part of them is named.
import { common } from '@hyperledger/fabric-protos';
import { readBlock } from '../blocks/read-block.js';
import type { Call, RawBlock, RawTransaction, Signed } from '../blocks/raw-block.js';
import { defined } from '../testing/defined.js';
import { REAL_BLOCKS, realBlock } from '../testing/real-blocks.js';
import { TestOrganisation } from '../testing/test-organisation.js';
import { ChannelRules } from './channel-rules.js';
import { definitionOf, LIFECYCLE, withDefinitionRow, type Definitions } from './definitions.js';
import { checkEndorsements } from './endorsement-needed.js';
import { checkSettings } from './settings-change.js';

const blocks = new Map(REAL_BLOCKS.map((number) => [number, readBlock(realBlock(number))]));
const blockOf = (number: (typeof REAL_BLOCKS)[number]): RawBlock => defined(blocks.get(number));
const firstOf = (number: (typeof REAL_BLOCKS)[number]): RawTransaction =>
  defined(blockOf(number).transactions[0]);

function settingsOf({ content }: RawTransaction): Uint8Array {
  if (content.kind !== 'settings') throw new Error('These are no settings.');
  return content.envelope;
}

function callOf({ content }: RawTransaction): Call {
  if (content.kind !== 'call') throw new Error('This is no call.');
  return content;
}

const rules = ChannelRules.of(settingsOf(firstOf(0)), firstOf(0).channel);
const definitions = callOf(firstOf(2))
  .access.filter(({ namespace }) => namespace === LIFECYCLE)
  .flatMap(({ writes }) => writes)
  .reduce<Definitions>((all, { key, value }) => withDefinitionRow(all, key, value), new Map());

/** One bit of it is another. */
function flipped(bytes: Uint8Array, at = 12): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

/** A change of settings as its proposer alone would have it. */
function withoutSignatures(envelope: Uint8Array): Uint8Array {
  const settings = common.ConfigEnvelope.deserializeBinary(envelope);
  const last = defined(settings.getLastUpdate());
  const payload = common.Payload.deserializeBinary(last.getPayload_asU8());
  const update = common.ConfigUpdateEnvelope.deserializeBinary(payload.getData_asU8());
  update.clearSignaturesList();
  payload.setData(update.serializeBinary());
  last.setPayload(payload.serializeBinary());
  return settings.serializeBinary();
}

const calls = [1, 2, 86, 104, 130] as const;
const transactionsOf = (of: readonly (typeof REAL_BLOCKS)[number][]) =>
  of.flatMap((number) =>
    blockOf(number).transactions.map((each) => [`${number}:${each.index}`, each] as const),
  );

describe('a real block', () => {
  it.each([...calls, 451] as const)('%i is signed by orderers', async (number) => {
    expect(await rules.blockSignatures(blockOf(number))).toBeUndefined();
  });

  it.each(transactionsOf([...calls, 451]))('sent transaction %s by a member', async (_, each) => {
    expect(await rules.creatorProblem(each.creator)).toBeUndefined();
  });

  it.each(transactionsOf(calls))('has the endorsements of %s', async (_, each) => {
    expect(await checkEndorsements(callOf(each), rules, definitions)).toBeUndefined();
  });

  it('defines the chaincode', () => {
    expect(definitionOf(definitions, 'offline-pay')).toMatchObject({
      sequence: 1,
      validationPlugin: 'vscc',
      collections: [{ name: 'addresses', memberOnlyRead: true }],
    });
  });

  it('revokes a certificate by a change that is right', async () => {
    const { problems, next, changes } = await checkSettings(rules, settingsOf(firstOf(451)));
    expect(problems).toEqual([]);
    expect(next?.settings.sequence).toBe(rules.settings.sequence + 1);
    const what = expect.stringMatching(
      /^changed: nothing → revocation lists [0-9a-f]{16}$/,
    ) as string;
    expect(changes).toEqual([
      { path: 'value /Channel/Application/BankMSP/MSP', what },
      { path: 'value /Channel/Orderer/BankMSP/MSP', what },
    ]);
  });
});

describe('a changed change of the settings', () => {
  const envelope = Buffer.from(settingsOf(firstOf(451)));
  const problemsOf = async (bytes: Uint8Array) => (await checkSettings(rules, bytes)).problems;

  it('is named when a byte of the new list is another', async () => {
    const at = envelope.indexOf('-----BEGIN X509 CRL-----') + 60;
    expect(await problemsOf(flipped(envelope, at))).not.toEqual([]);
  });

  it('is named when it comes a second time', async () => {
    const { next } = await checkSettings(rules, envelope);
    const { problems } = await checkSettings(defined(next), envelope);
    expect(problems.map(({ subject }) => subject)).toContain('sequence');
  });

  it('is named by each of its changes when nobody signed it', async () => {
    const problems = await problemsOf(withoutSignatures(envelope));
    expect(problems.map(({ rule, subject }) => `${rule} ${String(subject)}`)).toEqual([
      'config.quorum value /Channel/Application/BankMSP/MSP',
      'config.quorum value /Channel/Orderer/BankMSP/MSP',
    ]);
  });
});

describe('a changed block', () => {
  const block = blockOf(104);
  const signature = defined(block.signatures[0]);
  const stranger = new TestOrganisation(signature.identity.mspId).member('orderer');
  const client = defined(firstOf(104).creator).identity;

  it.each<[string, Signed[], RegExp]>([
    ['signature', [{ ...signature, signature: flipped(signature.signature) }], /not over/],
    ['message', [{ ...signature, message: flipped(signature.message) }], /not over/],
    ['identity of another member', [{ ...signature, identity: client }], /not over/],
    ['identity of a stranger', [{ ...signature, identity: stranger.identity }], /No authority/],
    ['number of signatures', [], /nobody/],
  ])('is named for its %s', async (_, signatures, found) => {
    const problem = await rules.blockSignatures({ ...block, signatures });
    expect(problem?.found).toMatch(found);
  });
});

describe('a changed transaction', () => {
  const transaction = firstOf(86);
  const call = callOf(transaction);
  const creator = defined(transaction.creator);
  const [first, second] = [defined(call.endorsements[0]), defined(call.endorsements[1])];

  it.each<[string, Signed]>([
    ['signature', { ...creator, signature: flipped(creator.signature) }],
    ['content', { ...creator, message: flipped(creator.message) }],
    ['sender', { ...creator, identity: first.identity }],
  ])('is named for the %s of its sender', async (_, changed) => {
    expect((await rules.creatorProblem(changed))?.rule).toBe('transaction.creator');
  });

  it.each<[string, Signed[]]>([
    ['a signature', [{ ...first, signature: flipped(first.signature) }, second]],
    ['an answer', [first, { ...second, message: flipped(second.message) }]],
    ['an endorser', [first, { ...second, identity: creator.identity }]],
    ['too few endorsements', [first]],
    ['one endorsement twice', [first, first]],
  ])('is named for %s', async (_, endorsements) => {
    const problem = await checkEndorsements({ ...call, endorsements }, rules, definitions);
    expect(problem?.rule).toBe('transaction.endorsements');
  });
});
