// SPDX-License-Identifier: Apache-2.0
// Whether the bank's node can do its work, asked over HTTPS while what it needs comes and goes.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@fabric-offline-pay/node-common';
import type { Readiness } from '@fabric-offline-pay/node-common/client';
import type { BlockSource } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import { TestAuthority } from '../../../common/src/testing/certificates.js';
import { BankHouse } from '../testing/bank-house.js';
import { CardHostSimulator } from '../testing/hosts/card-host-simulator.js';
import {
  API_KEY,
  BANK_ACCOUNT,
  MobileHostSimulator,
} from '../testing/hosts/mobile-host-simulator.js';
import { MailHost } from '../testing/message-hosts/mail-host.js';
import { Smsc } from '../testing/message-hosts/smsc.js';
import type { BankClient } from './bank-client.js';

const PASSWORD = 'secret-8';

/** A peer that has one block, and may be away. */
class OnePeer implements BlockSource {
  isAway = false;

  height(): Promise<bigint> {
    return this.isAway ? Promise.reject(new Error('away')) : Promise.resolve(1n);
  }

  async *committedBlocks(from: bigint, signal: AbortSignal): AsyncGenerator<CommittedBlock> {
    if (from === 0n) yield { number: 0n, hash: 'a', previousHash: '', transactions: [] };
    if (!signal.aborted) await once(signal, 'abort');
  }
}

const peer = new OnePeer();
let folder: string;
let cards: CardHostSimulator;
let mobiles: MobileHostSimulator;
let smsc: Smsc;
let mails: MailHost;
let house: BankHouse;
let operator: BankClient;

function secret(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bank-ready-'));
  const authority = new TestAuthority('mail ca');
  [cards, mobiles] = [await CardHostSimulator.start(), await MobileHostSimulator.start()];
  smsc = await Smsc.open(PASSWORD);
  const certificate = authority.issue({ commonName: 'localhost' });
  mails = await MailHost.open({ certificate, user: 'bank', password: PASSWORD });
  const passwordFile = secret('password', PASSWORD);
  house = await BankHouse.open(
    {
      coreBanking: {
        card: {
          ...{ adapter: 'iso8583', host: '127.0.0.1', port: cards.port, bitmap: 'hex' },
          ...{ institution: '40012', terminal: 'BANK0001', acceptor: 'OFFPAY-BANK' },
          backoffMs: { first: 10, most: 10 },
        },
        mobile: {
          ...{ adapter: 'mobile-money', url: mobiles.url, account: BANK_ACCOUNT },
          apiKeyFile: secret('mobile.key', API_KEY),
        },
      },
      messages: {
        sms: {
          ...{ adapter: 'smpp', host: '127.0.0.1', port: smsc.port, systemId: 'bank' },
          ...{ passwordFile, source: 'MyBank', answerMs: 300 },
          reconnectMs: { least: 5, most: 20 },
        },
        mail: {
          ...{ adapter: 'smtp', host: 'localhost', port: mails.port, user: 'bank', passwordFile },
          ...{ caFile: secret('mail-ca.pem', authority.root), from: 'notices@bank.example' },
          ...{ listId: 'notices.bank.example', timeoutMs: 1_000 },
        },
      },
    },
    { blocks: peer },
  );
  operator = house.clientOf('operator');
});

afterAll(async () => {
  await house.close();
  await Promise.all([cards.stop(), mobiles.stop(), smsc.off(), mails.close()]);
  rmSync(folder, { recursive: true });
});

const REQUIRED = ['database', 'follower', 'ledger'];
const OTHERS = ['cardHost', 'mail', 'mobileHost', 'sms'];

/** What must be read when these are away. */
const statesWithout = (...away: readonly string[]): Readiness =>
  Object.fromEntries(
    [...REQUIRED, ...OTHERS].map((name) => [
      name,
      { answers: !away.includes(name), required: REQUIRED.includes(name) },
    ]),
  );

const until = (expected: Readiness): Promise<true> =>
  waitUntil(
    'the links',
    async () => {
      const states = await operator.ready();
      return Object.entries(expected).every(
        ([name, { answers }]) => states[name]?.answers === answers,
      )
        ? true
        : undefined;
    },
    { deadlineMs: 10_000, intervalMs: 20 },
  );

test('each thing that the node needs is named with its state, and whether it can work without it', async () => {
  await until(statesWithout());
  expect(await operator.ready()).toEqual(statesWithout());
});

test('a host, the SMSC or the mail server that is away makes the node no less ready, and is named', async () => {
  await until(statesWithout());
  await cards.stop();
  expect(await operator.ready()).toEqual(statesWithout('cardHost'));
  await mobiles.stop();
  await smsc.off();
  await until(statesWithout('cardHost', 'mobileHost', 'sms'));
  expect(await operator.metrics()).toMatch(/offpay_link_up\{link="cardHost".*\} 0\n/);
  await Promise.all([cards.resume(), mobiles.resume(), smsc.on()]);
  await until(statesWithout());
});

test('without the ledger the node is not ready, and says why', async () => {
  peer.isAway = true;
  await expect(operator.ready()).rejects.toMatchObject({ code: 'NOT_READY', status: 503 });
  expect(await operator.metrics()).toMatch(/offpay_link_up\{link="ledger".*\} 0\n/);
  peer.isAway = false;
  await until(statesWithout());
});
