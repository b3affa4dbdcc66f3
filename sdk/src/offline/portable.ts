// SPDX-License-Identifier: Apache-2.0
// The parts of payments without a network that run in Node.js and in a browser.
export { qrSvg, qrText } from './carriers/qr-code.js';
export type { Clock } from './clock.js';
export {
  Device,
  type DeviceOptions,
  type DeviceOwner,
  type Payment,
  type PayOptions,
  type RequestView,
} from './device/device.js';
export { HIGHEST_EPOCH, type Balance, type KnownEpochs } from './device/epochs.js';
export type {
  CancelledVoucher,
  KeptEvidence,
  PaymentHistory,
  PaymentState,
} from './device/outcomes.js';
export type { PaymentRecord, ReceiptLine } from './device/records.js';
export type { Roots } from './issuer/vouched.js';
export type { OfflineKey } from './key/offline-key.js';
export type { Mark, Marked } from './store/mark.js';
export { memoryMark, type MarkCell } from './store/memory-mark.js';
export { memoryStore } from './store/memory-store.js';
export { restoreStore, type Restoration, type RestoreOptions } from './store/restore.js';
export { sealedStore } from './store/sealed-store.js';
export type { RollBack } from './store/standing.js';
export type { Change, Entry, Store } from './store/store.js';
export type { Acceptance, Accepted, Rejection } from './terminal/accept.js';
export type { BackgroundOptions, BackgroundSync } from './terminal/background-sync.js';
export type { TerminalEvent } from './terminal/events.js';
export type { BankNews } from './terminal/learn.js';
export type { RequestInput } from './terminal/make-request.js';
export type { CertifiedAs } from './terminal/own-payee.js';
export type {
  AcceptedPayment,
  PaymentStatus,
  ProofRecord,
  StoredSide,
} from './terminal/records.js';
export type { SendOptions } from './terminal/send-batches.js';
export {
  Terminal,
  type ShownRequest,
  type SyncReport,
  type TerminalOptions,
} from './terminal/terminal.js';
export type { StuckBatch, UnprovenFraud } from './terminal/stuck.js';
export { checkTillLimits, type CurrencyLimits, type TillLimits } from './terminal/till-limits.js';
export type { Waiting } from './terminal/waiting.js';
export type {
  ClaimedVoucher,
  ContradictingVoucher,
  TerminalLedger,
  VoucherBatch,
} from './terminal/terminal-ledger.js';
