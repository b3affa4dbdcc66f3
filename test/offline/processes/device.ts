// SPDX-License-Identifier: Apache-2.0
// A customer's device as a process of its own: its folder holds key, store and mark, so that a copy has all of
// them; its passphrase comes by the environment.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustedIssuer } from '@fabric-offline-pay/domain';
import {
  createKeyFile,
  Device,
  folderStore,
  openKeyFile,
  stateMark,
} from '@fabric-offline-pay/sdk/offline';
import { isolation } from './isolation.js';
import { serve, shiftedClock } from './serve.js';

interface Certified {
  readonly certificate: string;
  readonly issuers: readonly TrustedIssuer[];
}

/** Keeps a cancellation. @returns every voucher that was cancelled, as the bank wants it. */
const cancelledBy = (device: Device) => async (cancellation: string) => {
  await device.importCancellation(Buffer.from(cancellation, 'base64'));
  return device.cancelled();
};

async function main([folder = '.', trusted = '[]', shift = '0']: readonly string[]): Promise<void> {
  const passphrase = process.env['OFFPAY_PASSPHRASE'] ?? '';
  const file = join(folder, 'key.pem');
  const key = await (existsSync(file) ? openKeyFile : createKeyFile)(file, passphrase);
  const mark = await stateMark(key.publicKey, join(folder, 'marks'));
  const store = await folderStore(join(folder, 'store'), mark);
  const issuers = JSON.parse(trusted) as readonly TrustedIssuer[];
  const device = await Device.open({ store, key, issuers, clock: shiftedClock(Number(shift)) });
  await serve(
    {
      isolation,
      publicKey: () => device.publicKey,
      learn: ({ certificate, issuers }: Certified) =>
        device.importCertificate(Buffer.from(certificate, 'base64'), issuers),
      pay: async (request: string) => {
        const payment = await device.pay(Buffer.from(request, 'base64'));
        return { bytes: payment.bytes.toString('base64'), repeated: payment.repeated };
      },
      payee: async (request: string) => (await device.view(Buffer.from(request, 'base64'))).payee,
      keepReceipt: (receipt: string) => device.importReceipt(Buffer.from(receipt, 'base64')),
      keepCancellation: cancelledBy(device),
      history: () => device.history(),
    },
    () => device.close(),
  );
}

void main(process.argv.slice(2));
