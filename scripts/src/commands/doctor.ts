// SPDX-License-Identifier: Apache-2.0
// `offpay doctor`: says what is wrong with this machine or its network, and what to do.
import { type Check, doctor, type DoctorReport } from '@fabric-offline-pay/run';
import { Command } from 'commander';
import { EXIT } from '../exit-codes.js';
import { reportingErrors, show, withCommonOptions, type CommonOptions } from '../output.js';

const OUTCOME_WIDTH = 'not asked'.length;
const NAME_WIDTH = 24;

const checkText = ({ name, outcome, found, remedy }: Check): string =>
  [
    `${outcome.padEnd(OUTCOME_WIDTH)}  ${name.padEnd(NAME_WIDTH)}  ${found}`,
    ...(remedy === undefined ? [] : [`${' '.repeat(OUTCOME_WIDTH)}  ${remedy}`]),
  ].join('\n');

const summaryText = ({ checks }: DoctorReport): string => {
  const failed = checks.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
  return failed.length === 0 ? 'nothing failed' : `failed: ${failed.join(', ')}`;
};

const reportText = (report: DoctorReport): string =>
  [...report.checks.map(checkText), '', summaryText(report)].join('\n');

export const doctorCommand = (): Command =>
  withCommonOptions(new Command('doctor')).action(
    reportingErrors(async (options: CommonOptions) => {
      const report = await doctor(options.home);
      show(options, report, reportText);
      if (!report.isWell) process.exitCode = EXIT.refused;
    }),
  );
