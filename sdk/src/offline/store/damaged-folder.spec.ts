// SPDX-License-Identifier: Apache-2.0
// Every file of the durable stores of a device and a terminal, damaged in every way: the store is complete or refused, now and
// when it is opened again. An incomplete store never counts as complete. OFFPAY_SEED repeats a run.
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStore, restoreFolder, stateMark, type Entry } from '@fabric-offline-pay/sdk/offline';
import { SealedLife } from '../../../../test/support/sealed-life';
import { SEED, seeded } from '../../../../test/support/seeded';
import { levelStore } from './level-store.js';
import { codeOfError } from '../../guards.js';

const KINDS = ['device', 'terminal'] as const;
type Kind = (typeof KINDS)[number];

let folder: string;
let life: SealedLife;
const whole = new Map<Kind, readonly Entry[]>();

/** Store and mark in one folder, so that both are copied. */
const opened = async (home: string, kind: Kind) =>
  folderStore(join(home, kind), await stateMark(kind, join(home, 'marks')));

/** Opened several times, so that there are tables beside the log. */
async function fill(home: string, kind: Kind): Promise<void> {
  const entries = [...life.disks[kind].contents].filter(([key]) => key !== 'head');
  const [first, last] = [entries.slice(0, -2), entries.slice(-2)];
  for (const some of [first.slice(0, 4), first.slice(4), last]) {
    const store = await opened(home, kind);
    for (const [key, value] of some) await store.write([{ key, value }]);
    whole.set(kind, await store.list(''));
    await store.close();
  }
}

beforeAll(async () => {
  console.log(`damaged folders: seed ${SEED}`);
  folder = mkdtempSync(join(tmpdir(), 'offline-damage-'));
  life = await SealedLife.lived();
  for (const kind of KINDS) await fill(join(folder, 'whole'), kind);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const random = seeded();

/** @returns a copy of all stores and marks. */
function copied(): string {
  const home = mkdtempSync(join(folder, 'copy-'));
  cpSync(join(folder, 'whole'), home, { recursive: true });
  return home;
}

const garbage = (length: number): Buffer => Buffer.from(Array.from({ length }, () => random(256)));

function overwrite(file: string, at: number, length: number): void {
  const bytes = readFileSync(file);
  garbage(Math.min(length, bytes.length - at)).copy(bytes, at);
  writeFileSync(file, bytes);
}

const DAMAGES: Readonly<Record<string, (file: string) => void>> = {
  removed: (file) => rmSync(file),
  emptied: (file) => truncateSync(file),
  'cut in half': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  'cut by a byte': (file) => truncateSync(file, Math.max(0, statSync(file).size - 1)),
  'all random': (file) => overwrite(file, 0, statSync(file).size),
  'random somewhere': (file) => overwrite(file, random(Math.max(1, statSync(file).size)), 16),
  'random elsewhere': (file) => overwrite(file, random(Math.max(1, statSync(file).size)), 1),
  'random in the front': (file) => overwrite(file, 0, 16),
  'with a tail': (file) => writeFileSync(file, Buffer.concat([readFileSync(file), garbage(100)])),
};

/** `whole`, the code of the refusal, or the wrong content. */
async function outcome(home: string, kind: Kind): Promise<string> {
  try {
    const store = await opened(home, kind);
    const entries = await store.list('');
    await store.close();
    return JSON.stringify(entries) === JSON.stringify(whole.get(kind))
      ? 'whole'
      : 'another content';
  } catch (error) {
    return String(codeOfError(error) ?? error);
  }
}

const ALLOWED = ['whole', 'STORE_DAMAGED', 'STORE_ROLLED_BACK'];

/** The files of a store or a mark, without LevelDB's own log of events. */
const filesOf = (home: string, within: string): string[] =>
  readdirSync(join(home, within))
    .filter((name) => !name.startsWith('LOG'))
    .map((name) => join(within, name));

const markOf = (kind: Kind): string =>
  join('marks', createHash('sha256').update(kind).digest('hex'));

describe.each(KINDS)('a %s', (kind) => {
  test.each([
    ['store', () => kind],
    ['mark', () => markOf(kind)],
  ])('with a damaged file of its %s', async (_, placeOf) => {
    const counts: Record<string, number> = {};
    const wrong: string[] = [];
    for (const file of filesOf(join(folder, 'whole'), placeOf()))
      for (const [name, damage] of Object.entries(DAMAGES)) {
        const home = copied();
        damage(join(home, file));
        const [first, second] = [await outcome(home, kind), await outcome(home, kind)];
        counts[first] = (counts[first] ?? 0) + 1;
        if (
          !ALLOWED.includes(first) ||
          !ALLOWED.includes(second) ||
          (second === 'whole' && first !== 'whole')
        )
          wrong.push(`${file} ${name}: ${first}, then ${second}`);
      }
    console.log(kind, counts);
    expect(wrong).toEqual([]);
    expect(counts['whole']).toBeGreaterThan(0);
    expect((counts['STORE_DAMAGED'] ?? 0) + (counts['STORE_ROLLED_BACK'] ?? 0)).toBeGreaterThan(5);
  });

  test('without CURRENT is damaged, and nothing of it is deleted', async () => {
    const home = copied();
    rmSync(join(home, kind, 'CURRENT'));
    const before = filesOf(home, kind);
    await expect(opened(home, kind)).rejects.toMatchObject({
      code: 'STORE_DAMAGED',
      details: { folder: join(home, kind), missing: 'CURRENT' },
    });
    expect(filesOf(home, kind)).toEqual(expect.arrayContaining(before));
  });

  test.each(['MANIFEST-000001/x\n', `${'x'.repeat(300)}\n`, '\0\n', ''])(
    'whose CURRENT names no manifest is damaged: %j',
    async (content) => {
      const home = copied();
      writeFileSync(join(home, kind, 'CURRENT'), content);
      await expect(opened(home, kind)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    },
  );

  test('that is damaged continues with an empty folder in its place', async () => {
    const home = copied();
    rmSync(join(home, kind, 'CURRENT'));
    cpSync(join(home, kind), join(home, 'kept'), { recursive: true });
    rmSync(join(home, kind), { recursive: true });
    const mark = () => stateMark(kind, join(home, 'marks'));
    expect(await restoreFolder(join(home, kind), await mark(), { publicKey: kind })).toMatchObject({
      reason: 'empty',
      sealedEpoch: kind === 'device' ? 2 : null,
    });
    const store = await opened(home, kind);
    await store.write([{ key: 'a/1', value: 'one' }]);
    await store.close();
    const again = await opened(home, kind);
    expect(await again.get('a/1')).toBe('one');
    await again.close();
  });
});

test('a copy of an open store cannot be opened', async () => {
  const home = copied();
  const store = await opened(home, 'device');
  cpSync(join(home, 'device'), join(home, 'copy'), { recursive: true });
  await expect(stateMark('device', join(home, 'marks'))).rejects.toMatchObject({
    code: 'STORE_LOCKED',
  });
  await store.close();
});

test('a durable store from before seals is sealed in place', async () => {
  const home = copied();
  const before = await levelStore(join(home, 'before'));
  const records = life.disks.device.contents;
  await before.write([...records].map(([key, value]) => ({ key, value })));
  await before.write([{ key: 'head', value: undefined }]);
  const unsealed = await before.list('');
  await before.close();
  const mark = () => stateMark('before', join(home, 'marks'));
  for (let times = 0; times < 2; times += 1) {
    const store = await folderStore(join(home, 'before'), await mark());
    expect(await store.list('')).toEqual(unsealed);
    await store.close();
  }
});

test('the mark is in the user’s state folder, where nobody else can read it', async () => {
  const before = process.env['XDG_STATE_HOME'];
  process.env['XDG_STATE_HOME'] = join(folder, 'state');
  try {
    await (await stateMark('a key')).close();
  } finally {
    if (before === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = before;
  }
  const marks = join(folder, 'state', 'fabric-offline-pay', 'marks');
  const [name = ''] = readdirSync(marks);
  expect(name).toMatch(/^[0-9a-f]{64}$/);
  expect(statSync(join(marks, name)).mode & 0o777).toBe(0o700);
});
