// SPDX-License-Identifier: Apache-2.0
// @fabric-offline-pay/testing: runs the real contracts on a ledger in memory, with the rules of Fabric's peers.
export { makeCaller, type Caller, type CallerOptions } from './caller';
export {
  ChaincodeError,
  CommitError,
  ContractDefectError,
  EndorsementMismatchError,
  ProposalError,
} from './errors';
export {
  MemoryLedger,
  type BlockListener,
  type InvokeOptions,
  type MemoryLedgerOptions,
  type Transient,
} from './memory-ledger';
export { DEFAULT_NETWORK, MSP_IDS, PARTICIPANTS } from './default-network';
export {
  CHANNEL,
  memoryNetwork,
  type MemoryNetwork,
  type MemoryNetworkOptions,
} from './memory-network';
export { memoryClient, type MemoryClientOptions } from './memory-client';
export { and, majority, or, satisfies, type Policy } from './policy';
export { testNetwork, type TestNetwork, type TestNetworkOptions } from './test-network';
export type {
  Block,
  BlockTransaction,
  ChaincodeEvent,
  ChaincodeResult,
  CollectionConfig,
  CollectionHashes,
  Commit,
  ContractClass,
  Creator,
  Endorsement,
  HashedRead,
  HashedWrite,
  KeyRead,
  KeyWrite,
  Member,
  PrivateWrite,
  Proposal,
  RangeRead,
  Simulation,
  Version,
} from './types';
export type { ValidationCode } from './validation-code';
export {
  addressesOf,
  BANK,
  CURRENCY,
  deliverySecretOf,
  GOODS,
  LOGISTICS,
  MERCHANT,
  POLICY,
  World,
  type ClientFor,
  type CustomerDevice,
  type PurchaseOptions,
} from './world';
export {
  attributesExtension,
  AUTHORITY,
  COMMON_NAME,
  makeCertificate,
  type CertificateExtension,
} from './x509';
