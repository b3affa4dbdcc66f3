// SPDX-License-Identifier: Apache-2.0
// A merchant's terminal as a process of its own, which has no network until its folder is opened for the synchronisation.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { IssuerRow } from '@fabric-offline-pay/domain';
import {
  createKeyFile,
  folderStore,
  openKeyFile,
  stateMark,
  Terminal,
  type RequestInput,
  type TerminalOptions,
} from '@fabric-offline-pay/sdk/offline';
import { isolation } from './isolation';
import { serve, shiftedClock } from './serve';

type Till = Pick<TerminalOptions, 'channel' | 'merchantId' | 'terminalId' | 'roots'>;

interface News {
  readonly issuers: readonly IssuerRow[];
  readonly bulletin: string;
}

interface Presented {
  readonly orderNumber: string;
  readonly payment: string;
}

/** @param passphrase of the key file in the folder, which is made when it is missing */
export async function openTerminal(
  folder: string,
  till: Till,
  passphrase: string,
  shift = 0,
): Promise<Terminal> {
  const file = join(folder, 'key.pem');
  const key = await (existsSync(file) ? openKeyFile : createKeyFile)(file, passphrase);
  const mark = await stateMark(key.publicKey, join(folder, 'marks'));
  const store = await folderStore(join(folder, 'store'), mark);
  return Terminal.open({ ...till, store, key, clock: shiftedClock(shift) });
}

async function main([folder = '.', till = '', shift = '0']: readonly string[]): Promise<void> {
  const terminal = await openTerminal(
    folder,
    JSON.parse(till) as Till,
    process.env['OFFPAY_PASSPHRASE'] ?? '',
    Number(shift),
  );
  await serve(
    {
      isolation,
      learn: ({ issuers, bulletin }: News) =>
        terminal.learn({ issuers, bulletin: Buffer.from(bulletin, 'base64') }),
      request: async (input: RequestInput) =>
        (await terminal.request(input)).bytes.toString('base64'),
      accept: ({ orderNumber, payment }: Presented) =>
        terminal.accept(orderNumber, Buffer.from(payment, 'base64')),
      waiting: () => terminal.waiting(),
    },
    () => terminal.close(),
  );
}

if (require.main === module) void main(process.argv.slice(2));
