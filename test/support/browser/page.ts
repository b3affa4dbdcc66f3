// SPDX-License-Identifier: Apache-2.0
// What runs in the page: the bundle, asked for its answers, and a wallet and a till that pay each other over IndexedDB.
import type { webcrypto } from 'node:crypto';
import type { IssuerRow } from '@fabric-offline-pay/domain';
import * as sdk from '@fabric-offline-pay/sdk/browser';
import { certificateAnswers, signatureAnswers, vectorAnswers } from './vector-answers.js';

/** What the bank and the merchant gave to both, as JSON. */
export interface Setup {
  readonly now: number;
  readonly channel: string;
  readonly merchantId: string;
  readonly roots: sdk.Roots;
  readonly issuers: readonly IssuerRow[];
}

/** Base64 of what a bank signed. */
export interface Signed {
  readonly certificate: string;
  readonly payee: string;
  readonly bulletin: string;
}

/** As much of the browser as is touched here. */
interface Request {
  readonly result: unknown;
  onsuccess: () => void;
  onerror: () => void;
}
type Begin = (stores: string, mode: string, options?: { readonly durability?: string }) => object;
interface Browser {
  readonly indexedDB: Record<'open' | 'deleteDatabase', (name: string) => Request>;
  readonly IDBDatabase: { readonly prototype: { transaction: Begin } };
}

const { indexedDB, IDBDatabase } = globalThis as unknown as Browser;

const answerTo = (request: Request): Promise<unknown> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error('refused'));
  });

/** How durable each transaction that writes was to be. */
const durabilities: string[] = [];
const { transaction: begin } = IDBDatabase.prototype;
IDBDatabase.prototype.transaction = function beginNoted(stores, mode, options) {
  if (mode === 'readwrite') durabilities.push(options?.durability ?? 'unsaid');
  return begin.call(this, stores, mode, options);
};

const toBytes = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const toText = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** Who a party is: its key and its store have one name. */
async function party(name: string) {
  const key = await sdk.browserKey(name);
  return { key, store: await sdk.browserStore(name, await sdk.browserMark(key.publicKey)) };
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => String((error as { readonly code?: unknown }).code ?? error),
  );

let device: sdk.Device;
let terminal: sdk.Terminal;

async function open(setup: Setup): Promise<void> {
  const { now, channel, merchantId, roots, issuers } = setup;
  const clock = (): number => now;
  device = await sdk.Device.open({ ...(await party('device')), issuers, clock });
  const till = { channel, merchantId, terminalId: 'till-1', roots };
  terminal = await sdk.Terminal.open({ ...(await party('terminal')), ...till, clock });
}

/** Takes what the bank signed for both. */
async function take({ issuers }: Setup, signed: Signed): Promise<void> {
  await device.importCertificate(toBytes(signed.certificate), issuers);
  const [bulletin, payee] = [toBytes(signed.bulletin), toBytes(signed.payee)];
  await terminal.learn({ issuers, bulletin, payee });
}

/** Both sides of a payment, and the receipt. */
async function pay(orderNumber: string) {
  const asked = { orderNumber, amount: '1250', currency: 'EUR' };
  const { bytes: request } = await terminal.request(asked);
  const view = await device.view(request);
  const payment = await device.pay(request);
  const accepted = await terminal.accept(orderNumber, payment.bytes);
  await device.importReceipt(await terminal.receipt(orderNumber));
  return {
    ...{ payee: view.payee, counter: payment.counter, repeated: payment.repeated },
    ...{ accepted: accepted.accepted, payment: toText(payment.bytes) },
    again: accepted.accepted && accepted.repeated,
    code: (await sdk.qrSvg(request)).includes('<svg'),
  };
}

/** What both know. */
const standing = async () => ({
  history: await device.history(),
  remaining: (await device.balances()).map(({ remaining }) => remaining),
  waiting: await terminal.waiting(),
});

const close = async (): Promise<void> => {
  await device.close();
  await terminal.close();
};

/** Takes a store away, as if it had never been written, and leaves its mark. */
async function forgetStore(name: string): Promise<void> {
  await answerTo(indexedDB.deleteDatabase(`fabric-offline-pay/${name}`));
}

interface Keys {
  transaction(stores: string): {
    objectStore(name: string): { get(name: string): Request };
  };
}

/** What a script of the page gets that asks for a private key: its bytes, or the error's name. */
async function stolenKey(name: string): Promise<string> {
  const database = (await answerTo(indexedDB.open('fabric-offline-pay/keys'))) as Keys;
  const kept = answerTo(database.transaction('records').objectStore('records').get(name));
  const { privateKey } = (await kept) as { readonly privateKey: webcrypto.CryptoKey };
  return crypto.subtle.exportKey('pkcs8', privateKey).then(
    (bytes) => `${bytes.byteLength} bytes`,
    (error: unknown) => (error as Error).name,
  );
}

export const functions = {
  vectors: (vectors: Parameters<typeof vectorAnswers>[1]) => vectorAnswers(sdk, vectors),
  signatures: (all: Parameters<typeof signatureAnswers>[1]) => signatureAnswers(sdk, all),
  certificates: (all: Parameters<typeof certificateAnswers>[1]) => certificateAnswers(sdk, all),
  publicKey: async (name: string) => (await sdk.browserKey(name)).publicKey,
  openCode: (setup: Setup) => codeOf(open(setup)),
  reservedStore: async (name: string) => {
    const mark = await sdk.browserMark(`mark of ${name}`);
    return sdk.browserStore(name, mark).then(
      () => 'opened',
      async (error: unknown) => {
        await mark.close();
        return (error as Error).name;
      },
    );
  },
  partyCode: (name: string) => codeOf(party(name)),
  durabilities: () => [...new Set(durabilities)],
  ...{ open, take, pay, standing, close, forgetStore, stolenKey },
};

(globalThis as { offpay?: typeof functions }).offpay = functions;
