// SPDX-License-Identifier: Apache-2.0
// Money set aside for the device of a folder, in an order in which neither a kill nor a refusal leaves money that no device can
// spend: what the device would refuse is asked first, and the certificate is kept before the ledger has it.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeDeviceCertificate,
  DomainError,
  parseCose,
  type DeviceCertificate,
  type IssuerRow,
} from '@fabric-offline-pay/domain';
import { ConfigurationError, RefusedError } from '@fabric-offline-pay/sdk';
import {
  writeDurably,
  type Balance,
  type Device,
  type DeviceOwner,
} from '@fabric-offline-pay/sdk/offline';
import type { FundRequest } from './offline-bank.js';
import { hasStore, openKey, withDevice } from './party-folder.js';
import {
  ensureSameParty,
  findSettings,
  writeSettings,
  type DeviceSettings,
  type PartySettings,
} from './party-settings.js';

/** Of which bank on which channel. */
type OfBank = Pick<DeviceOwner, 'channel' | 'bankId'>;

/** Whom devices trust to speak for a bank. */
export interface BankOfDevices extends OfBank {
  issuers(): Promise<readonly IssuerRow[]>;
}

/** The bank's part, as `OfflineBank` does it. */
export interface FundingBank extends BankOfDevices {
  /** Safe to repeat. @throws {RefusedError} CUSTOMER_UNKNOWN and others */
  register(device: Pick<FundRequest, 'customerId' | 'deviceId' | 'publicKey'>): Promise<void>;
  /** Signs a certificate; nothing is set aside yet. */
  sign(request: FundRequest): Promise<Uint8Array>;
  /** Sets aside what a certificate says. Safe to repeat. */
  submit(certificate: Uint8Array): Promise<void>;
}

/** What is wanted for the device of a folder. */
export interface FolderFunding extends PartySettings {
  readonly customerId: string;
  readonly deviceId: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: string;
}

/** What became of a certificate that an earlier funding, which was interrupted, left behind. */
export type PendingOutcome =
  | { readonly state: 'imported' }
  | { readonly state: 'refused'; readonly code: string; readonly message: string };

export interface FundedFolder {
  readonly balance: Balance;
  /** When it was imported, nothing was set aside beside it. Null when there was none. */
  readonly pending: PendingOutcome | null;
}

/** A certificate that the bank signed and the device may not have yet. */
interface Pending {
  readonly bytes: Uint8Array;
  readonly certificate: DeviceCertificate;
}

const pendingFile = (folder: string): string => join(folder, 'pending.offpay-certificate');

function readCertificate(bytes: Uint8Array): DeviceCertificate | undefined {
  try {
    return decodeDeviceCertificate(parseCose('offpay/device-certificate', bytes).payload);
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

async function bytesOf(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readPending(folder: string): Promise<Pending | undefined> {
  const file = pendingFile(folder);
  const bytes = await bytesOf(file);
  if (bytes === undefined) return undefined;
  const certificate = readCertificate(bytes);
  if (certificate === undefined)
    throw new ConfigurationError(file, 'no certificate of a device: move the file away');
  return { bytes, certificate };
}

const dropPending = (folder: string): Promise<void> => rm(pendingFile(folder), { force: true });

/** A device holds the money of one bank on one channel. @throws {ConfigurationError} */
function ensureSameBank(before: OfBank | undefined, { channel, bankId }: OfBank): void {
  if (before === undefined || (before.channel === channel && before.bankId === bankId)) return;
  throw new ConfigurationError(
    '--home',
    `the device is of bank ${before.bankId} on channel ${before.channel}, not of ${bankId} on ${channel}`,
  );
}

/** The certificates in the store know whose it is, where the settings are lost. @throws {ConfigurationError} */
async function ensureOwner(
  device: Device,
  bank: OfBank,
  { customerId, deviceId }: FolderFunding,
): Promise<void> {
  const owner = await device.owner();
  ensureSameBank(owner, bank);
  if (owner === undefined) return;
  if (owner.customerId !== customerId || owner.deviceId !== deviceId)
    throw new ConfigurationError(
      '--device',
      `its certificates are of ${owner.customerId}, ${owner.deviceId}`,
    );
}

/** Another endorser may answer otherwise in a moment. */
const isForGood = (error: unknown): error is RefusedError =>
  error instanceof RefusedError && !error.divided;

interface Session {
  readonly folder: string;
  readonly bank: FundingBank;
  readonly device: Device;
  readonly issuers: readonly IssuerRow[];
}

/** What the ledger refuses was never set aside: the certificate is worth nothing. All else may have been. */
async function submit({ folder, bank }: Session, bytes: Uint8Array): Promise<void> {
  try {
    await bank.submit(bytes);
  } catch (error) {
    if (isForGood(error)) await dropPending(folder);
    throw error;
  }
}

async function keep({ folder, device, issuers }: Session, bytes: Uint8Array): Promise<Balance> {
  const balance = await device.importCertificate(bytes, issuers);
  await dropPending(folder);
  return balance;
}

const SEALED: PendingOutcome = {
  state: 'refused',
  code: 'EPOCH_SEALED',
  message: 'the device was restored since, and takes no certificate of this epoch',
};

async function takeUp(
  session: Session,
  { bytes, certificate }: Pending,
): Promise<Balance | PendingOutcome> {
  const { sealed } = await session.device.knownEpochs();
  // Never submitted: the money would lie there until it can be claimed no more.
  if (sealed !== null && certificate.epoch <= sealed) {
    await dropPending(session.folder);
    return SEALED;
  }
  try {
    await submit(session, bytes);
  } catch (error) {
    if (!isForGood(error)) throw error;
    return { state: 'refused', code: error.code, message: error.message };
  }
  return keep(session, bytes);
}

async function fundOpened(session: Session, request: FundRequest): Promise<FundedFolder> {
  const pending = await readPending(session.folder);
  const before = pending && (await takeUp(session, pending));
  if (before !== undefined && 'total' in before)
    return { balance: before, pending: { state: 'imported' } };
  const { highest } = await session.device.knownEpochs();
  const after = highest === null ? {} : { after: highest };
  const bytes = await session.bank.sign({ ...request, ...after });
  await writeDurably(pendingFile(session.folder), bytes);
  await submit(session, bytes);
  return { balance: await keep(session, bytes), pending: before ?? null };
}

/**
 * Registers the key, has the bank set the money aside, and gives the device its certificate. What an earlier call left behind is
 * taken up first, and then nothing more is set aside. The store is open while the money is set aside.
 * @throws {ConfigurationError} for a folder of somebody else, or a device of another bank: nothing was changed.
 */
export async function fundFolder(
  folder: string,
  passphrase: string,
  bank: FundingBank,
  wanted: FolderFunding,
): Promise<FundedFolder> {
  const { customerId, deviceId, currency, amount } = wanted;
  const marks = wanted.marks === undefined ? {} : { marks: wanted.marks };
  const owner = { party: 'device', customerId, deviceId, ...marks } as const;
  await ensureSameParty(folder, owner);
  ensureSameBank((await readPending(folder))?.certificate, bank);
  const { publicKey } = await openKey(folder, passphrase);
  if (hasStore(folder))
    await withDevice(folder, passphrase, (device) => ensureOwner(device, bank, wanted), marks);
  // A customer whom the bank does not know is refused here: a new folder is nobody's until then.
  await bank.register({ customerId, deviceId, publicKey });
  const issuers = await bank.issuers();
  // Before a store is made: who opens it next must look for its mark at the same place.
  await writeSettings(folder, { ...owner, issuers });
  const request = { customerId, deviceId, publicKey, currency, amount };
  return withDevice(folder, passphrase, async (device) => {
    await ensureOwner(device, bank, wanted);
    return fundOpened({ folder, bank, device, issuers }, request);
  });
}

/** Of the settings, or of the newest certificate where they are lost. */
const settledOwner = async (
  folder: string,
  owner: DeviceOwner | undefined,
): Promise<Omit<DeviceSettings, 'issuers'>> => {
  const settings = await findSettings('device', folder);
  if (settings !== undefined) return settings;
  if (owner !== undefined)
    return { party: 'device', customerId: owner.customerId, deviceId: owner.deviceId };
  throw new ConfigurationError('--device', `${folder} was never funded: offpay device fund`);
};

/**
 * Tells the device of a folder whom it trusts from now on; settings that are lost are written anew.
 * @throws {ConfigurationError} for a folder that was never funded, or a device of another bank: nothing was changed.
 */
export async function updateIssuers(
  folder: string,
  passphrase: string,
  bank: BankOfDevices,
  marks: PartySettings = {},
): Promise<void> {
  const owner = await withDevice(folder, passphrase, (device) => device.owner(), marks);
  ensureSameBank(owner, bank);
  const settled = await settledOwner(folder, owner);
  await writeSettings(folder, { ...settled, ...marks, issuers: await bank.issuers() });
}
