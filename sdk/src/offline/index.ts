// SPDX-License-Identifier: Apache-2.0
// @fabric-offline-pay/sdk/offline: devices, terminals and issuers of payments without a network. Loads no gRPC.
export * from './portable.js';
export { writeDurably } from '../files/write-durably.js';
export { loadFile, saveFile, type CarriedKind } from './carriers/file.js';
export { qrPng } from './carriers/qr-code.js';
export {
  Issuer,
  type Grant,
  type IssuerOptions,
  type PayeeGrant,
  type SignedCertificate,
} from './issuer/issuer.js';
export { createKeyFile, openKeyFile } from './key/key-file.js';
export { softwareKey } from './key/offline-key.js';
export { clientLedger } from './ledger/client-ledger.js';
export type { Archive, LedgerCall } from './ledger/archive.js';
export { folderStore, restoreFolder } from './store/folder-store.js';
export { stateMark } from './store/state-mark.js';
