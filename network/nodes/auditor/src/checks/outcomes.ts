// SPDX-License-Identifier: Apache-2.0
// The outcomes that peers note of transactions, by Fabric's names.
import { peer } from '@hyperledger/fabric-protos';

const NAMES = new Map(
  Object.entries(peer.TxValidationCode).map(([name, code]) => [code as number, name]),
);

/** The code of a transaction whose writes count. */
export const VALID = peer.TxValidationCode.VALID as number;

/** An outcome that this auditor's rules give. */
export type Outcome = Extract<
  keyof typeof peer.TxValidationCode,
  | 'VALID'
  | 'BAD_PAYLOAD'
  | 'BAD_CREATOR_SIGNATURE'
  | 'BAD_PROPOSAL_TXID'
  | 'DUPLICATE_TXID'
  | 'ENDORSEMENT_POLICY_FAILURE'
  | 'MVCC_READ_CONFLICT'
  | 'PHANTOM_READ_CONFLICT'
  | 'INVALID_CONFIG_TRANSACTION'
>;

/** @returns Fabric's name, or the number */
export const outcomeName = (code: number): string => NAMES.get(code) ?? code.toString();
