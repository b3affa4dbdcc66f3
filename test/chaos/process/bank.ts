// SPDX-License-Identifier: Apache-2.0
// The bank's node, as its program builds it, with every port that leaves the process counted.
import { readConfig } from '../../../network/nodes/bank/src/config.js';
import { bankWork } from '../../../network/nodes/bank/src/bank-work.js';
import { openInstruments } from '../../../network/nodes/bank/src/core-banking/instruments.js';
import type { CoreBanking } from '../../../network/nodes/bank/src/core-banking/core-banking.js';
import { dayOf } from '../../../network/nodes/bank/src/core-banking/book/post-entry.js';
import { MIGRATIONS } from '../../../network/nodes/bank/src/database/migrations.js';
import type { BankDatabase, BankTables } from '../../../network/nodes/bank/src/database/schema.js';
import { kindOf } from '../../../network/nodes/bank/src/funding/store.js';
import {
  openCarriers,
  type Carriers,
} from '../../../network/nodes/bank/src/outbox/open-carriers.js';
import { reconcileDay } from '../../../network/nodes/bank/src/reconciliation/reconcile-day.js';
import type { BankSettings, SeededCustomer } from '../settings.js';
import type { NodeKind, Surroundings } from './node-in-process.js';
import { remoteClient } from './remote-ledger.js';

const settingsOf = ({ settings }: Surroundings): BankSettings => settings;

async function addCustomer(db: BankDatabase, customer: SeededCustomer): Promise<void> {
  const { customerId, phone, email, language, token } = customer;
  await db
    .insertInto('customers')
    .values({
      ...{ customer_id: customerId, name: null, phone, email, language, birth_date: null },
      ...{ password_hash: '', password_changed: true, enrolment_mac: '', default_device: null },
      enrolled_at: 0,
    })
    .execute();
  await db.insertInto('funding_choices').values({ customer_id: customerId, token }).execute();
}

function countedCarriers({ crossings }: Surroundings, carriers: Carriers): Carriers {
  const { messages, mail, links } = carriers;
  return {
    messages: crossings.around('sms', messages),
    ...(mail !== undefined && { mail: crossings.around('mail', mail) }),
    links,
    close: () => carriers.close(),
  };
}

/** These ask the host, and change nothing there. */
const ASKING = ['echo', 'close'];

async function messagesOf(db: BankDatabase): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('messages')
    .select(['message_id', 'kind', 'channel', 'outcome'])
    .execute();
  return rows.map((row) => JSON.stringify(row)).sort();
}

export const BANK_KIND: NodeKind<BankTables> = {
  migrations: MIGRATIONS,

  async seed(db, surroundings) {
    const { customers, payeeAccounts } = settingsOf(surroundings);
    for (const customer of customers) await addCustomer(db, customer);
    for (const { payeeId, currency, token } of payeeAccounts)
      await db
        .insertInto('payee_accounts')
        .values({ payee_id: payeeId, currency, token })
        .execute();
  },

  build(base, surroundings) {
    const { db, clock } = base;
    const { line, crossings } = surroundings;
    const config = readConfig(settingsOf(surroundings).configFile);
    const carriers = countedCarriers(surroundings, openCarriers(config, base));
    const instruments = openInstruments({
      ...{ db, clock, config: config.coreBanking, observer: { noted: () => undefined } },
      kindOf: (token) => kindOf(db, token),
    });
    const coreBanking: CoreBanking = crossings.around(
      'host',
      instruments,
      (method) => !ASKING.includes(method),
    );
    const height = async () => BigInt((await line.call('height')) as number);
    const { projections, jobs } = bankWork({
      ...{ config, base, carriers, coreBanking, hosts: instruments.hosts },
      clients: {
        teller: remoteClient(line, crossings, 'teller'),
        bankNode: remoteClient(line, crossings, 'bank-node'),
        height,
      },
    });
    const caughtUp = async (signal: AbortSignal) =>
      base.work.reached((await height()) - 1n, signal);
    return {
      parts: { projections, jobs },
      waiting: async () =>
        (
          await db
            .selectFrom('messages')
            .select('message_id')
            .where('ended_at', 'is', null)
            .execute()
        ).length,
      facts: async () => ({
        messages: await messagesOf(db),
        reconciliation: await reconcileDay(
          { db, hosts: instruments.hosts, clock, caughtUp },
          dayOf(clock()),
          AbortSignal.timeout(30_000),
        ),
      }),
      close: async () => {
        await Promise.all([carriers.close(), instruments.close()]);
      },
    };
  },
};
