// SPDX-License-Identifier: Apache-2.0
// `offpay audit`: proves from the blocks alone that no money appeared or vanished, and shows where when it did.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  archiveBlocks,
  auditOnce,
  NoArchive,
  NothingAudited,
  reportBytes,
  type AuditOutcome,
  type AuditReport,
} from '@fabric-offline-pay/auditor-node';
import { Command, InvalidArgumentError } from 'commander';
import type { Blocks, SignerFiles } from '../audit/blocks.js';
import { exportCommand } from '../audit/export-command.js';
import { questionCommands } from '../audit/question-commands.js';
import { amountText } from '../audit/questions.js';
import { verifyCommand, writeSigned } from '../audit/signed-report.js';
import { FileError, WrongUseError } from '../command-errors.js';
import { EXIT } from '../exit-codes.js';
import { runInterruptible } from '../interrupt.js';
import { show, table, tell, withCommonOptions, type CommonOptions } from '../output.js';

/** A version of the chaincode, and the folder of its code. */
type Code = readonly [version: string, folder: string];

interface AuditOptions extends CommonOptions {
  readonly blocks?: string;
  readonly from?: number;
  readonly to?: number;
  readonly report?: string;
  readonly signed?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly database?: string;
  readonly chaincode: string;
  readonly code: readonly Code[];
}

function parseHeight(text: string): number {
  const height = Number(text);
  if (!/^\d{1,10}$/.test(text) || !Number.isSafeInteger(height))
    throw new InvalidArgumentError('The number of a block is a whole number from 0 on.');
  return height;
}

function parseCode(text: string, before: readonly Code[]): readonly Code[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write VERSION=FOLDER.');
  return [...before, [text.slice(0, at), resolve(text.slice(at + 1))]];
}

type Findings = AuditReport['findings'];

/** What a version of the chaincode is missing for is no fault of the ledger. */
const isFault = ({ rule }: Findings[number]): boolean => rule !== 'replay.version';

const placeOf = ({ block, place }: Findings[number]): string =>
  place === null ? block.toString() : `${block.toString()}/${place.toString()}`;

/** So many are shown to a person; the report has all. */
const MOST_SHOWN = 50;

const findingsText = (findings: Findings): string =>
  table([
    ['block', 'transaction', 'rule', 'about', 'expected', 'found'],
    ...findings
      .slice(0, MOST_SHOWN)
      .map((finding) => [
        placeOf(finding),
        finding.transactionId.slice(0, 12),
        finding.rule,
        finding.subject,
        finding.expected,
        finding.found,
      ]),
  ]);

const moneyText = ({ money }: AuditReport): string =>
  table([
    ['currency', 'made', 'taken back', 'on the ledger'],
    ...money.map(({ currency, made, takenBack, onLedger }) => [
      currency,
      ...[made, takenBack, onLedger].map((amount) => amountText(amount, currency)),
    ]),
  ]);

function asText({ report, incomplete }: AuditOutcome): string {
  const found = [...report.findings, ...report.overdue];
  const { valid, invalid } = report.transactions;
  return [
    `blocks 0 to ${report.block.number.toString()}, ${valid.toString()} valid and ${invalid.toString()} invalid transactions`,
    `state ${report.stateDigest}`,
    moneyText(report),
    ...(found.length === 0 ? ['nothing found'] : [findingsText(found)]),
    ...(found.length > MOST_SHOWN ? [`${found.length.toString()} in all`] : []),
    ...(incomplete === undefined ? [] : [`incomplete: ${incomplete.message}`]),
  ].join('\n');
}

function exitCodeOf({ report, incomplete }: AuditOutcome): number {
  if (report.findings.some(isFault) || report.overdue.length > 0) return EXIT.refused;
  return incomplete === undefined ? EXIT.done : EXIT.notReachable;
}

async function withBlocks<T>(
  options: AuditOptions,
  signal: AbortSignal,
  use: (blocks: Blocks) => Promise<T>,
): Promise<T> {
  const { blocks } = options;
  if (blocks !== undefined) return use({ from: () => archiveBlocks(resolve(blocks)) });
  // Loaded only when a network is asked: an archive needs none.
  const { withHomeBlocks } = await import('../audit/home-blocks.js');
  return withHomeBlocks(options, signal, use);
}

function write(file: string, report: AuditReport): void {
  try {
    writeFileSync(file, reportBytes(report));
  } catch (error) {
    throw new FileError('FILE_UNWRITABLE', file, error);
  }
}

/** Tables that nobody named are needed for this audit alone. */
async function withTables<T>(
  folder: string | undefined,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  if (folder !== undefined) return use(resolve(folder));
  const made = mkdtempSync(join(tmpdir(), 'offpay-audit-'));
  try {
    return await use(made);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

async function asWrongUse<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (
      error instanceof NoArchive ||
      error instanceof NothingAudited ||
      error instanceof RangeError
    )
      throw new WrongUseError(error.message);
    throw error;
  }
}

const audit = (options: AuditOptions, { from: blocksFrom, last }: Blocks): Promise<AuditOutcome> =>
  withTables(options.database, (folder) =>
    auditOnce({
      place: { folder },
      ...{ blocksFrom, chaincode: options.chaincode, versions: Object.fromEntries(options.code) },
      ...(last !== undefined && { last }),
      ...(options.from !== undefined && { from: options.from }),
      ...(options.to !== undefined && { to: options.to }),
      onStep: ({ nextBlock }) => {
        // For a person who waits.
        if (process.stderr.isTTY) tell(`audited to block ${(nextBlock - 1).toString()}`);
      },
    }),
  );

/** Named ones, else those of the network's auditor. */
function signerOf({ certificate, key }: AuditOptions, { signer }: Blocks): SignerFiles | undefined {
  return certificate === undefined || key === undefined ? signer : { certificate, key };
}

async function auditAndWrite(options: AuditOptions, blocks: Blocks): Promise<AuditOutcome> {
  const { report: file, signed } = options;
  const outcome = await audit(options, blocks);
  if (file !== undefined) write(file, outcome.report);
  if (signed !== undefined) await writeSigned(signed, outcome.report, signerOf(options, blocks));
  return outcome;
}

async function run(options: AuditOptions, signal: AbortSignal): Promise<void> {
  if (options.signed !== undefined && options.blocks !== undefined && options.key === undefined)
    throw new WrongUseError('A report on an archive is signed with --certificate and --key.');
  const outcome = await asWrongUse(() =>
    withBlocks(options, signal, (blocks) => auditAndWrite(options, blocks)),
  );
  show(options, outcome, asText);
  process.exitCode = exitCodeOf(outcome);
}

const auditing = (): Command =>
  withCommonOptions(new Command('audit'))
    // The options of a question stand behind its name.
    .enablePositionalOptions()
    .option('--blocks <folder>', 'blocks from an archive instead of the auditor’s own peer')
    .option('--from <block>', 'shows findings from this block on', parseHeight)
    .option('--to <block>', 'the last block that counts', parseHeight)
    .option('--report <file>', 'writes the report there')
    .option('--signed <file>', 'writes the report there with the auditor’s signature')
    .option('--certificate <pem>', 'whose signature; the network’s auditor’s unless told')
    .option('--key <pem>', 'the key of the certificate')
    .option('--database <folder>', 'keeps the tables: the next audit goes on from there')
    .option('--chaincode <name>', 'the audited chaincode', 'offline-pay')
    .option(
      '--code <version=folder>',
      'the code of a version of the chaincode that is not the installed one; may be repeated',
      parseCode,
      [],
    )
    .action((options: AuditOptions) => runInterruptible((signal) => run(options, signal)));

/** The audit itself, and the questions that an audit answers. */
export function auditCommand(): Command {
  const command = auditing();
  for (const each of [...questionCommands(), exportCommand(), verifyCommand()])
    command.addCommand(each);
  return command;
}
