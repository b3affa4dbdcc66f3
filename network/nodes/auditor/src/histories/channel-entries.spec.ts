// SPDX-License-Identifier: Apache-2.0
// What a real network's members decided: packages that were approved, the definition, a change of the settings.
import { readBlock } from '../blocks/read-block.js';
import { ChannelRules } from '../channel/channel-rules.js';
import { checkSettings } from '../channel/settings-change.js';
import { defined } from '../testing/defined.js';
import { REAL_BLOCKS, realBlock } from '../testing/real-blocks.js';
import { definitionEntries, settingEntries } from './channel-entries.js';
import { seenTransaction, type Audited } from './seen-transaction.js';
import { contentOf, packed, readable, unpacked } from './transaction-content.js';

const auditedIn = (number: (typeof REAL_BLOCKS)[number]): Audited[] =>
  readBlock(realBlock(number)).transactions.map((transaction) => ({
    ...{ block: number, transaction, name: '' },
    changed: {
      ...{ block: number, index: transaction.index, transactionId: transaction.id },
      ...{ at: transaction.at, changes: [] },
    },
  }));

const definitionsIn = (number: (typeof REAL_BLOCKS)[number]) =>
  auditedIn(number).flatMap((audited) => definitionEntries(seenTransaction(audited)));

test('each organisation approved its own package of one definition', () => {
  const approved = definitionsIn(1);
  const [definition] = definitionsIn(2);
  expect(approved.length).toBeGreaterThan(0);
  expect(definition).toMatchObject({ step: 'defined', chaincode: 'offline-pay', package: null });
  for (const each of approved) {
    expect(each).toEqual({
      ...definition,
      step: 'approved',
      package: expect.stringMatching(/^offline-pay_[^:]+:[0-9a-f]{64}$/) as string,
    });
  }
});

test('a definition that does not count is no entry', () => {
  const [audited] = auditedIn(2);
  expect(definitionEntries(seenTransaction({ ...defined(audited), changed: undefined }))).toEqual(
    [],
  );
});

test('a change of the settings is told by its paths', async () => {
  const [founding] = auditedIn(0);
  const [change] = auditedIn(451);
  const envelopeOf = ({ transaction: { content } }: Audited): Uint8Array => {
    if (content.kind !== 'settings') throw new Error('These are no settings.');
    return content.envelope;
  };
  const rules = ChannelRules.of(
    envelopeOf(defined(founding)),
    defined(founding).transaction.channel,
  );
  const { changes } = await checkSettings(rules, envelopeOf(defined(change)));
  const seen = seenTransaction({ ...defined(change), settings: changes });
  expect(settingEntries(seen).map(({ path }) => path)).toEqual([
    'value /Channel/Application/BankMSP/MSP',
    'value /Channel/Orderer/BankMSP/MSP',
  ]);
});

test('what is packed of a real transaction is what it says', () => {
  const [audited] = auditedIn(130);
  const content = contentOf(defined(audited), 'offline-pay');
  expect(unpacked(packed(content))).toEqual(content);
  expect(content.endorsers.length).toBeGreaterThan(1);
  expect(content.function).toMatch(/^[a-zA-Z]+:[a-zA-Z]+$/);
  expect(() => JSON.parse(content.arguments[0] ?? '')).not.toThrow();
});

test.each([
  ['text', Buffer.from('text')],
  ['base64:AA==', Buffer.from([0])],
  ['base64:/w==', Buffer.from([255])],
])('bytes are shown as %s', (shown, bytes) => expect(readable(bytes)).toBe(shown));
