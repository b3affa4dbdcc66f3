// SPDX-License-Identifier: Apache-2.0
// What a chaincode can do to a ledger, at its edges: each function below is a question to the peers. Their answers are
// recorded, and asserted nowhere but where the question would be none without a certain outcome.
import assert from 'node:assert/strict';
import { ADDRESS_COLLECTION } from '@fabric-offline-pay/domain';
import { defined } from '../support/defined.js';
import type { Probe } from './probe.js';
import type { Operation } from './probe-contract.js';
import type { Told } from './recorder.js';

type Question = (probe: Probe) => Promise<void>;

const MEMBERS = ['bank', 'logistics'] as const;
const SECRET = { transient: 'secret' } as const;

const put = (key: string, value = 'x'): Operation => ['put', key, value];
const get = (key: string): Operation => ['get', key];
const range = (start: string, end: string, limit?: number): Operation =>
  limit === undefined ? ['range', start, end] : ['range', start, end, limit];
const privately = (name: string, key: string, ...rest: readonly string[]): Operation => [
  name,
  ADDRESS_COLLECTION,
  key,
  ...rest,
];

/** Operations whose failure is an answer. */
const attempts = (...operations: readonly Operation[]): Operation[] =>
  operations.map((operation) => ['attempt', operation]);

const expectCode = ({ validationCode }: Told, expected: string): void =>
  assert.equal(validationCode, expected);

/** Endorses `first`, commits `second`, and only then sends what was endorsed. @returns its outcome */
async function overtaken(
  probe: Probe,
  first: readonly Operation[],
  second: readonly Operation[],
  options: Parameters<Probe['run']>[1] = {},
): Promise<Told> {
  const held = await probe.hold(first, options);
  await probe.run(second, options);
  return probe.send(held);
}

const reads: Question = async (probe) => {
  await probe.run([put('a', '1'), get('a'), put('a', '2'), get('a')]);
  await probe.run([get('a'), get('a'), get('absent'), put('b'), ['delete', 'a'], get('a')]);
  await probe.run([
    get('a'),
    ['delete', 'absent'],
    put('c'),
    ['delete', 'c'],
    put('d'),
    put('d', ''),
  ]);
  await probe.run([put('b', ''), get('b'), put('e', 'ü€😀')]);
  await probe.query([get('a'), get('b'), get('e'), range('', '')]);
  await probe.run([]);
  await probe.run([['context']]);
};

const whoAsks: Question = async (probe) => {
  for (const as of ['bank', 'merchant', 'logistics'] as const) {
    await probe.query([['context']], { as, ...SECRET });
    await probe.run([['context'], put(`from/${as}`)], { as, ...SECRET });
  }
};

/** UTF-16 and UTF-8 order the last two differently. */
const KEYS = ['z', 'ä', 'ß', 'Z', 'é', 'e\u0301', '日本', '\ue000', '\uffee', '😀', '\u{10ffff}'];

const keysInOrder: Question = async (probe) => {
  await probe.run([...KEYS].reverse().map((key) => put(`k/${key}`, key)));
  await probe.run(KEYS.flatMap((key) => [get(`k/${key}`), put(`k/${key}`, key)]));
  await probe.run([range('k/', 'k0'), range('k/\ue000', 'k/😀'), range('k/z', '')]);
  await probe.run([put('\u0000composite\u0000a\u0000'), range('', 'b')]);
  await probe.run([range('', ''), range('\u0000', '\u0001'), range('k0', 'k/'), range('a', 'a')]);
};

const COUNTS = [49, 50, 51, 99, 100, 101, 102, 250] as const;

const ranges: Question = async (probe) => {
  await Promise.all(COUNTS.map((count) => probe.run([['putMany', `r${count}/`, count]])));
  await Promise.all(
    COUNTS.map((count) => probe.run([range(`r${count}/`, `r${count}0`), put('seen')])),
  );
  for (const limit of [0, 1, 50, 99, 100, 101, 200, 201])
    await probe.run([range('r250/', 'r2500', limit), put(`limited/${limit}`)]);
  await probe.run([put('r49/0000a'), ['delete', 'r49/0001'], range('r49/', 'r49/0003')]);
  await probe.run([range('r50/', 'r500'), range('r50/', 'r500'), range('r50/', 'r500', 1)]);
  await probe.run([range('none/', 'none0'), range('none/', 'none0', 1), put('none')]);
};

/** Enough rows for the second level of hashes: 51 times 51 and some. */
const manyRows: Question = async (probe) => {
  await probe.run([['putMany', 'many/', 2700]]);
  await probe.run([['attempt', range('many/', 'many0', 2650)], put('counted')]);
};

const pages: Question = async (probe) => {
  const page = (...args: readonly unknown[]): Operation => ['page', 'r250/', 'r2500', ...args];
  for (const size of [1, 50, 51, 100, 101, 249, 250, 300]) await probe.query([page(size)]);
  await probe.query([page(10), page(10, 'r250/0010'), page(0, 'r250/0240')]);
  await probe.run([page(10, 'r250/0010'), get('a')]);
  await probe.run([page(10), put('after-a-page')]);
  await probe.run([put('before-a-page'), page(10)]);
  await probe.run([page(60), ...attempts(put('x'), ['delete', 'x'])]);
  await probe.run([put('kept'), ...attempts(page(3)), get('kept')]);
};

const privateRows: Question = async (probe) => {
  const run = (operations: readonly Operation[], options = {}) =>
    probe.run(operations, { by: MEMBERS, ...SECRET, ...options });
  const read = [privately('privateGet', 'p'), privately('privateHash', 'p')];
  await run([privately('privatePut', 'p'), ...read]);
  await run([...read, privately('privatePut', 'q', '-2'), privately('privateGet', 'absent')]);
  await run([privately('privatePut', 'p', '-3'), put('public')]);
  await run([privately('privateHash', 'p'), put('hashed')], { by: ['bank', 'merchant'] });
  await run([privately('privateDelete', 'q'), privately('privateDelete', 'absent')]);
  await run([privately('privateGet', 'q'), privately('privatePurge', 'p')]);
  await run([...read, privately('privatePurge', 'p'), privately('privatePurge', 'absent')]);
  await run([privately('privatePut', 'p', '-4'), privately('privatePurge', 'p')]);
  await run([privately('privatePurge', 'q'), privately('privatePut', 'q', '-5')]);
  await run([privately('privatePut', 'empty')], { transient: '' });
  for (const key of ['r', 's', 'ß', '😀', '\uffee']) await run([privately('privatePut', key, key)]);
  await run([...read, privately('privateGet', 'q')]);
  await probe.query([privately('privateRange', '', '')], { as: 'logistics' });
  await run([privately('privateRange', 'r', 'z'), get('a')]);
};

const privateRefusals: Question = async (probe) => {
  const limits = [
    privately('privateGet', 'r'),
    privately('privateHash', 'r'),
    privately('privateRange', '', ''),
    privately('privatePut', 'r'),
    privately('privateDelete', 'r'),
    privately('privatePurge', 'r'),
  ];
  for (const limited of limits) {
    await probe.query([limited], { as: 'merchant' });
    for (const by of ['bank', 'merchant'] as const)
      await probe.query(attempts(limited), { by: [by] });
    await probe.query(attempts([limited[0], 'no-such-collection', 'r', 's']));
  }
  await probe.run([privately('privateRange', 'r', 's'), put('x')], { by: MEMBERS });
  await probe.run([put('x'), privately('privateRange', 'r', 's')], { by: MEMBERS });
  await probe.run([privately('privateRange', 'r', 's'), ...attempts(put('x'))], { by: MEMBERS });
};

const privateConflicts: Question = async (probe) => {
  const options = { by: MEMBERS, ...SECRET };
  const change = (to: string) => [privately('privateGet', 'r'), privately('privatePut', 'r', to)];
  await Promise.all(['1', '2', '3'].map((to) => probe.run(change(to), options)));
  const purged = [privately('privatePurge', 'r')];
  expectCode(await overtaken(probe, change('4'), purged, options), 'MVCC_READ_CONFLICT');
  const hash = [privately('privateHash', 's'), put('s')];
  expectCode(
    await overtaken(probe, hash, [privately('privatePut', 's')], options),
    'MVCC_READ_CONFLICT',
  );
  const absent = [privately('privateGet', 'never'), put('never')];
  const removal = [privately('privateDelete', 'never')];
  expectCode(await overtaken(probe, absent, removal, options), 'VALID');
  await Promise.all([probe.run(removal, options), probe.run(absent, options)]);
  await Promise.all([
    probe.run([privately('privatePut', 't', '1')], options),
    probe.run([privately('privatePurge', 't')], options),
    probe.run([privately('privatePut', 't', '2')], options),
  ]);
  await probe.query([privately('privateGet', 't'), privately('privateHash', 't')]);
};

const events: Question = async (probe) => {
  await probe.run([['event', 'first', '1'], put('event'), ['event', 'last', '2']]);
  await probe.run([['event', 'no-payload', '']]);
  await probe.run([['event', 'gone', '1'], put('gone'), ['fail', 'after the event']]);
  await probe.run(attempts(['event', '', 'without a name']));
};

const failures: Question = async (probe) => {
  await probe.run([put('thrown'), ['fail', 'on purpose: ü']]);
  await probe.run([['fail', '']]);
  await probe.query([['fail', 'a query']], { as: 'merchant' });
  await probe.run([], { transaction: 'probe:nothing' });
  await probe.run([], { transaction: 'nobody:run' });
  await probe.run([], { transaction: 'run' });
  await probe.run([], { input: 'no json' });
  await probe.run([put('')]);
  await probe.run(attempts(get(''), ['delete', '']));
  await probe.run([get('thrown'), ...attempts(['fail', 'caught'])]);
};

const conflicts: Question = async (probe) => {
  await probe.run([put('hot', '0')]);
  await Promise.all([1, 2, 3].map((to) => probe.run([get('hot'), put('hot', String(to))])));
  await Promise.all([1, 2, 3].map((to) => probe.run([put('blind', String(to))])));
  const change = [get('hot'), put('hot', 'late')];
  expectCode(await overtaken(probe, change, [put('hot', 'first')]), 'MVCC_READ_CONFLICT');
  expectCode(await overtaken(probe, change, [['delete', 'hot']]), 'MVCC_READ_CONFLICT');
  expectCode(await overtaken(probe, [put('hot', 'blind')], [put('hot', 'first')]), 'VALID');
  const absent = [get('ghost'), put('seen-none')];
  expectCode(await overtaken(probe, absent, [['delete', 'ghost']]), 'VALID');
  await Promise.all([probe.run([['delete', 'ghost']]), probe.run(absent), probe.run(absent)]);
  await Promise.all([probe.run([put('ghost'), get('ghost')]), probe.run(absent)]);
  await Promise.all([probe.run([get('hot'), ['fail', 'no']]), probe.run([put('hot', 'ok')])]);
};

const phantoms: Question = async (probe) => {
  const scan = [range('r51/', 'r510'), put('scanned')];
  const listed = [range('r49/', 'r490'), put('scanned')];
  const first = [range('r250/', 'r2500', 1), put('scanned')];
  const overtakenBy = (scanning: readonly Operation[], ...change: readonly Operation[]) =>
    overtaken(probe, scanning, change);
  for (const [scanning, prefix] of [
    [scan, 'r51'],
    [listed, 'r49'],
  ] as const) {
    expectCode(await overtakenBy(scanning, put(`${prefix}/0010x`)), 'PHANTOM_READ_CONFLICT');
    expectCode(await overtakenBy(scanning, put(`${prefix}/0010`)), 'PHANTOM_READ_CONFLICT');
    expectCode(await overtakenBy(scanning, ['delete', `${prefix}/0012`]), 'PHANTOM_READ_CONFLICT');
    expectCode(await overtakenBy(scanning, put(`${prefix}0`)), 'VALID');
  }
  // The peer had fetched 101 rows, though the chaincode took one.
  expectCode(await overtakenBy(first, put('r250/0101')), 'VALID');
  expectCode(await overtakenBy(first, put('r250/0100')), 'PHANTOM_READ_CONFLICT');
  expectCode(await overtakenBy(first, put('r250/0099x')), 'PHANTOM_READ_CONFLICT');
  await Promise.all([probe.run(scan), probe.run([put('r51/0020x')]), probe.run(scan)]);
  await Promise.all([probe.run([['delete', 'r51/0020x']]), probe.run(scan)]);
  await Promise.all([probe.run([['delete', 'r51/none']]), probe.run(scan)]);
};

const policies: Question = async (probe) => {
  const sets = [['bank'], ['merchant'], ['merchant', 'logistics'], ['bank', 'merchant']] as const;
  for (const by of sets) {
    await probe.run([get('hot'), put('hot', by.join())], { by, as: by[0] });
    await probe.run([get('hot')], { by, as: by[0] });
  }
  const wrong = { by: ['bank', 'merchant'], ...SECRET } as const;
  expectCode(await probe.run([privately('privatePut', 'r')], wrong), 'ENDORSEMENT_POLICY_FAILURE');
  await probe.run([privately('privatePut', 'r'), put('with')], { ...wrong, by: MEMBERS });
  await probe.run([privately('privateHash', 'r'), put('hash')], { by: ['bank', 'merchant'] });
  const stale = await probe.hold([get('hot'), put('hot', 'stale')], { by: ['bank'] });
  await probe.run([put('hot', 'newer')]);
  expectCode(await probe.send(stale), 'ENDORSEMENT_POLICY_FAILURE');
};

const duplicates: Question = async (probe) => {
  const once = await probe.run([put('once')]);
  expectCode(await probe.send(once), 'DUPLICATE_TXID');
  const held = await probe.hold([put('twice')]);
  await Promise.all([probe.send(held), probe.send(held)]);
  const loser = await overtaken(probe, [get('hot'), put('hot', 'loser')], [put('hot', 'won')]);
  expectCode(loser, 'MVCC_READ_CONFLICT');
  const signedBefore = defined(once.proposal, 'proposal');
  await probe.run([put('once')], { signedBefore });
  await probe.query([put('once')], { signedBefore });
};

/** The whole state, as every organisation's peer has it. */
export const askForEverything: Question = async (probe) => {
  for (const as of ['bank', 'merchant', 'logistics'] as const) {
    await probe.query([range('', '')], { as });
    await probe.query(attempts(privately('privateRange', '', '')), { as });
  }
};

const QUESTIONS: Readonly<Record<string, Question>> = {
  reads,
  whoAsks,
  keysInOrder,
  ranges,
  manyRows,
  pages,
  privateRows,
  privateRefusals,
  privateConflicts,
  events,
  failures,
  conflicts,
  phantoms,
  policies,
  duplicates,
};

export async function askRawOperations(probe: Probe): Promise<void> {
  for (const ask of Object.values(QUESTIONS)) await ask(probe);
}
