// SPDX-License-Identifier: Apache-2.0
// Sets aside money for the device of a folder. The order of the steps ensures that neither a kill nor a refusal leaves money that no
// device can spend: it first checks what the device would refuse, and stores the certificate before the ledger has it.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeDeviceCertificate,
  DomainError,
  parseCose,
  type DeviceCertificate,
  type IssuerRow,
} from '@fabric-offline-pay/domain';
import { systemCodeOf } from '@fabric-offline-pay/node-common';
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

/** The bank and the channel of the device. */
type OfBank = Pick<DeviceOwner, 'channel' | 'bankId'>;

/** The certificates that devices trust for the bank. */
export interface BankOfDevices extends OfBank {
  issuers(): Promise<readonly IssuerRow[]>;
}

/** The bank's part, implemented by `OfflineBank`. */
export interface FundingBank extends BankOfDevices {
  /** Safe to repeat. @throws {RefusedError} CUSTOMER_UNKNOWN and others */
  register(device: Pick<FundRequest, 'customerId' | 'deviceId' | 'publicKey'>): Promise<void>;
  /** Signs a certificate. Sets nothing aside yet. */
  sign(request: FundRequest): Promise<Uint8Array>;
  /** Sets aside the money of a certificate. Safe to repeat. */
  submit(certificate: Uint8Array): Promise<void>;
}

/** The money that a customer wants on the device of a folder. */
export interface FolderFunding extends PartySettings {
  readonly customerId: string;
  readonly deviceId: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: string;
}

/** The result of an earlier, interrupted funding. */
export type PendingOutcome =
  | { readonly state: 'imported' }
  | { readonly state: 'refused'; readonly code: string; readonly message: string };

export interface FundedFolder {
  readonly balance: Balance;
  /** Null when there was no interrupted funding. When its certificate was imported, nothing more was set aside. */
  readonly pending: PendingOutcome | null;
}

/** A certificate that the bank signed, but the device may not have yet. */
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
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readPending(folder: string): Promise<Pending | undefined> {
  const file = pendingFile(folder);
  const bytes = await bytesOf(file);
  if (bytes === undefined) return undefined;
  const certificate = readCertificate(bytes);
  if (certificate === undefined)
    throw new ConfigurationError(file, 'not a certificate of a device: move the file away');
  return { bytes, certificate };
}

const dropPending = (folder: string): Promise<void> => rm(pendingFile(folder), { force: true });

/** Checks that the device is of this bank and channel, because it holds money of only one. @throws {ConfigurationError} */
function ensureSameBank(before: OfBank | undefined, { channel, bankId }: OfBank): void {
  if (before === undefined || (before.channel === channel && before.bankId === bankId)) return;
  throw new ConfigurationError(
    '--home',
    `the device belongs to bank ${before.bankId} on channel ${before.channel}, not to ${bankId} on ${channel}`,
  );
}

/** If the settings are lost, the certificates in the store name the owner. @throws {ConfigurationError} */
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
      `its certificates belong to ${owner.customerId}, ${owner.deviceId}`,
    );
}

/** A refusal that passes tells nothing of the certificate: another endorser, or the same with its clock set right, may take it. */
const isForGood = (error: unknown): error is RefusedError =>
  error instanceof RefusedError && !error.passes;

interface Session {
  readonly folder: string;
  readonly bank: FundingBank;
  readonly device: Device;
  readonly issuers: readonly IssuerRow[];
}

/** Money that the ledger refused was not set aside, so the certificate is worthless. After any other error it may have been. */
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
  message: 'the device was restored since then, and accepts no certificate of this epoch',
};

async function takeUp(
  session: Session,
  { bytes, certificate }: Pending,
): Promise<Balance | PendingOutcome> {
  const { sealed } = await session.device.knownEpochs();
  // Not submitted, because the money would be locked until it can no longer be claimed.
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
 * Registers the key, lets the bank set the money aside, and gives the device its certificate. If an earlier call was interrupted,
 * it only completes that one and sets nothing more aside. The store is open while the money is set aside.
 * @throws {ConfigurationError} for a folder of somebody else, or a device of another bank. Then nothing was changed.
 * */
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
  // Refuses an unknown customer here, before a new folder gets an owner.
  await bank.register({ customerId, deviceId, publicKey });
  const issuers = await bank.issuers();
  // Before the store is made, because the next call that opens it must look for its mark in the same place.
  await writeSettings(folder, { ...owner, issuers });
  const request = { customerId, deviceId, publicKey, currency, amount };
  return withDevice(folder, passphrase, async (device) => {
    await ensureOwner(device, bank, wanted);
    return fundOpened({ folder, bank, device, issuers }, request);
  });
}

/** From the settings or, if they are lost, from the newest certificate. */
const settledOwner = async (
  folder: string,
  owner: DeviceOwner | undefined,
): Promise<Omit<DeviceSettings, 'issuers'>> => {
  const settings = await findSettings('device', folder);
  if (settings !== undefined) return settings;
  if (owner !== undefined)
    return { party: 'device', customerId: owner.customerId, deviceId: owner.deviceId };
  throw new ConfigurationError('--device', `${folder} was never funded: run offpay device fund`);
};

/**
 * Updates whom the device of a folder trusts. Writes lost settings again.
 * @throws {ConfigurationError} for a folder that was never funded, or a device of another bank. Then nothing was changed.
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
