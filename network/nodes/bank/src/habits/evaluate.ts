// SPDX-License-Identifier: Apache-2.0
// `node network/nodes/bank/dist/habits/evaluate.js --purchases 20000 --seed 1`: prints how good recommendations are on a generated ledger.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBankDatabase } from '../database/open-database.js';
import { plantedPurchases } from '../testing/planted-purchases.js';
import { measureRecall } from './measure-recall.js';

const { values } = parseArgs({
  options: {
    purchases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
});

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

async function evaluate(count: number, seed: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'offpay-habits-'));
  const db = await openBankDatabase({ folder: join(folder, 'database') });
  const { customers, recommended, popular } = await measureRecall(
    db,
    plantedPurchases(count, seed),
  );
  await db.destroy();
  rmSync(folder, { recursive: true });
  process.stdout.write(
    [
      `purchases ${count}, seed ${seed}, last purchase of ${customers} customers`,
      `recall@10 of recommendations: ${percent(recommended)}`,
      `recall@10 of the most bought: ${percent(popular)}`,
      '',
    ].join('\n'),
  );
}

void evaluate(Number(values.purchases), Number(values.seed));
