// SPDX-License-Identifier: Apache-2.0
// What stands beside a block's header and transactions: nothing of it is part of the block's hash, so each byte is judged here. What orderers
// sign there is judged by their signatures, and outcomes by the transactions.
import { common } from '@hyperledger/fabric-protos';
import type { RawBlock } from '../blocks/raw-block.js';
import type { Finding } from '../findings/finding.js';
import { commitHash } from './commit-hash.js';
import { VALID } from './outcomes.js';

const { SIGNATURES, LAST_CONFIG, ORDERER, COMMIT_HASH } = common.BlockMetadataIndex;
const MOST_PARTS = COMMIT_HASH + 1;
const WHOLE = 'signatures and what they are over';

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

function metadata(value: Uint8Array): Uint8Array {
  const message = new common.Metadata();
  message.setValue(value);
  return message.serializeBinary();
}

function lastConfig(block: number): common.LastConfig {
  const message = new common.LastConfig();
  message.setIndex(block);
  return message;
}

/** Which block orderers signed to be the last one with settings. */
function signedLastConfig(signatures: Uint8Array): number {
  try {
    const { OrdererBlockMetadata, Metadata } = common;
    const value = Metadata.deserializeBinary(signatures).getValue_asU8();
    return OrdererBlockMetadata.deserializeBinary(value).getLastConfig()?.getIndex() ?? 0;
  } catch {
    return -1;
  }
}

/** What a reader leaves out of a message comes to light when the message is written again. */
function isWhole(signatures: Uint8Array): boolean {
  try {
    return hex(common.Metadata.deserializeBinary(signatures).serializeBinary()) === hex(signatures);
  } catch {
    return false;
  }
}

const hasSettings = ({ transactions }: RawBlock): boolean =>
  transactions.some(({ code, content }) => code === VALID && content.kind === 'settings');

/**
 * Mirrors `BlockWriter.addLastConfig` and `addBlockSignature` of the orderers.
 * @param settingsBlock the last block before this one that brought settings
 */
export function metadataFindings(block: RawBlock, settingsBlock: number): Finding[] {
  const { number, beside } = block;
  const signatures = beside[SIGNATURES] ?? new Uint8Array();
  const last = hasSettings(block) ? number : settingsBlock;
  const checks: readonly (readonly [subject: string, expected: string, found: string])[] = [
    ['last settings, signed', last.toString(), signedLastConfig(signatures).toString()],
    ['last settings', hex(metadata(lastConfig(last).serializeBinary())), hex(beside[LAST_CONFIG])],
    ['signatures', WHOLE, isWhole(signatures) ? WHOLE : 'other parts, too'],
    ['orderer', '', hex(beside[ORDERER])],
    ['parts', MOST_PARTS.toString(), Math.max(MOST_PARTS, beside.length).toString()],
  ];
  return checks
    .filter(([, expected, found]) => expected !== found)
    .map(([subject, expected, found]) => ({
      ...{ rule: 'block.metadata', block: number, subject },
      ...{ expected, found },
    }));
}

/** What comes of a block's commit hash. */
export interface CommitHash {
  /** Hex: from which the next block's can come. None: the source notes none, as orderers do. Two after a finding: as it should be, and as it is. */
  readonly hashes: readonly string[];
  readonly finding: Finding | undefined;
}

const NONE: CommitHash = { hashes: [], finding: undefined };

const notedHash = (hash: string): string => hex(metadata(Buffer.from(hash, 'hex')));

/** What stands in a noted hash, when it has the form of one. */
const hashIn = (noted: string): string[] =>
  /^0a20[0-9a-f]{64}$/.test(noted) ? [noted.slice(4)] : [];

/**
 * A source that notes none in block 1 is no peer's, and has nothing to compare. A peer always does.
 * @param before of the block before
 */
export function commitHashOf(before: readonly string[], block: RawBlock): CommitHash {
  const { number, beside } = block;
  const noted = hex(beside[COMMIT_HASH]);
  const finding = (expected: string): Finding => ({
    ...{ rule: 'block.commitHash', block: number, expected, found: noted },
  });
  if (number === 1 && noted === '') return NONE;
  const hashes = (number === 1 ? [''] : before).map((hash) => commitHash(hash, block));
  const [expected] = hashes;
  if (expected === undefined) return noted === '' ? NONE : { hashes: [], finding: finding('') };
  const found = hashes.find((hash) => notedHash(hash) === noted);
  if (found !== undefined) return { hashes: [found], finding: undefined };
  return { hashes: [expected, ...hashIn(noted)], finding: finding(notedHash(expected)) };
}
