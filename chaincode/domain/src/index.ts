// SPDX-License-Identifier: Apache-2.0
// The domain: the payment rules, the ledger model and the table of transactions. No Fabric, no I/O. It exports what other
// rooms use, grouped by concept. Add a rule here when another room needs it.

// Basic values: names, money, places, signatures, refusals.
export { CLOCK_TOLERANCE_SECONDS } from './base/clock-tolerance.js';
export { byCodeUnit, canonicalJson, digestOf, isSame, sha256Hex } from './base/canonical.js';
export { attributesOf, readCertificate } from './base/certificate.js';
export type { DeepReadonly } from './base/deep-readonly.js';
export { derElements, derInside, type DerElement } from './base/der.js';
export {
  DomainError,
  ensure,
  ERRORS,
  found,
  isErrorCode,
  type ErrorCode,
  type ErrorDetails,
  type WireError,
} from './base/errors.js';
export { isPassing } from './base/passing.js';
export type { Place } from './base/geography.js';
export {
  amount,
  currency,
  deviceKey,
  digest,
  gtin,
  identifier,
  IDENTIFIER_PATTERN,
  instant,
  isCategory,
  isGtin,
  place,
  quantity,
} from './base/identifiers.js';
export {
  addAmounts,
  addSums,
  atMostOfSum,
  formatAmount,
  isAtLeast,
  isCurrency,
  isSumAtLeast,
  multiplyAmount,
  parseDecimal,
  subtractAmounts,
  subtractSums,
  sumToUnits,
  toAmount,
  toUnits,
  type Amount,
  type Currency,
  type Sum,
} from './base/money.js';
export { remembering } from './base/remembering.js';
export { signBytes, signEs256 } from './base/sign.js';
export {
  importDeviceKey,
  importShortKey,
  shortKeyOf,
  verifyBytes,
  verifyEs256,
  verifyText,
} from './base/signature.js';
export { centreOf, zoneOf, type Zone } from './base/zone.js';

// A platform other than Node.js must provide these.
export type { CryptoPlatform, PublicKey } from './platform/crypto.js';
export type { Certificate, X509Platform } from './platform/x509.js';

// The ledger: rows, their keys, the shapes that rows share with inputs and answers, the states of an order.
export type {
  Aggregate,
  Courier,
  GoodsRow,
  Licensing,
  MerchantRow,
  Tariff,
} from './ledger/catalogue-shapes.js';
export type { ParticipantRow, ReputationRow, Role } from './ledger/identity-shapes.js';
export type {
  Blame,
  BulletinChangeRow,
  BulletinRow,
  ClearingReason,
  CounterEntry,
  CounterTuple,
  FraudCaseRow,
  FraudRow,
  IssuerRetirement,
  IssuerRow,
  OfflineCaps,
  OfflineRefundRow,
  RegisteredIssuerRow,
  ReportedDevice,
  ReserveRow,
  Revocation,
  SettledReserve,
  SettledVoucher,
  SettlementBatchRow,
  StoredReserve,
} from './ledger/offline-rows.js';
export type {
  AddressBookRow,
  AddressOffer,
  AlarmRow,
  Basket,
  BasketLine,
  Difference,
  Dispute,
  Hold,
  OrderKey,
  OrderTerms,
  Party,
  ReportRow,
  Statement,
} from './ledger/order-shapes.js';
export {
  isBeforeMoney,
  nextState,
  type OrderEvent,
  type OrderState,
} from './ledger/order-states.js';
export { keptIn, wholeIn, type Receipt } from './ledger/receipt.js';
export {
  fraudParts,
  ordinalKey,
  keyToWrite,
  reserveParts,
  ROWS,
  timeKey,
  type KeyOf,
  type PartsToWrite,
  type RowKind,
  type RowValue,
} from './ledger/row-keys.js';
export {
  ADDRESS_COLLECTION,
  deviceSubject,
  isPlaced,
  loginSubject,
  OFFLINE_LOGIN,
  orderSubject,
  SUPPLY,
  type AccountRow,
  type BasketRow,
  type CheckpointRow,
  type CreditRow,
  type CustomerRow,
  type Debt,
  type DeviceRow,
  type FleetRow,
  type HistoryKind,
  type LoginRow,
  type OrderRow,
  type PayoutRow,
  type PendingIssueRow,
  type PurchaseRow,
  type QuoteRow,
  type RegistryRow,
  type ReserveKey,
  type Session,
  type Spending,
  type StatedOtherwise,
  type SupplyKind,
  type SupplyRow,
  type TermsRow,
  type Vote,
  type VoteRow,
} from './ledger/rows.js';
export { ensureOfThisVersion, LEDGER_VERSION } from './ledger/version.js';

// The patent's units and their order.
export { enclosedBy, predecessorsOf } from './patent/graph.js';
export { UNITS, type UnitId } from './patent/units.js';

// The one table of transactions.
export { batchAnswers, MAX_BATCH, type BatchAnswer } from './transactions/batch.js';
export {
  ATTRIBUTES,
  CALLER,
  naturalKeyOf,
  type Access,
  type Attribute,
  type Ownership,
  type ReceiptPlace,
  type Repetition,
} from './transactions/define.js';
export { QUOTE_ANSWERS } from './transactions/logistics.js';
export { commonRefusals, refusalsOf } from './transactions/refusals.js';
export {
  ALL_TRANSACTIONS,
  transactionNamed,
  TRANSACTIONS,
  type ContractName,
  type InputOf,
  type KindOf,
  type NamedTransaction,
  type OutputOf,
  type ParsedInputOf,
  type ResultOf,
  type TransactionName,
} from './transactions/table.js';

// The policy that all participants agreed on.
export { DEFAULT_POLICY } from './policy/default-policy.js';
export {
  limitsIn,
  type Limits,
  type OfflinePolicy,
  type Policy,
  type ReleaseAt,
} from './policy/policy.js';

// Participants, votes and customers (units 1 to 7).
export { castVote, liveVotes, withoutVote } from './identity/ballot.js';
export {
  ballotDigest,
  ensureMerchantOrganisation,
  licensingOf,
  relicensed,
  merchantNamed,
  type Governed,
  type Proposal,
} from './identity/governance.js';
export { HISTORY_OF, penaltyKey, successKey } from './identity/history.js';
export {
  ensureActorFree,
  ensureBankActive,
  ensureCarrierActive,
  ensureFounder,
  foundingRegistry,
  mayCall,
  participantNamed,
} from './identity/registry.js';
export {
  addToHistory,
  firstStanding,
  limitsFor,
  NO_HISTORY,
  scoreOf,
  type Standing,
} from './identity/reputation.js';

// Goods, merchants and their conduct (units 8 to 10, 12).
export { isCategoryAllowed } from './goods/category.js';
export { narrowsLicence } from './goods/licence.js';
export {
  categoriesOf,
  ensureCategoriesAgree,
  ensureChoiceQuoted,
  ensureMerchantMaySell,
  partitionOf,
} from './goods/partition.js';
export { ensureGoodsAsPicked, goodsDifferences, goodsDigest } from './goods/registration.js';
export {
  BLAMELESS,
  isTrusted,
  releaseFor,
  withMisconduct,
  type Misconduct,
  type Standards,
} from './conduct/conduct.js';

// Couriers (units 11, 1101 to 1104).
export {
  courierOf,
  MAX_FLEET,
  MAX_FLEET_BYTES,
  registrationOf,
  withCouriers,
  withRegistered,
} from './logistics/fleet.js';
export {
  locationsOf,
  MAX_OFFERED,
  offersFor,
  rankCouriers,
  servesZone,
  type Load,
} from './logistics/select-courier.js';

// The order, its terms and statements (units 13, 15).
export { beginningOf, newOrder } from './order-number/beginning.js';
export { blamedFor } from './order-number/blame.js';
export {
  compareStatements,
  customerStatement,
  restated,
  statedOtherwise,
  type Statements,
} from './order-number/compare.js';
export { commitmentTo, ensureProves } from './order-number/delivery.js';
export {
  basketDigest,
  basketOf,
  disputeText,
  ensureDistinctLines,
  ensureTermsAddUp,
  goodsTotalOf,
  ratingsText,
  signedText,
  termsDigest,
} from './order-number/terms.js';

// Money (unit 14).
export * as accounts from './settlement/account.js';
export { heldIn, madeBy, type MoneyKind } from './settlement/conservation.js';
export {
  bankStep,
  captureDue,
  FIRST_CAPTURE,
  nextCaptureId,
  type BankStep,
} from './settlement/bank-step.js';
export * as holds from './settlement/hold.js';
export { addSpending, spentIn } from './settlement/limits.js';
export {
  bearerOf,
  isFull,
  openLoss,
  passedBound,
  recoveredCase,
  recoverLosses,
  withBearer,
  type LossBound,
  type Recovery,
} from './settlement/losses.js';

// What backs a bank's money: whose it is, the trees of what a bank owes, statements and proofs.
export {
  BACKING_RULES,
  checkBacking,
  type BackingDifference,
  type BackingRule,
} from './backing/check-backing.js';
export {
  backingProof,
  isInTree,
  leafBytes,
  leavesOf,
  LeafTree,
  SEED_LENGTH,
  treesOf,
  type BackingLeaf,
  type BackingProof,
} from './backing/leaves.js';
export {
  Holdings,
  liabilitiesOf,
  sumsOf,
  type BankOfPayee,
  type Liability,
} from './backing/liabilities.js';
export {
  outranks,
  payeeBanksIn,
  pocketOf,
  type HeldMoney,
  type HolderKind,
  type PayeeBank,
  type Pocket,
} from './backing/pockets.js';
export {
  ASSETS,
  BACKING_ROLE,
  backingStatement,
  isCounted,
  missingBacking,
  shortIn,
  signStatement,
  STATEMENT_FAULTS,
  statementOf,
  verifyStatement,
  wholeBacking,
  type AssetKind,
  type BackingAsset,
  type BackingStatement,
  type CurrencyBacking,
  type StatedCurrency,
  type StatementFault,
  type StatementParts,
  type StatementResult,
} from './backing/statement.js';

// Opinions (unit 18).
export { isDefective, opinionOf, UNRATED, withOpinion } from './feedback/ratings.js';

// Payments without a network: what each party signs, and what the others believe.
export * from './offline/index.js';
