// SPDX-License-Identifier: Apache-2.0
// The bank's authentication beside a running network: its certificates, its configuration, its process, its clients.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bankProgram,
  type BankClient,
  type BankConfigInput,
  type BankRole,
  openBankClient,
  readLatestCode,
} from '@fabric-offline-pay/bank-node';
import {
  NetworkError,
  readAsIfPresent,
  waitUntil,
  writeJson,
} from '@fabric-offline-pay/node-common';
import {
  organisationsSeenBy,
  organisationWithRole,
  endpointsOf,
  enrolIdentity,
  enrolTls,
  type IdentityDescription,
  type OrganisationDescription,
  publishRevocations,
  readDescription,
  rememberService,
  resolveHome,
  startService,
  type TlsCertificate,
} from '@fabric-offline-pay/operate';
import { PROBES } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';

/** The service's name under the network's supervisor. */
export const BANK_SERVICE = 'bank-authentication';
/** Issues and takes back what customers' instruments pay. */
const NODE_TELLER = 'bank-node-teller';
const PHONE_DEADLINE_MS = 15_000;

/** The folder of the service's files. */
const folderOf = (home: string): string => join(home, 'bank');

const readyFileOf = (home: string): string => join(folderOf(home), 'ready.json');

const outboxOf = (home: string): string => join(folderOf(home), 'outbox');

const ready = z.object({ url: z.string() });

type CertificatePaths = Pick<IdentityDescription, 'certPath' | 'keyPath'>;

export interface BankServiceOptions {
  /** Seconds that a one-time code is valid; at most 180. */
  readonly codeSeconds?: number;
}

function identityOf(bank: OrganisationDescription, role: string) {
  const found = bank.identities.find((identity) => identity.role === role);
  if (found === undefined)
    throw new NetworkError('ORGANISATION_UNKNOWN', `The bank has no certificate for ${role}`);
  return found;
}

function bankConfiguration(
  home: string,
  tls: TlsCertificate,
  teller: IdentityDescription,
  revocations: string,
  options: BankServiceOptions,
): BankConfigInput {
  const description = readDescription(home);
  const bank = organisationWithRole(description, 'bank');
  const { certPath, keyPath } = identityOf(bank, 'auth-service');
  const bankNode = identityOf(bank, 'bank-node');
  return {
    databaseFolder: join(folderOf(home), 'database'),
    keyFile: join(folderOf(home), 'codes.key'),
    backingKeyFile: join(folderOf(home), 'backing.key'),
    outboxFolder: outboxOf(home),
    // The sample's runner claims the money itself, since some of its rows claim a part, or nothing.
    settling: { automatic: false },
    readyFile: readyFileOf(home),
    tls: {
      cert: tls.certPath,
      key: tls.keyPath,
      clientRoots: [bank.ca.tlsRootCertPath],
      revocations,
    },
    limits: { ...(options.codeSeconds === undefined ? {} : { codeSeconds: options.codeSeconds }) },
    logLevel: 'warn',
    ledger: {
      peers: endpointsOf(bank),
      tlsRoot: bank.tlsRootCertPath,
      mspId: bank.mspId,
      actor: bank.actor,
      identities: {
        'auth-service': { certificate: certPath, privateKey: keyPath },
        'bank-node': { certificate: bankNode.certPath, privateKey: bankNode.keyPath },
        teller: { certificate: teller.certPath, privateKey: teller.keyPath },
      },
      channel: description.channel,
      chaincode: description.chaincode.name,
      organisations: organisationsSeenBy(bank, description),
    },
  };
}

const bankSettings = z.object({
  limits: z.object({ codeSeconds: z.number().exactOptional() }).default({}),
});

/** @returns the settings of the bank's last start; nothing when there are none that can be read, for they are written again. */
export function readBankOptions(home: string): BankServiceOptions {
  try {
    return readAsIfPresent(join(folderOf(home), 'config.json'), bankSettings)?.limits ?? {};
  } catch {
    return {};
  }
}

/** Starts the service under the network's supervisor, or leaves it running when nothing changed. The network must be up. */
export async function startBankService(
  home: string,
  options: BankServiceOptions = {},
): Promise<void> {
  const { id, actor } = organisationWithRole(readDescription(home), 'bank');
  const tls = await enrolTls(home, id, {
    name: BANK_SERVICE,
    hosts: ['127.0.0.1', 'localhost'],
  });
  // A certificate of its own, so that what the node issues is not taken for a person's work.
  const identity = { name: NODE_TELLER, role: 'teller', actor };
  const teller = await enrolIdentity(home, id, identity);
  const file = join(folderOf(home), 'config.json');
  // Written again at each start, so that it does not expire while the service runs.
  const revocations = await publishRevocations(home, id);
  writeJson(file, bankConfiguration(home, tls, teller, revocations, options));
  rememberService(resolveHome(home), { name: BANK_SERVICE, organisation: id });
  await startService(home, {
    name: BANK_SERVICE,
    organisation: id,
    command: process.execPath,
    args: [bankProgram, file],
    readyFile: readyFileOf(home),
  });
}

/** @returns a client of the running service, with the certificate of one of the bank's roles. */
export const bankClient = (home: string, role: BankRole): BankClient =>
  bankClientWith(home, identityOf(organisationWithRole(readDescription(home), 'bank'), role));

/** @returns a client of the running service, with this certificate. */
export const bankClientWith = (home: string, files: CertificatePaths): BankClient =>
  openBankClient(accessOf(home, files));

/** @returns the address of the service's health check, with PEM texts. @throws NetworkError `NETWORK_NOT_UP` */
export function bankHealthQuestion(home: string): ReturnType<typeof accessOf> {
  const bank = organisationWithRole(readDescription(home), 'bank');
  const { url, ...tls } = accessOf(home, identityOf(bank, 'operator'));
  return { url: new URL(PROBES.ready.path, url).href, ...tls };
}

/** @throws NetworkError `NETWORK_NOT_UP` */
function accessOf(home: string, { certPath, keyPath }: CertificatePaths) {
  const bank = organisationWithRole(readDescription(home), 'bank');
  const read = (path: string): string => readFileSync(path, 'utf8');
  const service = readAsIfPresent(readyFileOf(home), ready);
  if (service === undefined)
    throw new NetworkError('NETWORK_NOT_UP', "The bank's service was not started.");
  const { url } = service;
  return { url, root: read(bank.tlsRootCertPath), cert: read(certPath), key: read(keyPath) };
}

/** Reads the newest code for this purpose from the phone, or from any when it is unknown. @throws NetworkError `DEADLINE_PASSED` */
export const codeOnPhone = (
  home: string,
  phone: string | undefined,
  loginId: string,
  boundTo: string,
): Promise<string> =>
  waitUntil(
    'the code on the phone',
    () => readLatestCode(outboxOf(home), { phone, loginId, boundTo }),
    { deadlineMs: PHONE_DEADLINE_MS },
  );
