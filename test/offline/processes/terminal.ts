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
  type Acceptance,
  type OfflineKey,
  type RequestInput,
  type TerminalOptions,
} from '@fabric-offline-pay/sdk/offline';
import { isolation } from './isolation.js';
import { serve, shiftedClock } from './serve.js';

type Till = Pick<TerminalOptions, 'channel' | 'merchantId' | 'terminalId' | 'roots'>;

interface News {
  readonly issuers: readonly IssuerRow[];
  readonly bulletin: string;
  readonly payee?: string;
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** As it travels: the receipt in base64. */
function carried(acceptance: Acceptance) {
  if (!acceptance.accepted) return acceptance;
  return { ...acceptance, receipt: acceptance.receipt.toString('base64') };
}

interface Presented {
  readonly orderNumber: string;
  readonly payment: string;
}

/** The key file in the folder is made when it is missing. */
function openKey(folder: string, passphrase: string): Promise<OfflineKey> {
  const file = join(folder, 'key.pem');
  return (existsSync(file) ? openKeyFile : createKeyFile)(file, passphrase);
}

async function terminalOf(
  folder: string,
  till: Till,
  key: OfflineKey,
  shift: number,
): Promise<Terminal> {
  const mark = await stateMark(key.publicKey, join(folder, 'marks'));
  const store = await folderStore(join(folder, 'store'), mark);
  return Terminal.open({ ...till, store, key, clock: shiftedClock(shift) });
}

/** @param passphrase of the key file in the folder */
export const openTerminal = async (
  folder: string,
  till: Till,
  passphrase: string,
): Promise<Terminal> => terminalOf(folder, till, await openKey(folder, passphrase), 0);

async function main([folder = '.', till = '', shift = '0']: readonly string[]): Promise<void> {
  const key = await openKey(folder, process.env['OFFPAY_PASSPHRASE'] ?? '');
  const { publicKey } = key;
  const terminal = await terminalOf(folder, JSON.parse(till) as Till, key, Number(shift));
  await serve(
    {
      isolation,
      publicKey: () => publicKey,
      learn: ({ issuers, bulletin, payee }: News) =>
        terminal.learn({
          ...{ issuers, bulletin: bytesOf(bulletin) },
          ...(payee !== undefined && { payee: bytesOf(payee) }),
        }),
      request: async (input: RequestInput) =>
        (await terminal.request(input)).bytes.toString('base64'),
      accept: async ({ orderNumber, payment }: Presented) =>
        carried(await terminal.accept(orderNumber, bytesOf(payment))),
      cancel: async (orderNumber: string) =>
        (await terminal.cancel(orderNumber)).map((bytes) => bytes.toString('base64')),
      waiting: () => terminal.waiting(),
    },
    () => terminal.close(),
  );
}

if (require.main === module) void main(process.argv.slice(2));
