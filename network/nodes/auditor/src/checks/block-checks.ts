// SPDX-License-Identifier: Apache-2.0
// What a block says of itself, and whether it continues the one before it.
import type { RawBlock } from '../blocks/raw-block.js';
import type { Finding } from '../findings/finding.js';

/** The last block that was audited. */
export interface LastBlock {
  readonly number: number;
  /** Hex. */
  readonly hash: string;
}

/** Whoever knows block 0 otherwise audits no other ledger. */
function genesisProblem(
  { number, hash }: RawBlock,
  genesis: string | undefined,
): Finding | undefined {
  if (number !== 0 || genesis === undefined || genesis === hash) return undefined;
  return { ...{ rule: 'block.genesis', block: 0 }, expected: genesis, found: hash };
}

/** What comes after a block that does not continue the one before it says nothing about this ledger: an audit ends there. */
export function chainProblem(
  last: LastBlock | undefined,
  block: RawBlock,
  genesis?: string,
): Finding | undefined {
  const next = (last?.number ?? -1) + 1;
  const { number, previousHash } = block;
  if (number !== next)
    return {
      ...{ rule: 'block.number', block: next },
      ...{ expected: `block ${next.toString()}`, found: `block ${number.toString()}` },
    };
  const expected = last?.hash ?? '';
  if (previousHash === expected) return genesisProblem(block, genesis);
  return { ...{ rule: 'block.previousHash', block: number }, expected, found: previousHash };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** @returns what is wrong in the block alone */
export function blockFindings(block: RawBlock): Finding[] {
  const { number, header, computedDataHash, codes, transactions } = block;
  const findings: Finding[] = [];
  const stated = hex(header.dataHash);
  if (stated !== computedDataHash)
    findings.push({
      ...{ rule: 'block.dataHash', block: number },
      ...{ expected: stated, found: computedDataHash },
    });
  if (codes.length !== transactions.length)
    findings.push({
      ...{ rule: 'block.codes', block: number },
      expected: `${transactions.length.toString()} outcomes`,
      found: codes.length.toString(),
    });
  return findings;
}
