// SPDX-License-Identifier: Apache-2.0
// The bank's authentication beside a running network: its certificates, its configuration, its process, its clients.
import { join } from 'node:path';
import {
  bankProgram,
  codeIn,
  type BankClient,
  type BankConfigInput,
  type BankRole,
  openBankClient,
  readLatestCode,
} from '@fabric-offline-pay/bank-node';
import { readAsIfPresent, waitUntil } from '@fabric-offline-pay/node-common';
import {
  enrolIdentity,
  type IdentityDescription,
  organisationWithRole,
  readDescription,
} from '@fabric-offline-pay/operate';
import {
  type CertificatePaths,
  folderOf,
  identityOf,
  type NodePlace,
  nodeAccess,
  nodeSettings,
  type NodeSettingsParts,
  startNodeService,
} from './node-service.js';
import type { AwaitedCode } from '../pay/authenticate.js';
import { standInsDesk, standInSettings, startStandIns } from './stand-ins-service.js';
import * as z from 'zod';

/** The service's name under the network's supervisor. */
export const BANK_SERVICE = 'bank-authentication';
/** Issues and takes back what customers' instruments pay. */
const NODE_TELLER = 'bank-node-teller';
const PHONE_DEADLINE_MS = 15_000;

export const BANK_NODE: NodePlace = { name: BANK_SERVICE, role: 'bank', folder: 'bank' };

const at = (home: string, name: string): string => join(folderOf(home, BANK_NODE), name);

const outboxOf = (home: string): string => at(home, 'outbox');

export interface BankServiceOptions {
  /** Seconds that a one-time code is valid; at most 180. */
  readonly codeSeconds?: number;
  /**
   * Whether hosts and message centre stand in for the outside world: they pay for instruments and deliver SMS. Otherwise the bank's own
   * book pays, and SMS are files of a folder.
   */
  readonly hasStandIns?: boolean;
}

function bankConfiguration(
  home: string,
  parts: NodeSettingsParts,
  teller: IdentityDescription,
  { codeSeconds, hasStandIns = false }: BankServiceOptions,
): BankConfigInput {
  const { organisation: bank } = parts;
  return {
    ...nodeSettings(home, BANK_NODE, parts, {
      'auth-service': identityOf(bank, 'auth-service'),
      'bank-node': identityOf(bank, 'bank-node'),
      teller,
    }),
    keyFile: at(home, 'codes.key'),
    outboxFolder: outboxOf(home),
    ...(hasStandIns && standInSettings(home)),
    limits: { ...(codeSeconds === undefined ? {} : { codeSeconds }) },
  };
}

const bankSettings = z.object({
  limits: z.object({ codeSeconds: z.number().exactOptional() }).default({}),
  messages: z.object({ sms: z.object({ adapter: z.string() }) }).exactOptional(),
});

/** @returns the settings of the bank's last start; undefined when there are none that can be read, for they are written again. */
export function readBankOptions(home: string): BankServiceOptions | undefined {
  try {
    const read = readAsIfPresent(at(home, 'config.json'), bankSettings);
    return read && { ...read.limits, hasStandIns: read.messages?.sms.adapter === 'smpp' };
  } catch {
    return undefined;
  }
}

/** Starts the node under the network's supervisor, or leaves it running when nothing changed. The network must be up. */
export async function startBankService(
  home: string,
  options: BankServiceOptions = {},
): Promise<void> {
  const { id, actor } = organisationWithRole(readDescription(home), 'bank');
  // A certificate of its own, so that what the node issues is not taken for a person's work.
  const identity = { name: NODE_TELLER, role: 'teller', actor };
  const [teller] = await Promise.all([
    enrolIdentity(home, id, identity),
    options.hasStandIns === true ? startStandIns(home) : undefined,
  ]);
  await startNodeService(home, BANK_NODE, bankProgram, (parts) =>
    bankConfiguration(home, parts, teller, options),
  );
}

/** @returns a client of the running service, with the certificate of one of the bank's roles. */
export const bankClient = (home: string, role: BankRole): BankClient =>
  bankClientWith(home, identityOf(organisationWithRole(readDescription(home), 'bank'), role));

/** @returns a client of the running service, with this certificate. */
export const bankClientWith = (home: string, files: CertificatePaths): BankClient =>
  openBankClient(nodeAccess(home, BANK_NODE, files));

/** The newest code that shows the reference on the customer's screen. */
async function codeAmong(texts: Promise<readonly string[]>): Promise<string | undefined> {
  const newest = (await texts).at(-1);
  return newest === undefined ? undefined : codeIn(newest);
}

/** Reads the newest code for this purpose from the phone, or from any when it is unknown. @throws NetworkError `DEADLINE_PASSED` */
export function codeOnPhone(
  home: string,
  phone: string | undefined,
  { loginId, boundTo, reference }: AwaitedCode,
): Promise<string> {
  const desk = readBankOptions(home)?.hasStandIns === true ? standInsDesk(home) : undefined;
  const read = () =>
    desk === undefined
      ? readLatestCode(outboxOf(home), { phone, loginId, boundTo })
      : codeAmong(desk.texts(phone, reference));
  return waitUntil('the code on the phone', read, { deadlineMs: PHONE_DEADLINE_MS });
}
