// SPDX-License-Identifier: Apache-2.0
// The logistics company's work beside the ledger in memory, as its node does it, without a server.
import { Work, type BlockSource, type DatabasePlace } from '@fabric-offline-pay/node-common/node';
import { CURRENCY, LOGISTICS } from '@fabric-offline-pay/testing';
import { pino } from 'pino';
import type { Alerts } from '../../network/nodes/logistics/src/alerts/alerts.js';
import type { LogisticsContext } from '../../network/nodes/logistics/src/context.js';
import {
  openLogisticsDatabase,
  type LogisticsDatabase,
  type LogisticsTables,
} from '../../network/nodes/logistics/src/database/schema.js';
import { contextOn, logisticsWork } from '../../network/nodes/logistics/src/logistics-work.js';
import { rulesSchema } from '../../network/nodes/logistics/src/rules.js';
import { testPlace, urlOf } from '../../network/nodes/common/src/testing/test-place.js';
import { MemoryBlocks } from './memory-blocks.js';
import { OneOrder } from './one-order.js';
import { resumeTime, stopTime } from './passing-time.js';

/** Tables that blocks alone make; a rebuild makes them equal. */
export const FROM_BLOCKS = [
  'waybills',
  'waybill_lines',
  'quotes',
  'quote_offers',
  'couriers',
  'courier_versions',
  'goods',
  'credits',
  'balances',
  'payouts',
] as const satisfies readonly (keyof LogisticsTables)[];

const OWN = [
  'courier_entries',
  'courier_plans',
  'courier_shares',
  'held_addresses',
  'late_deliveries',
  'moves',
  'payout_requests',
  'places',
  'route_stops',
  'stock',
  'ledger_position',
] as const satisfies readonly (keyof LogisticsTables)[];

async function emptyTables(db: LogisticsDatabase): Promise<void> {
  for (const table of [...FROM_BLOCKS, ...OWN]) await db.deleteFrom(table).execute();
}

/** What an office works with. `failures` collects what fails by itself; nothing should. */
interface OfficeParts {
  readonly order: OneOrder;
  readonly db: LogisticsDatabase;
  readonly place: DatabasePlace;
  readonly alerts: Alerts;
  readonly failures: unknown[];
}

export interface LogisticsOffice {
  readonly work: Work<LogisticsTables>;
  readonly blocks: BlockSource;
  readonly context: LogisticsContext;
  /** Waits until the tables have the ledger's last block. */
  readonly settle: () => Promise<void>;
}

export async function openOffice(parts: OfficeParts): Promise<LogisticsOffice> {
  const { order, db, place, alerts, failures } = parts;
  const { ledger } = order.memory;
  const logger = pino({ level: 'warn' }, { write: (line: string) => failures.push(line) });
  const blocks = new MemoryBlocks(ledger);
  const work = new Work<LogisticsTables>({
    ...{ db, url: urlOf(place), blocks, logger },
    onEnd: (error) => failures.push(error),
  });
  const context = contextOn(
    {
      db,
      ledger: await order.world.logistics(),
      clock: () => Math.floor(Date.now() / 1000),
      rules: {
        ...rulesSchema.parse({ payoutsAtLeast: { [CURRENCY]: '100' } }),
        logisticsId: LOGISTICS,
        mspId: 'LogisticsMSP',
      },
      alerts,
    },
    work,
  );
  await work.start(logisticsWork(context));
  return {
    ...{ work, blocks, context },
    settle: async () => {
      const last = ledger.blocks().at(-1)?.number ?? 0;
      await work.reached(BigInt(last), AbortSignal.timeout(30_000));
    },
  };
}

/** What a test of an office begins with: a new ledger with one order, and empty tables. */
export type OfficeRoom = Omit<OfficeParts, 'alerts'>;

/**
 * Gives every test of a spec a room of its own, on one database, at a time that stands still.
 * @param open opens the test's office in it @param close closes it; then nothing may have failed
 */
export function withOffice(
  open: (room: OfficeRoom) => Promise<void>,
  close: () => Promise<void>,
): void {
  let place: DatabasePlace;
  let db: LogisticsDatabase;
  let failures: unknown[];

  beforeAll(async () => {
    stopTime();
    place = await testPlace();
    db = await openLogisticsDatabase(place);
  });

  afterAll(async () => {
    resumeTime();
    await db.destroy();
  });

  beforeEach(async () => {
    failures = [];
    const order = await OneOrder.open();
    await emptyTables(db);
    await open({ order, db, place, failures });
  });

  afterEach(async () => {
    await close();
    expect(failures).toEqual([]);
  });
}
