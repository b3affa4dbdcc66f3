// SPDX-License-Identifier: Apache-2.0
// Every way in which a card host and a mobile-money host may fail, at every step of a deduction and of a pay-out: the money is deducted
// once, nothing is on the ledger without money behind it, and customer and teller read what is going on. The names of the tests are the table.
import { openBankDatabase } from '@fabric-offline-pay/bank-node';
import type { BankDatabase } from '../../network/nodes/bank/src/database/schema.js';
import {
  faultsOf,
  HOST_KINDS,
  wayOf,
  type AnswerWay,
  type Fault,
  type HostKind,
} from '../../network/nodes/bank/src/testing/hosts/faults.js';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { HostHouse, PAID, TOTAL, until, type Case, type Trouble } from '../support/host-house.js';

/** What is read while the host is as it is. `done`: the step is done all the same. */
type Meanwhile = 'done' | 'waiting' | 'unknown';

/** A host that says something useful is understood; one that cannot be reached has done nothing; of any other nothing is known. */
const MEANWHILE: Readonly<Partial<Record<AnswerWay, Meanwhile>>> = {
  twice: 'done',
  pieces: 'done',
};

const SPECIAL: Readonly<Partial<Record<Trouble, Meanwhile>>> = {
  'is stopped': 'waiting',
  'does it and falls silent': 'unknown',
};

const meanwhile = (trouble: Trouble): Meanwhile =>
  SPECIAL[trouble] ?? MEANWHILE[wayOf(trouble as Fault)] ?? 'unknown';

/** A card host that answers the question whether it is there, is there, whatever it says; the other host says it in words. */
const IS_THERE: Readonly<Record<HostKind, readonly AnswerWay[]>> = {
  card: ['twice', 'pieces', 'unavailable', 'broken', 'limited', 'undecided'],
  mobile: ['twice', 'pieces'],
};

const isThere = (kind: HostKind, trouble: Fault | 'is stopped'): boolean =>
  trouble !== 'is stopped' && IS_THERE[kind].includes(wayOf(trouble));

/** Why a host refuses, in its own words and in ours. */
const REFUSALS: Readonly<Record<HostKind, readonly (readonly [string, string])[]>> = {
  card: [
    ['51', 'INSUFFICIENT_FUNDS'],
    ['54', 'INSTRUMENT_BLOCKED'],
    ['14', 'INSTRUMENT_UNKNOWN'],
    ['61', 'LIMIT_EXCEEDED'],
    ['05', 'REFUSED_BY_HOST'],
  ],
  mobile: [
    ['insufficientFunds', 'INSUFFICIENT_FUNDS'],
    ['linkViolation', 'INSTRUMENT_BLOCKED'],
    ['identifierError', 'INSTRUMENT_UNKNOWN'],
    ['dailyValueLimitExceeded', 'LIMIT_EXCEEDED'],
    ['samePartiesError', 'REFUSED_BY_HOST'],
  ],
};

/** What a customer reads of a refusal. */
const WORDS: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  INSUFFICIENT_FUNDS: ['does not hold so much', '余额不足'],
  INSTRUMENT_BLOCKED: ['blocked or has expired', '冻结或过期'],
  INSTRUMENT_UNKNOWN: ['not known any more', '无法识别'],
  LIMIT_EXCEEDED: ['above its limit', '超过限额'],
  REFUSED_BY_HOST: ['whoever keeps it refused', '拒绝了交易'],
};

let db: BankDatabase;

beforeAll(async () => {
  db = await openBankDatabase(await testPlace());
});
afterAll(() => db.destroy());

describe.each(HOST_KINDS)('a %s host', (kind) => {
  let house: HostHouse;

  beforeAll(async () => {
    house = await HostHouse.open(db, kind);
  });
  afterEach(() => house.putRight());
  afterAll(() => house.close());

  /** Whatever happens: what is on the account is behind it at the host, and what was deducted was deducted once. */
  async function expectBacked(about: Case): Promise<void> {
    expect(await house.available()).toBeLessThanOrEqual(house.heldAtHost(about));
    expect([0n, TOTAL]).toContain(house.heldAtHost(about));
  }

  const outcome = async (about: Case): Promise<string> => (await house.outcomeOf(about)).outcome;

  /** Host and book say the same: this, and nothing else. */
  async function expectMoved(about: Case, ...moves: readonly string[]): Promise<void> {
    const [host, book] = [await house.atHost(about), await house.inBook(about)];
    expect([[...host].sort(), [...book].sort()]).toEqual([[...moves].sort(), [...moves].sort()]);
  }

  async function fundUntilReady(about: Case): Promise<void> {
    await until(
      'the deduction',
      () => house.fund(about),
      async () => (await outcome(about)) === 'ready',
    );
    expect([await house.available(), house.heldAtHost(about)]).toEqual([TOTAL, TOTAL]);
  }

  async function giveUp(about: Case): Promise<void> {
    await until(
      'the release',
      () => house.lookLater(about),
      async () => (await outcome(about)) === 'reversed',
    );
    expect([await house.available(), house.heldAtHost(about)]).toEqual([0n, 0n]);
    await expectMoved(about, `authorise ${TOTAL}`, `release ${TOTAL}`);
  }

  const LOOKS = ['is stopped', ...faultsOf(kind)] as const;
  const CELLS = [...LOOKS, 'does it and falls silent' as const].map((trouble) => ({
    trouble,
    shows: meanwhile(trouble),
  }));

  test.each(CELLS)(
    'that $trouble while it is to authorise: the order is "$shows", then deducted once and ready',
    async ({ trouble, shows }) => {
      const about = await house.link();
      await house.breakHost(trouble);
      await house.fund(about);
      const seen = await house.outcomeOf(about);
      await expectBacked(about);
      expect(seen).toMatchObject(
        shows === 'done' ? { outcome: 'ready' } : { outcome: shows, step: 'authorise' },
      );
      expect(await house.alerts()).toEqual(shows === 'done' ? [] : ['unansweredHost']);
      await house.putRight();
      await fundUntilReady(about);
      expect(await house.alerts()).toEqual([]);
      await expectMoved(about, `authorise ${TOTAL}`);
      await giveUp(about);
    },
  );

  test.each(CELLS)(
    'that $trouble while it is to give back: the order is "$shows", then reversed once, and the customer reads it',
    async ({ trouble, shows }) => {
      const about = await house.link();
      await house.fund(about);
      await house.breakHost(trouble);
      await house.lookLater(about);
      await expectBacked(about);
      expect(await house.outcomeOf(about)).toMatchObject(
        shows === 'done'
          ? { outcome: 'reversed', returned: TOTAL.toString() }
          : { outcome: shows, step: 'release', returned: '0' },
      );
      expect(await house.available()).toBe(0n);
      await house.putRight();
      await giveUp(about);
      expect(await house.texts(1)).toEqual([
        expect.stringMatching(/^EUR 54\.50 for order .+ went back to the card or account/),
      ]);
    },
  );

  test.each(CELLS)(
    'that $trouble while it is to pay out: the pay-out is "$shows", then paid once',
    async ({ trouble, shows }) => {
      const { orderNumber } = await house.link();
      const about = { orderNumber, token: `payee-of-${orderNumber}` };
      await house.requestPayOut(about);
      await house.breakHost(trouble);
      await house.payOut();
      const codes = { waiting: 'HOST_UNAVAILABLE', unknown: 'HOST_UNCERTAIN' } as const;
      expect(await house.payOutOf(about)).toMatchObject(
        shows === 'done' ? { state: 'paid' } : { state: 'redeemed', trouble: codes[shows] },
      );
      expect(await house.alerts()).toEqual(shows === 'done' ? [] : ['unansweredHost']);
      await house.putRight();
      await until(
        'the pay-out',
        () => house.payOut(),
        async () => (await house.payOutOf(about))?.state === 'paid',
      );
      expect(await house.payOutOf(about)).toMatchObject({ trouble: null, since: null });
      expect(house.balanceAtHost(about)).toBe(PAID);
      await expectMoved(about, `payOut ${PAID}`);
    },
  );

  test.each(LOOKS.map((trouble) => ({ trouble, there: isThere(kind, trouble) })))(
    'that $trouble when it is asked whether it is there: $there',
    async ({ trouble, there }) => {
      await house.breakLooks(trouble);
      const answer = await house.echo().then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'HOST_UNAVAILABLE' });
          return false;
        },
      );
      expect(answer).toBe(there);
      await house.putRight();
      await until(
        'the host',
        () => Promise.resolve(),
        () =>
          house.echo().then(
            () => true,
            () => false,
          ),
      );
    },
  );

  test.each(REFUSALS[kind])(
    'that refuses with %s declines the order: %s, the customer reads why, and it may be asked for again',
    async (code, reason) => {
      const about = await house.link();
      for (const [index, language] of (['en', 'zh'] as const).entries()) {
        await house.speak(language);
        house.host.refusal = code;
        await house.fund(about);
        expect(await house.outcomeOf(about)).toMatchObject({
          ...{ outcome: 'declined', step: null, reason, since: null },
          ...{ deducted: '0', taken: '0', returned: '0' },
        });
        expect([await house.available(), house.heldAtHost(about)]).toEqual([0n, 0n]);
        const [text] = await house.texts(1);
        expect(text).toContain(WORDS[reason]?.[index]);
        expect(text).toContain('EUR 54.50');
      }
      await house.speak('en');
      await house.putRight();
      await fundUntilReady(about);
      await giveUp(about);
    },
  );

  test.each(REFUSALS[kind])(
    'that refuses a pay-out with %s: %s, a person is alerted, and it is paid once when a teller lets it go on',
    async (code, reason) => {
      const { orderNumber } = await house.link();
      const about = { orderNumber, token: `payee-of-${orderNumber}` };
      await house.requestPayOut(about);
      house.host.refusal = code;
      await house.payOut();
      expect(await house.payOutOf(about)).toMatchObject({ state: 'redeemed', reason });
      expect(await house.alerts()).toEqual(['payOutWaits']);
      await house.putRight();
      await house.linkPayee(about);
      await house.payOut();
      expect(await house.payOutOf(about)).toMatchObject({ state: 'paid', reason: null });
      expect(await house.alerts()).toEqual([]);
      expect(house.balanceAtHost(about)).toBe(PAID);
      await expectMoved(about, `payOut ${PAID}`);
    },
  );

  if (kind === 'card')
    test.each(CELLS)(
      'that $trouble while it is to complete: the order is "$shows", then taken once',
      async ({ trouble, shows }) => {
        const about = await house.link();
        await house.fund(about);
        await house.buy(about);
        await house.breakHost(trouble);
        await house.lookAgain(about);
        expect(await house.outcomeOf(about)).toMatchObject(
          shows === 'done'
            ? { outcome: 'taken', taken: TOTAL.toString() }
            : { outcome: shows, step: 'complete', taken: '0' },
        );
        expect(house.heldAtHost(about)).toBe(TOTAL);
        await house.putRight();
        await until(
          'the completion',
          () => house.lookAgain(about),
          async () => (await outcome(about)) === 'taken',
        );
        expect([await house.available(), house.heldAtHost(about)]).toEqual([0n, TOTAL]);
        await expectMoved(about, `authorise ${TOTAL}`, `complete ${TOTAL}`);
      },
    );

  if (kind === 'card')
    test.each(['complete', 'release'] as const)(
      'that refuses to %s what it had agreed to: the order is "checking", a person is alerted, and it is done once when the host is put right',
      async (step) => {
        const about = await house.link();
        await house.fund(about);
        const look = () => (step === 'release' ? house.lookLater(about) : house.lookAgain(about));
        if (step === 'complete') await house.buy(about);
        house.host.refusal = '12';
        for (let times = 0; times < 2; times += 1) {
          await look();
          expect(await house.outcomeOf(about)).toMatchObject({
            ...{ outcome: 'checking', step, reason: 'HOST_CONTRADICTS' },
            ...{ taken: '0', returned: '0' },
          });
          expect(await house.alerts()).toEqual(['hostContradicts']);
          expect(house.heldAtHost(about)).toBe(TOTAL);
        }
        await house.putRight();
        await look();
        expect(await outcome(about)).toBe(step === 'complete' ? 'taken' : 'reversed');
        expect(await house.alerts()).toEqual([]);
        await expectMoved(about, `authorise ${TOTAL}`, `${step} ${TOTAL}`);
      },
    );
});
