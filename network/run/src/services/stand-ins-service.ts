// SPDX-License-Identifier: Apache-2.0
// What stands in for the outside world of the sample's bank, beside a running network: a card host, a mobile-money host, a message centre.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  standInsProgram,
  type BankConfigInput,
  type StandInFigures,
  type StandInsConfig,
} from '@fabric-offline-pay/bank-node';
import {
  findFreePorts,
  NetworkError,
  readAsIfPresent,
  usedPorts,
  writeFileAtomic,
  writeJson,
} from '@fabric-offline-pay/node-common';
import {
  networkStatus,
  organisationWithRole,
  readDescription,
  rememberService,
  resolveHome,
  startService,
} from '@fabric-offline-pay/operate';
import * as z from 'zod';
import type { OutsideWorld } from '../pay/outside-world.js';

/** The service's name under the network's supervisor. */
export const STAND_INS = 'stand-ins';

const HOST = '127.0.0.1';
const PORTS = ['card', 'mobile', 'sms', 'desk'] as const;
/** Any of the vendors' tags of SMPP 3.4. */
const REFERENCE_TAG = 0x1400;
/** SMPP allows eight characters. */
const SECRET_BYTES = { mobile: 32, sms: 4, desk: 32 } as const;

const port = z.int();
const settings = z.object({
  ports: z.object({ card: port, mobile: port, sms: port, desk: port }),
});

const at = (home: string, name: string): string => join(home, 'stand-ins', name);

const configFile = (home: string): string => at(home, 'config.json');

/** Of the card host, for the bank's node. */
const statementsOf = (home: string): string => at(home, 'statements');

const secretFiles = (home: string): StandInsConfig['secrets'] => ({
  mobile: at(home, 'mobile.key'),
  sms: at(home, 'sms.password'),
  desk: at(home, 'desk.key'),
});

function makeSecrets(home: string): StandInsConfig['secrets'] {
  const files = secretFiles(home);
  for (const name of ['mobile', 'sms', 'desk'] as const)
    if (!existsSync(files[name]))
      writeFileAtomic(files[name], randomBytes(SECRET_BYTES[name]).toString('hex'));
  return files;
}

const portsOf = (home: string): StandInsConfig['ports'] | undefined =>
  readAsIfPresent(configFile(home), settings)?.ports;

const isRunning = (home: string): boolean =>
  networkStatus(home).nodes.some(({ name, pid }) => name === STAND_INS && pid !== undefined);

/** The same as before, unless somebody else has taken one meanwhile. */
async function choosePorts(home: string): Promise<StandInsConfig['ports']> {
  const before = portsOf(home);
  if (before !== undefined && isRunning(home)) return before;
  if (before !== undefined) {
    const used = await Promise.all(PORTS.map((name) => usedPorts(HOST, before[name], 1)));
    if (used.flat().length === 0) return before;
  }
  const first = await findFreePorts(HOST, PORTS.length);
  return { card: first, mobile: first + 1, sms: first + 2, desk: first + 3 };
}

/**
 * Starts them under the network's supervisor, or leaves them running. What they did is below the home, and they know it again.
 * @throws NetworkError `NETWORK_NOT_UP` | `NODE_FAILED` | `DEADLINE_PASSED` | `PORT_IN_USE`
 */
export async function startStandIns(home: string): Promise<void> {
  const organisation = organisationWithRole(readDescription(home), 'bank').id;
  const readyFile = at(home, 'ready.json');
  const config: StandInsConfig = {
    folder: at(home, 'done'),
    readyFile,
    ports: await choosePorts(home),
    secrets: makeSecrets(home),
    statementFolder: statementsOf(home),
    referenceTag: REFERENCE_TAG,
  };
  writeJson(configFile(home), config);
  rememberService(resolveHome(home), { name: STAND_INS, organisation });
  await startService(home, {
    ...{ name: STAND_INS, organisation, readyFile },
    command: process.execPath,
    args: [standInsProgram, configFile(home)],
  });
}

/** The parts of the bank's configuration that name them, as a bank names its own hosts. @throws NetworkError when they were not started */
export function standInSettings(
  home: string,
): Required<Pick<BankConfigInput, 'coreBanking' | 'messages'>> {
  const ports = portsOf(home);
  if (ports === undefined)
    throw new NetworkError('NETWORK_NOT_UP', `The service ${STAND_INS} was not started.`);
  const secrets = secretFiles(home);
  return {
    coreBanking: {
      card: {
        ...{ adapter: 'iso8583', host: HOST, port: ports.card },
        ...{ institution: '40012', terminal: 'BANK0001', acceptor: 'OFFPAY-BANK' },
        statementFolder: statementsOf(home),
      },
      mobile: {
        ...{ adapter: 'mobile-money', url: `http://${HOST}:${ports.mobile.toString()}` },
        ...{ account: 'bank-01', apiKeyFile: secrets.mobile },
      },
    },
    messages: {
      sms: {
        ...{ adapter: 'smpp', host: HOST, port: ports.sms, systemId: 'bank', source: 'BANK' },
        ...{ passwordFile: secrets.sms, referenceTag: REFERENCE_TAG },
      },
    },
  };
}

/** Where to ask whether they are there. @returns undefined when they were not started */
export function standInsHealth(home: string): string | undefined {
  const ports = portsOf(home);
  return ports && `http://${HOST}:${ports.desk.toString()}/health`;
}

const count = z.int();
const figures: z.ZodType<StandInFigures> = z.object({
  approvals: count,
  completions: count,
  reversals: count,
  payOuts: count,
  texts: count,
  receipts: count,
});

const ANSWER_MS = 10_000;

/** What a person of the sample does at the stand-ins' desk. */
export interface StandInsDesk extends OutsideWorld {
  /** @param phone E.164; any unless given @returns the texts that contain this, the oldest first */
  readonly texts: (phone: string | undefined, containing: string) => Promise<readonly string[]>;
}

/** @returns undefined when the home has none */
export function standInsDesk(home: string): StandInsDesk | undefined {
  const ports = portsOf(home);
  if (ports === undefined) return undefined;
  const key = readFileSync(secretFiles(home).desk, 'utf8').trim();
  const ask = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`http://${HOST}:${ports.desk.toString()}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The stand-ins answer ${response.status.toString()}.`);
    return response.json();
  };
  return {
    openAccount: async (account) => {
      await ask('POST', '/accounts', account);
    },
    figures: async () => figures.parse(await ask('GET', '/figures')),
    closeStatements: async () => {
      await ask('POST', '/statements');
    },
    texts: async (phone, containing) => {
      const query = new URLSearchParams({ ...(phone !== undefined && { to: phone }), containing });
      return z.array(z.string()).parse(await ask('GET', `/texts?${query.toString()}`));
    },
  };
}
