// SPDX-License-Identifier: Apache-2.0
// The main job while its processes are killed: it ends with the same final states, nothing lost, nothing paid twice. It takes the first
// orders of the sample; OFFPAY_TIMES=<times> takes all of them, that often.
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  killNode,
  networkStatus,
  type OrganisationDescription,
  readDescription,
  upNetwork,
} from '@fabric-offline-pay/operate';
import { startBankService } from '@fabric-offline-pay/run';
import { offpay } from '../support/command-line.js';
import { itemWhere } from '../support/defined.js';
import { expectBalanced, expectSampleOutcomes, readReport, SAMPLE } from '../support/sample.js';

let home: string;
let reportFile: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'offpay-survival-'));
  reportFile = join(home, 'report.json');
});
afterEach(async () => {
  await offpay(['network', 'reset', '--home', home]);
  rmSync(home, { recursive: true, force: true });
}, 60_000);

/** The metrics of a node, over its operations endpoint with mutual TLS. */
function metrics(
  endpoint: string,
  { operations, tlsRootCertPath }: OrganisationDescription,
): Promise<string> {
  const [host, port] = endpoint.split(':');
  const tls = {
    ca: readFileSync(tlsRootCertPath),
    cert: readFileSync(operations.certPath),
    key: readFileSync(operations.keyPath),
  };
  return new Promise((resolve, reject) => {
    const asked = request({ host, port, path: '/metrics', ...tls }, (answer) => {
      let text = '';
      answer.on('data', (data: Buffer) => (text += data.toString('utf8')));
      answer.on('end', () => resolve(text));
    });
    asked.on('error', reject).end();
  });
}

async function leadingOrderer(): Promise<string> {
  for (const organisation of readDescription(home).organisations)
    for (const orderer of organisation.orderers)
      if (
        /^consensus_etcdraft_is_leader\{.*\} 1$/m.test(
          await metrics(orderer.operationsEndpoint, organisation),
        )
      )
        return orderer.name;
  throw new Error('no orderer leads');
}

const chaincodeOf = (organisation: string): string =>
  itemWhere(
    networkStatus(home).nodes,
    (node) => node.kind === 'chaincode' && node.organisation === organisation,
  ).name;

/** A code that nobody enters ends soon, as with `npm start`. */
const CODE_SECONDS = 15;

/** What is killed once this many orders are done. */
const ATTACKS: Readonly<Record<number, () => Promise<string>>> = {
  10: () => Promise.resolve(chaincodeOf('bank')),
  20: () => Promise.resolve('merchant-peer'),
  30: leadingOrderer,
};

/** Enough that orders are on their way when the last process is killed. */
const SHORT = 44;

const { OFFPAY_TIMES } = process.env;
const TIMES = Array.from({ length: Number(OFFPAY_TIMES ?? 1) }, (_, index) => index + 1);

/** @returns the arguments that take so many of the sample's orders */
function ordersToPay(): readonly string[] {
  if (OFFPAY_TIMES !== undefined) return ['--sample'];
  const file = join(home, 'orders.csv');
  const lines = readFileSync(join(SAMPLE, 'orders.csv'), 'utf8').split('\n');
  writeFileSync(file, `${lines.slice(0, SHORT + 1).join('\n')}\n`);
  return ['--sample', '--orders', file];
}

test.each(TIMES)(
  'chaincode, a peer and the leading orderer are killed meanwhile, time %i',
  async () => {
    const killed: Promise<string>[] = [];
    const attack = async (name: Promise<string>): Promise<string> => {
      await killNode(home, await name);
      return name;
    };
    await upNetwork({ home });
    await startBankService(home, { codeSeconds: CODE_SECONDS });
    const { code, stderr } = await offpay(
      ['pay', ...ordersToPay(), '--home', home, '--report', reportFile],
      (line) => {
        const done = /^orders +(\d+)\//.exec(line)?.[1];
        const target = ATTACKS[Number(done)];
        if (target === undefined) return;
        const attacked = attack(target());
        killed.push(attacked);
        // Awaited below; if the payments fail, that error is reported.
        attacked.catch(() => undefined);
      },
    );
    // Some of the sample's rows are refused, as they must be.
    if (code !== 1) throw new Error(stderr);
    expect((await Promise.all(killed)).length).toBe(Object.keys(ATTACKS).length);
    const report = readReport(reportFile);
    expectSampleOutcomes(report, OFFPAY_TIMES === undefined ? SHORT : undefined);
    expectBalanced(report);
    for (const name of await Promise.all(killed))
      expect(
        networkStatus(home).nodes.find((node) => node.name === name)?.restarts,
      ).toBeGreaterThan(0);
  },
  400_000,
);
