// SPDX-License-Identifier: Apache-2.0
// All that the bank's node does by itself, on whatever database and queue: for tests and measurements of what follows the ledger.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeMetrics, type NodeBase } from '@fabric-offline-pay/node-common/node';
import type { Client } from '@fabric-offline-pay/sdk';
import { pino } from 'pino';
import { bankWork, type BankWork } from '../../network/nodes/bank/src/bank-work.js';
import { readConfig } from '../../network/nodes/bank/src/config.js';
import { embeddedCoreBanking } from '../../network/nodes/bank/src/core-banking/embedded/embedded-core-banking.js';
import type { BankTables } from '../../network/nodes/bank/src/database/schema.js';
import { openCarriers } from '../../network/nodes/bank/src/outbox/open-carriers.js';

/** What of the bank's configuration has no default. None of it is used by what follows. */
function configurationIn(folder: string, bankId: string): string {
  const unused = join(folder, 'unused.pem');
  writeFileSync(unused, '');
  const file = join(folder, 'bank.json');
  const ledger = {
    ...{ peers: [{ address: 'x' }], tlsRoot: unused, mspId: 'BankMSP', actor: bankId },
    ...{ identities: {}, channel: 'c', chaincode: 'c', organisations: {} },
  };
  const tls = { cert: unused, key: unused, clientRoots: [unused], revocations: unused };
  const files = { keyFile: 'code.key', outboxFolder: 'outbox' };
  writeFileSync(file, JSON.stringify({ databaseFolder: 'db', ...files, tls, ledger }));
  return file;
}

const unused = (): never => {
  throw new Error('Nothing that follows the ledger calls it.');
};

/**
 * @param folder for files
 * @returns projections that work, and jobs that cannot: there is no ledger that they could write to
 */
export function bankParts(
  { db, work }: Pick<NodeBase<BankTables>, 'db' | 'work'>,
  bankId: string,
  folder: string,
): BankWork {
  const logger = pino({ level: 'silent' });
  const base = { db, work, logger, metrics: new NodeMetrics('bank'), clock: Date.now };
  const config = readConfig(configurationIn(folder, bankId), {});
  return bankWork({
    ...{ config, base, carriers: openCarriers(config, base) },
    coreBanking: embeddedCoreBanking(base),
    hosts: new Map(),
    clients: { teller: {} as Client, bankNode: {} as Client, height: unused },
  });
}
