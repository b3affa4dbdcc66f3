// SPDX-License-Identifier: Apache-2.0
// The main job while its processes are killed: it ends with the same final states, nothing lost, nothing paid twice.
// OFFPAY_TIMES=<times> does so that often. Once, main-job.spec.ts does it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { upNetwork } from '@fabric-offline-pay/operate';
import { startBankService } from '@fabric-offline-pay/run';
import { Attacks } from '../support/attacks.js';
import { offpay } from '../support/command-line.js';
import { expectBalanced, expectSampleOutcomes, readReport } from '../support/sample.js';

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

/** A code that nobody enters ends soon, as with `npm start`. */
const CODE_SECONDS = 15;

const { OFFPAY_TIMES } = process.env;
const TIMES = Array.from({ length: Number(OFFPAY_TIMES ?? 0) }, (_, index) => index + 1);

if (TIMES.length === 0) {
  console.log('a campaign: OFFPAY_TIMES says how often; main-job.spec.ts kills the same, once');
  test.todo('chaincode, a peer and the leading orderer are killed meanwhile');
} else
  test.each(TIMES)(
    'chaincode, a peer and the leading orderer are killed meanwhile, time %i',
    async () => {
      const attacks = new Attacks(home);
      await upNetwork({ home });
      await startBankService(home, { codeSeconds: CODE_SECONDS });
      const { code, stderr } = await offpay(
        ['pay', '--sample', '--home', home, '--report', reportFile],
        attacks.hear,
      );
      // Some of the sample's rows are refused, as they must be.
      if (code !== 1) throw new Error(stderr);
      const report = readReport(reportFile);
      expectSampleOutcomes(report);
      expectBalanced(report);
      for (const restarts of await attacks.restarts()) expect(restarts).toBeGreaterThan(0);
    },
    400_000,
  );
