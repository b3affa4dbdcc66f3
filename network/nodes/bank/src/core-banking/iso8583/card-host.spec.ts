// SPDX-License-Identifier: Apache-2.0
// Against a real server: whatever it does, a request has one effect in the end, and nothing is taken that was not acknowledged.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@fabric-offline-pay/domain';
import { waitUntil } from '@fabric-offline-pay/node-common';
import { testEngine } from '../../../../common/src/testing/test-place.js';
import { Life, MortalEngine } from '../../testing/hosts/mortal-engine.js';
import { emptyTables, openBankingDatabase } from '../../testing/hosts/banking-database.js';
import { TestAuthority } from '../../../../common/src/testing/certificates.js';
import { CardHostSimulator } from '../../testing/hosts/card-host-simulator.js';
import { faultsOf, isSilent, stopsHost, type Fault } from '../../testing/hosts/faults.js';
import {
  BALANCES,
  bookedMoney,
  CARD,
  OPERATIONS,
  PAYEE,
  untilAnswered,
  type Money,
  type Operation,
} from '../../testing/hosts/operations.js';
import { bookLines } from '../book/totals.js';
import { HostUncertain, HostUnavailable, type StatingBank } from '../core-banking.js';
import type { IsoMessage } from './codec.js';
import { recordedCoreBanking } from '../requests/recorded-core-banking.js';
import type { CoreBankingDatabase } from '../tables.js';
import { CardHost } from './card-host.js';
import { HostLine, type LineOptions } from './host-line.js';
import { readStatement } from './statement-files.js';

const TODAY = '2026-11-29';
const PATIENT_MS = 10_000;
const HURRIED_MS = 40;
const NOW = Date.UTC(2026, 10, 29, 12);

/** Of the process that dies: it shares the database with the others. */
const life = new Life();
let mortal: CoreBankingDatabase;
let db: CoreBankingDatabase;
let host: CardHostSimulator;
let folder: string;
let noted: string[];
/** How long the bank waits for an answer. */
let patienceMs: number;
const opened: CardHost[] = [];

beforeAll(async () => {
  const engine = await testEngine();
  db = await openBankingDatabase({ engine });
  mortal = await openBankingDatabase({ engine: new MortalEngine(engine, life) });
  host = await CardHostSimulator.start();
  folder = mkdtempSync(join(tmpdir(), 'card-host-'));
});

beforeEach(empty);

afterEach(() => Promise.all(opened.splice(0).map((adapter) => adapter.close())));

afterAll(async () => {
  await host.stop();
  await db.destroy();
  rmSync(folder, { recursive: true });
});

/** Dies before a message, or after its answer. */
class MortalLine extends HostLine {
  override async exchange(message: IsoMessage): Promise<IsoMessage> {
    life.step();
    const answer = await super.exchange(message);
    life.step();
    return answer;
  }
}

async function empty(): Promise<void> {
  patienceMs = PATIENT_MS;
  noted = [];
  host.reset();
  for (const [token, balance] of BALANCES) host.accounts.set(token, balance);
  await emptyTables(db);
}

function openBank(changes: Partial<LineOptions> = {}, own = db): StatingBank {
  const line = new (own === mortal ? MortalLine : HostLine)({
    host: '127.0.0.1',
    port: host.port,
    bitmap: 'hex',
    mostBytes: 4096,
    get timeoutMs() {
      return patienceMs;
    },
    backoffMs: { first: 0, most: 0 },
    clock: () => NOW,
    observer: {
      noted: (what, facts) => void noted.push([what, ...Object.values(facts)].join(' ')),
    },
    ...changes,
  });
  const acquirer = { institution: '40012', terminal: 'BANK0001', acceptor: 'OFFPAY-BANK' };
  const adapter = new CardHost({
    ...{ db: own, line, acquirer, clock: () => NOW },
    ...{ repeats: 1, statementFolder: folder },
  });
  opened.push(adapter);
  return recordedCoreBanking({ db: own, clock: () => NOW, host: adapter });
}

const soon = <T>(what: string, probe: () => T | undefined): Promise<T> =>
  waitUntil(what, probe, { deadlineMs: 10_000, intervalMs: 5 });

const money = (): Money => ({
  card: host.accounts.get(CARD.token) ?? 0n,
  payee: host.accounts.get(PAYEE.account) ?? 0n,
  ...host.totals,
});

/** Host and book say the same, and it is what the operation is about. */
async function expectOneEffect({ then }: Operation): Promise<void> {
  expect(money()).toEqual(then);
  const { reserved, taken, elsewhere } = await bookedMoney(db);
  expect({ reserved, taken }).toEqual({ reserved: then.reserved, taken: then.taken });
  expect(elsewhere).toBe(then.card + then.payee - 1000n);
  host.writeStatement(folder, TODAY);
}

/**
 * The first `times` messages meet the fault. Only a host that says nothing makes the bank wait to the end; afterwards it is patient again.
 */
function misbehave(fault: Fault, times: number): void {
  let left = times;
  if (isSilent(fault)) patienceMs = HURRIED_MS;
  host.faultFor = () => {
    left -= 1;
    if (left < 0) patienceMs = PATIENT_MS;
    return left >= 0 ? fault : undefined;
  };
}

/** A host that stops is tried apart. */
const FAULTS = faultsOf('card').filter((fault) => !stopsHost(fault));

/** Once: the first message. Three times: also its repetition, and the first message of the next call. */
const CASES = FAULTS.flatMap((fault) =>
  (isSilent(fault) ? [1, 3] : [2]).map((times) => ({ fault, times })),
);

describe.each(OPERATIONS)('$kind', (operation) => {
  test('is done once, and once only when it is repeated', async () => {
    const bank = openBank();
    await operation.before(bank);
    const answer = await operation.ask(bank);
    expect(answer).toMatchObject({ outcome: 'done' });
    expect(await operation.ask(openBank())).toEqual(answer);
    await expectOneEffect(operation);
  });

  test.each(CASES)(
    'has one effect when the host $fault, $times times',
    async ({ fault, times }) => {
      const bank = openBank();
      await operation.before(bank);
      misbehave(fault, times);
      const answer = await untilAnswered(() => operation.ask(bank));
      expect(answer).toMatchObject({ outcome: 'done' });
      await expectOneEffect(operation);
      const entries = await bank.statement(TODAY);
      expect(entries.map(({ reference }) => reference).sort()).toEqual(
        (await bookLines(db, TODAY)).map(({ reference }) => reference).sort(),
      );
    },
  );

  test('is refused with a reason, and stays refused', async () => {
    const bank = openBank();
    await operation.before(bank);
    const before = money();
    host.refusal = '54';
    expect(await operation.ask(bank)).toEqual({ outcome: 'refused', reason: 'INSTRUMENT_BLOCKED' });
    host.refusal = undefined;
    expect(await operation.ask(bank)).toMatchObject({ outcome: 'refused' });
    expect(money()).toEqual(before);
  });

  test('waits while the host is off, and is told so', async () => {
    const bank = openBank();
    await operation.before(bank);
    await host.stop();
    await expect(operation.ask(bank)).rejects.toThrow('The card host');
    await host.resume();
    expect(await operation.ask(bank)).toMatchObject({ outcome: 'done' });
    await expectOneEffect(operation);
  });
});

describe('a process that dies', () => {
  /** @returns false when the process outlived the request */
  async function dies(operation: Operation, after: number): Promise<boolean> {
    life.endAfter();
    const bank = openBank({}, mortal);
    await operation.before(bank);
    life.endAfter(after);
    const ended = await operation.ask(bank).catch((error: unknown) => error);
    if (life.isOver) return true;
    expect(ended).toMatchObject({ outcome: 'done' });
    return false;
  }

  test.each(OPERATIONS)(
    'at any step of $kind leaves one effect when it is asked again',
    async (operation) => {
      let steps = 0;
      for (; await dies(operation, steps); steps += 1) {
        expect(await untilAnswered(() => operation.ask(openBank()))).toMatchObject({
          outcome: 'done',
        });
        await expectOneEffect(operation);
        await empty();
      }
      expect(steps).toBeGreaterThan(12);
    },
  );

  test('while it undoes an authorisation, at any step, reserves nothing twice', async () => {
    const [authorise] = OPERATIONS;
    let steps = 0;
    for (let isAlive = false; !isAlive; steps += 1) {
      misbehave('drops after doing it', 1);
      life.endAfter(steps);
      const ended = await authorise.ask(openBank({}, mortal)).catch((error: unknown) => error);
      isAlive = !life.isOver;
      expect(ended).toBeInstanceOf(isAlive ? HostUnavailable : Error);
      await untilAnswered(() => authorise.ask(openBank()));
      await expectOneEffect(authorise);
      await empty();
    }
    expect(steps).toBeGreaterThan(10);
  });
});

describe('what is said', () => {
  const authorise = (bank: StatingBank, key = 'a') => bank.authorise({ key, ...CARD, amount: '6' });

  test('an authorisation without an answer is undone, and made anew when it is asked for again', async () => {
    const bank = openBank();
    misbehave('says nothing', 1);
    await expect(authorise(bank)).rejects.toThrow(HostUnavailable);
    expect(await authorise(bank)).toMatchObject({ outcome: 'done' });
    expect(host.heard).toEqual(['0100', '0420', '0100']);
  });

  test('a reversal without an answer is repeated, and nothing new is tried before', async () => {
    const bank = openBank();
    misbehave('says nothing', 5);
    await expect(authorise(bank)).rejects.toThrow(HostUncertain);
    await expect(authorise(bank)).rejects.toThrow(HostUncertain);
    expect(await authorise(bank)).toMatchObject({ outcome: 'done' });
    expect(host.heard).toEqual(['0100', '0420', '0421', '0421', '0421', '0421', '0100']);
  });

  test('an advice without an answer is repeated as it was', async () => {
    patienceMs = HURRIED_MS;
    const bank = openBank();
    const said: (string | undefined)[] = [];
    let left = 2;
    host.faultFor = ({ fields }) => {
      said.push([fields[11], fields[37], fields[7]].join());
      return (left -= 1) >= 0 ? 'says nothing' : undefined;
    };
    const pay = () => bank.payOut({ key: 'p', ...PAYEE, amount: '7' });
    await expect(pay()).rejects.toThrow(HostUncertain);
    await pay();
    expect(host.heard).toEqual(['0220', '0221', '0221']);
    expect(new Set(said).size).toBe(1);
  });

  test('part of an amount is none: it is undone and refused', async () => {
    host.refusal = '10';
    expect(await authorise(openBank())).toEqual({
      outcome: 'refused',
      reason: 'INSUFFICIENT_FUNDS',
    });
    expect(host.heard).toEqual(['0100', '0420']);
  });

  test('another amount than was asked for is none: it is undone and refused', async () => {
    host.says = { 4: '000000000005' };
    expect(await authorise(openBank())).toEqual({
      outcome: 'refused',
      reason: 'INSUFFICIENT_FUNDS',
    });
    expect(host.heard).toEqual(['0100', '0420']);
    expect(host.totals.reserved).toBe(0n);
  });

  test('another currency is none: it is undone, and asked for anew later', async () => {
    host.says = { 49: '360' };
    await expect(authorise(openBank())).rejects.toThrow(HostUnavailable);
    expect(host.totals.reserved).toBe(0n);
    host.says = { 49: 'EUR' };
    expect(await authorise(openBank())).toMatchObject({ outcome: 'done' });
    expect(host.heard).toEqual(['0100', '0420', '0100']);
  });

  test.each([{ 4: '000000000005' }, { 49: '360' }])(
    'an advice is not done while the host names other money (%j)',
    async (says) => {
      const bank = openBank();
      host.says = says;
      const pay = () => bank.payOut({ key: 'p', ...PAYEE, amount: '7' });
      await expect(pay()).rejects.toThrow(HostUncertain);
      expect(await bookLines(db, TODAY)).toEqual([]);
      host.says = {};
      expect(await pay()).toMatchObject({ outcome: 'done' });
      expect(host.heard).toEqual(['0220', '0221']);
    },
  );

  test('more than twelve digits are not sent', async () => {
    const request = { key: 'a', ...CARD, amount: '1000000000000' };
    expect(await openBank().authorise(request)).toEqual({
      outcome: 'refused',
      reason: 'LIMIT_EXCEEDED',
    });
    expect(host.heard).toEqual([]);
  });

  test('fifty at a time, answered from the last to the first, each get their own answer', async () => {
    const bank = openBank();
    let left = 50;
    host.faultFor = () => ((left -= 1) > 0 ? 'answers late' : undefined);
    host.accounts.set(CARD.token, 5_000n);
    const keys = Array.from({ length: 50 }, (_, index) => `a${index}`);
    const asked = keys.map((key, index) =>
      bank.authorise({ key, ...CARD, amount: (index + 1).toString() }),
    );
    await Promise.all(asked);
    const entries = await bookLines(db, TODAY);
    const atHost = new Map(host.entries.map(({ reference, amount }) => [reference, amount]));
    expect(entries.map(({ reference }) => atHost.get(reference))).toEqual(
      entries.map(({ amount }) => amount),
    );
    expect(entries).toHaveLength(50);
  });

  test('an answer that comes late or twice is noted and changes nothing', async () => {
    const bank = openBank();
    misbehave('answers late', 1);
    patienceMs = 150;
    const asked = authorise(bank).catch((error: unknown) => error);
    await soon('the message', () => host.heard[0]);
    // The echo is answered meanwhile: the host is there, only this answer is missing.
    await bank.echo();
    expect(await asked).toBeInstanceOf(HostUnavailable);
    misbehave('answers twice', 1);
    await authorise(bank);
    const stray = () => noted.filter((text) => text.startsWith('answer nobody waits for 0110'));
    await soon('both', () => stray()[1]);
    expect(host.totals.reserved).toBe(6n);
  });

  test('requests of one authorisation take turns', async () => {
    const bank = openBank();
    await authorise(bank);
    misbehave('drops', 4);
    const complete = (key: string) => bank.complete({ key, authorisation: 'a', amount: '3' });
    await expect(complete('c1')).rejects.toThrow(HostUncertain);
    await expect(complete('c2')).rejects.toThrow(HostUncertain);
    await complete('c1');
    expect(await complete('c2')).toMatchObject({ outcome: 'done' });
    expect(await complete('c3')).toEqual({ outcome: 'refused', reason: 'AMOUNT_EXCEEDED' });
    expect(host.totals).toEqual({ reserved: 0n, taken: 6n });
  });

  test('one whose answer got lost is finished by the next one of its authorisation', async () => {
    const bank = openBank();
    await authorise(bank);
    misbehave('drops after doing it', 2);
    const release = { key: 'r', authorisation: 'a', amount: '2' };
    await expect(bank.release(release)).rejects.toThrow(HostUncertain);
    const complete = { key: 'c', authorisation: 'a', amount: '4' };
    const next = openBank();
    const answers = await Promise.all([next.complete(complete), next.complete(complete)]);
    expect(answers).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }]);
    expect(host.heard).toEqual(['0100', '0420', '0421', '0421', '0220']);
    expect(await bank.release(release)).toMatchObject({ outcome: 'done' });
    expect(host.totals).toEqual({ reserved: 0n, taken: 4n });
  });

  test('what was asked while the port chose between release and refund is answered under its key', async () => {
    const bank = openBank();
    await authorise(bank);
    misbehave('drops after doing it', 2);
    const release = { key: 'r', authorisation: 'a', amount: '6' };
    await expect(bank.release(release)).rejects.toThrow(HostUncertain);
    const digest = digestOf({ kind: 'reverse', ...release });
    await db.updateTable('host_requests').set({ digest }).where('request_key', '=', 'r').execute();
    expect(await bank.release(release)).toMatchObject({ outcome: 'done' });
    expect(await bank.release({ ...release, amount: '5' })).toMatchObject({ reason: 'KEY_REUSED' });
    expect(await bank.complete(release)).toMatchObject({ reason: 'KEY_REUSED' });
    expect(host.heard).toEqual(['0100', '0420', '0421', '0421']);
  });

  test('two processes that ask for the same have one effect', async () => {
    const banks = [openBank(), openBank(), openBank()];
    await Promise.allSettled(banks.map((bank) => authorise(bank)));
    await Promise.all(banks.map((bank) => untilAnswered(() => authorise(bank))));
    expect(money()).toMatchObject({ card: 994n, reserved: 6n });
  });
});

describe('the line', () => {
  test('is there, or not', async () => {
    const bank = openBank();
    await bank.echo();
    await host.stop();
    await expect(bank.echo()).rejects.toThrow(HostUnavailable);
    await host.resume();
    await bank.echo();
  });

  test('waits longer after each connection that could not be made', async () => {
    let now = 0;
    // Whoever sets the clock back makes nobody wait longer.
    let time = NOW;
    const clock = () => (time -= 86_400_000);
    const bank = openBank({ backoffMs: { first: 100, most: 250 }, clock, elapsed: () => now });
    const attempts = () => noted.filter((text) => text.startsWith('not connected')).length;
    const tryAfter = async (milliseconds: number) => {
      now += milliseconds;
      await bank.echo().catch(() => undefined);
      return attempts();
    };
    host.signOnCode = '91';
    expect(await tryAfter(0)).toBe(1);
    expect(await tryAfter(99)).toBe(1);
    expect(await tryAfter(1)).toBe(2);
    expect(await tryAfter(199)).toBe(2);
    expect(await tryAfter(1)).toBe(3);
    expect(await tryAfter(249)).toBe(3);
    host.signOnCode = '00';
    expect(await tryAfter(1)).toBe(3);
    await bank.echo();
  });

  test('answers when the host asks whether somebody is there', async () => {
    const bank = openBank();
    await bank.echo();
    const answers: IsoMessage[] = [];
    host.onAnswer = (message) => void answers.push(message);
    host.say({ type: '0800', fields: { 7: '1129120000', 11: '000009', 70: '301' } });
    await soon('the answer', () => answers[0]);
    expect(answers).toMatchObject([{ type: '0810', fields: { 11: '000009', 39: '00' } }]);
  });

  test('is encrypted, to the host that its authority vouches for and to no other', async () => {
    const [authority, other] = [new TestAuthority('host ca'), new TestAuthority('other')];
    const tls = authority.issue({ commonName: 'card-host' });
    const secured = await CardHostSimulator.start({ tls, bitmap: 'binary' });
    try {
      const over = (ca: string) => openBank({ port: secured.port, bitmap: 'binary', tls: { ca } });
      await over(authority.root).echo();
      await expect(over(other.root).echo()).rejects.toThrow(HostUnavailable);
    } finally {
      await secured.stop();
    }
  });

  test('ends what is under way when the node ends', async () => {
    const bank = openBank();
    host.faultFor = () => 'says nothing';
    const asked = bank.payOut({ key: 'p', ...PAYEE, amount: '7' });
    const failed = expect(asked).rejects.toThrow(HostUncertain);
    await soon('the message', () => host.heard[0]);
    await Promise.all(opened.map((adapter) => adapter.close()));
    await failed;
  });
});

describe('the statement of a day', () => {
  const head = 'reference,kind,token,currency,amount';
  const good = '633318000042,authorise,tok-card,EUR,600';
  const read = (content: string) => {
    writeFileSync(join(folder, '2026-11-28.csv'), content);
    return openBank().statement('2026-11-28');
  };

  test('is read from the file that the host leaves', async () => {
    expect(await read([head, good, ''].join('\n'))).toEqual([
      {
        reference: '633318000042',
        kind: 'authorise',
        token: 'tok-card',
        currency: 'EUR',
        amount: '600',
      },
    ]);
  });

  test('may have an odd amount, which is named as it was written', async () => {
    const amounts = ['600.5', '-600', ''];
    const lines = amounts.map((amount) => `633318000042,authorise,tok-card,EUR,${amount}`);
    expect((await read([head, ...lines].join('\n'))).map(({ amount }) => amount)).toEqual(amounts);
  });

  test.each([
    ['is not there', () => openBank().statement('2026-11-27')],
    ['is of no day', () => openBank().statement('../secret')],
    ['has other columns', () => read(`reference,kind\n${good}`)],
    ['has a line with a column more', () => read(`${head}\n${good},1`)],
    ['has a line with a reference that is none', () => read(`${head}\n1${good}`)],
  ])('is asked for again when it %s', async (_what, ask) => {
    await expect(ask()).rejects.toThrow(HostUnavailable);
  });

  test.each([
    ['more bytes', () => truncateSync(join(folder, '2026-11-28.csv'), 129 * 1024 * 1024)],
    ['more entries', () => undefined],
  ])('that has %s than a day can have is refused as such', async (_what, lengthen) => {
    await read(`${head}\n${good}\r\n${good}`);
    expect(await readStatement(folder, '2026-11-28', 2)).toHaveLength(2);
    lengthen();
    await expect(readStatement(folder, '2026-11-28', 1)).rejects.toMatchObject({
      code: 'STATEMENT_TOO_LONG',
    });
  });
});
