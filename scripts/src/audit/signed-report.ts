// SPDX-License-Identifier: Apache-2.0
// `--signed FILE` of `offpay audit`, and `offpay audit verify FILE`: a report with its auditor's signature.
import { readFileSync, writeFileSync } from 'node:fs';
import {
  reportSigner,
  signedReport,
  signReport,
  type AuditReport,
} from '@fabric-offline-pay/auditor-node';
import { readBounded } from '@fabric-offline-pay/node-common';
import { Command } from 'commander';
import { FileError, WrongUseError } from '../command-errors.js';
import { EXIT } from '../exit-codes.js';
import { reportingErrors, show, type CommonOptions } from '../output.js';
import type { SignerFiles } from './blocks.js';

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new FileError('FILE_UNREADABLE', file, error);
  }
}

function signerOf({ certificate, key }: SignerFiles) {
  try {
    return reportSigner(read(certificate), read(key));
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new WrongUseError(`${certificate} and ${key} are no certificate and its key (P-256).`);
  }
}

/** @throws {WrongUseError} before anything is written, when nobody can sign */
export async function writeSigned(
  file: string,
  report: AuditReport,
  files: SignerFiles | undefined,
): Promise<void> {
  if (files === undefined)
    throw new WrongUseError('A report is signed with --certificate and --key.');
  const bytes = await signReport(report, signerOf(files));
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    throw new FileError('FILE_UNWRITABLE', file, error);
  }
}

/** Longer than any report that a person reads; findings are what makes one long. */
const MOST_BYTES = 256 * 1024 * 1024;

interface Verified {
  readonly signed: boolean;
  readonly report: AuditReport | null;
}

const asText = ({ report }: Verified): string =>
  report === null
    ? 'NOT SIGNED by this certificate, or no report in its one form'
    : [
        `signed: blocks 0 to ${report.block.number.toString()} of ${report.channel}, genesis ${report.genesis}`,
        `state ${report.stateDigest}`,
        `${report.findings.length.toString()} findings, ${report.overdue.length.toString()} overdue`,
      ].join('\n');

interface VerifyOptions extends CommonOptions {
  readonly certificate: string;
}

function verify(file: string, options: VerifyOptions): void {
  const certificate = read(options.certificate);
  let bytes: Buffer;
  try {
    bytes = readBounded(file, MOST_BYTES);
  } catch (error) {
    throw new FileError('FILE_UNREADABLE', file, error);
  }
  const report = signedReport(bytes, certificate) ?? null;
  show(options, { signed: report !== null, report }, asText);
  process.exitCode = report === null ? EXIT.refused : EXIT.done;
}

export const verifyCommand = (): Command =>
  new Command('verify')
    .description('verifies that an auditor signed a report; exit code 0 when it did, 1 when not')
    .argument('<file>', 'the report, as --signed wrote it')
    .requiredOption('--certificate <pem>', 'certificate of an auditor whom you believe')
    .option('--json', 'writes the result as JSON')
    .action(reportingErrors(verify));
