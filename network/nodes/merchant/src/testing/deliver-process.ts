// SPDX-License-Identifier: Apache-2.0
// A process that tests kill: tells the endpoint `shop` what waits for it in a database folder. Ends when nothing is due.
import { openPoster } from '@fabric-offline-pay/node-common/node';
import { openMerchantDatabase } from '../database/open-database.js';
import { deliverDue } from '../webhooks/deliver.js';
import { Seal } from '../webhooks/seal.js';

async function main(folder: string, key: string): Promise<void> {
  const db = await openMerchantDatabase({ folder });
  const poster = openPoster({ reach: 'loopback', timeoutMs: 20_000 });
  const context = {
    db,
    clock: Date.now,
    seal: new Seal(Buffer.from(key, 'base64')),
    post: poster.post,
    backoff: () => 20,
    giveUpMs: 3_600_000,
    observer: { endpointFailing: () => undefined, eventGivenUp: () => undefined },
  };
  await deliverDue(context, 'shop', new AbortController().signal);
  poster.close();
  await db.destroy();
}

const [folder = '', key = ''] = process.argv.slice(2);
void main(folder, key);
