// SPDX-License-Identifier: Apache-2.0
// A device and terminals in folders, as users of the command line have them. Only what needs a network is done here by the
// bank's issuer itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IssuerRow } from '@fabric-offline-pay/domain';
import { openKey, withDevice, withTerminal, writeSettings } from '@fabric-offline-pay/run';
import { saveFile } from '@fabric-offline-pay/sdk/offline';
import { BANK, CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import type { Ended } from './command-line.js';
import { offpayHere } from './offpay-here.js';
import { issuerOn } from './offline-issuer.js';
import { CERTIFICATES, CHANNEL, OFFLINE_POLICY } from './offline-world.js';

export const PASSPHRASE = 'of the test';
const OWNER = { customerId: 'customer-1', deviceId: 'wallet' };
const YEAR = 365 * 86_400;

export const NAME = 'Café Röst';
export const LICENCE = 'LIC-1';

export const issuer = issuerOn(CHANNEL);
export const issuers: readonly IssuerRow[] = [issuer.row];

type PartyName = 'device' | 'terminal';

export class OfflineFolders {
  readonly home = mkdtempSync(join(tmpdir(), 'offline-folders-'));
  readonly device = join(this.home, 'device');
  readonly terminal = join(this.home, 'terminal');
  readonly #granted = new Map<number, Buffer>();
  readonly #stateHome = process.env['XDG_STATE_HOME'];

  constructor() {
    process.env['XDG_STATE_HOME'] = join(this.home, 'state');
  }

  close(): void {
    if (this.#stateHome === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = this.#stateHome;
    rmSync(this.home, { recursive: true, force: true });
  }

  /** What the command says; with `--json` on standard output. */
  run(party: PartyName, ...args: readonly string[]): Promise<Ended> {
    return this.runIn(party, this[party], ...args);
  }

  runIn(party: PartyName, folder: string, ...args: readonly string[]): Promise<Ended> {
    const of = [party, ...args, `--${party}`, folder];
    return offpayHere(of, { OFFPAY_PASSPHRASE: PASSPHRASE });
  }

  async json(party: PartyName, ...args: readonly string[]): Promise<unknown> {
    const { stdout, stderr } = await this.run(party, ...args, '--json');
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  /** What the bank signs for an epoch, once. */
  async #certificateOf(epoch: number): Promise<Buffer> {
    const { publicKey } = await openKey(this.device, PASSPHRASE);
    const { bytes } = await issuer.certify({
      ...{ ...OWNER, epoch, publicKey, currency: CURRENCY, total: '20000', policy: OFFLINE_POLICY },
      limits: { perPayment: '5000', total: '20000' },
    });
    this.#granted.set(epoch, bytes);
    return bytes;
  }

  /** As `offpay device fund` does, after the bank has set the money aside. Where its mark lies, it was told once. */
  async fund(epoch: number): Promise<void> {
    const marks = this.#granted.size === 0 ? { marks: join(this.home, 'marks') } : {};
    await openKey(this.device, PASSPHRASE);
    await writeSettings(this.device, { party: 'device', ...OWNER, issuers, ...marks });
    const bytes = this.#granted.get(epoch) ?? (await this.#certificateOf(epoch));
    await withDevice(this.device, PASSPHRASE, (opened) => opened.importCertificate(bytes, issuers));
  }

  /** As `offpay terminal setup` does. Its mark lies where it does unless told. */
  async setUpTerminal(
    folder = this.terminal,
    { certified = false, merchantId = MERCHANT } = {},
  ): Promise<void> {
    const roots = { [BANK]: [CERTIFICATES.root] };
    const terminalId = 'till-1';
    const till = { channel: CHANNEL, merchantId, terminalId, roots };
    const { publicKey } = await openKey(folder, PASSPHRASE);
    await writeSettings(folder, { party: 'terminal', ...till });
    const bulletin = await issuer.bulletin({ number: 1, revoked: [], policy: OFFLINE_POLICY });
    const grant = { merchantId, terminalId, publicKey, name: NAME, licence: LICENCE };
    const validUntil = Math.floor(Date.now() / 1000) + YEAR;
    const payee = certified
      ? { payee: await issuer.certifyPayee({ ...grant, validUntil }) }
      : undefined;
    await withTerminal(folder, PASSPHRASE, (opened) =>
      opened.learn({ issuers, bulletin, ...payee }),
    );
  }

  at(order: string, kind: string): string {
    return join(this.home, `${order}.offpay-${kind}`);
  }

  /** Writes the file that the device reads. */
  request(orderNumber: string, folder = this.terminal): Promise<string> {
    return withTerminal(folder, PASSPHRASE, async (till) => {
      const asked = { orderNumber, amount: '1250', currency: CURRENCY };
      const { bytes } = await till.request(asked);
      return saveFile('request', this.at(orderNumber, 'request'), bytes);
    });
  }

  pay(order: string, ...more: readonly string[]): Promise<Ended> {
    const files = ['--request', this.at(order, 'request'), '--out', this.at(order, 'voucher')];
    return this.run('device', 'pay', ...files, ...more);
  }

  accept(order: string, ...more: readonly string[]): Promise<Ended> {
    const of = ['--order', order, '--voucher', this.at(order, 'voucher')];
    return this.run('terminal', 'accept', ...of, ...more);
  }
}
