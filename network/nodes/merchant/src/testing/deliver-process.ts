// SPDX-License-Identifier: Apache-2.0
// A process that tests kill: tells the endpoint `shop` what waits for it in the database at a folder or an address. Ends when nothing is due.
import { openPoster } from '@fabric-offline-pay/node-common/node';
import { openMerchantDatabase } from '../database/open-database.js';
import { deliverDue } from '../webhooks/deliver.js';
import { Seal } from '../webhooks/seal.js';

async function main(place: string, key: string): Promise<void> {
  const db = await openMerchantDatabase(
    place.startsWith('postgres:') ? { url: place } : { folder: place },
  );
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

const [place = '', key = ''] = process.argv.slice(2);
void main(place, key);
