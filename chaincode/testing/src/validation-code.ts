// SPDX-License-Identifier: Apache-2.0
// The validation outcomes that this ledger can reach, with the peer's own names.

/** Names from `TxValidationCode` of the Fabric protocol. */
export type ValidationCode =
  | 'VALID'
  | 'ENDORSEMENT_POLICY_FAILURE'
  | 'DUPLICATE_TXID'
  | 'MVCC_READ_CONFLICT'
  | 'PHANTOM_READ_CONFLICT';
