// SPDX-License-Identifier: Apache-2.0
// The domain: the payment rules, the ledger model and the table of transactions. No Fabric, no I/O.
export * from './base/canonical.js';
export type { DeepReadonly } from './base/deep-readonly.js';
export * from './base/errors.js';
export * from './base/geography.js';
export * from './base/identifiers.js';
export * from './base/money.js';
export * from './base/remembering.js';
export * from './base/signature.js';
export * from './base/zone.js';
export * from './goods/category.js';
export type {
  Aggregate,
  Conduct,
  Courier,
  CourierRegistration,
  GoodsRow,
  Licensing,
  MerchantRow,
  RatingSubject,
  Tariff,
} from './ledger/catalogue-shapes.js';
export type { CountedKind, ParticipantRow, ReputationRow, Role } from './ledger/identity-shapes.js';
export * from './ledger/offline-rows.js';
export type {
  AddressBookRow,
  AddressOffer,
  AlarmRow,
  Basket,
  BasketLine,
  Delivery,
  Difference,
  Dispute,
  Hold,
  OrderKey,
  OrderTerms,
  Party,
  ReportRow,
  Statement,
  Verification,
} from './ledger/order-shapes.js';
export { keptIn, wholeIn, type Receipt } from './ledger/receipt.js';
export * from './ledger/row-keys.js';
export * from './ledger/rows.js';
export * from './ledger/version.js';
export * from './ledger/order-states.js';
export * from './patent/graph.js';
export * from './patent/units.js';
export { DEFAULT_POLICY } from './policy/default-policy.js';
export {
  limitsIn,
  type ConductPolicy,
  type CurrencyLimits,
  type Limits,
  type OfflinePolicy,
  type Policy,
  type ReleaseAt,
  type RatingsPolicy,
  type ReputationPolicy,
} from './policy/policy.js';
export * from './transactions/batch.js';
export * from './transactions/define.js';
export { commonRefusals, refusalsOf } from './transactions/refusals.js';
export { QUOTE_ANSWERS } from './transactions/logistics.js';
export * from './transactions/table.js';
export * from './conduct/conduct.js';
export * from './feedback/ratings.js';
export * from './goods/partition.js';
export * from './goods/registration.js';
export { narrowsLicence } from './goods/licence.js';
export {
  castVote,
  liveVotes,
  suffices,
  withoutVote,
  type Ballot,
  type Count,
} from './identity/ballot.js';
export {
  ballotDigest,
  enact,
  ensureMerchantOrganisation,
  matterOf,
  merchantNamed,
  VOTES_NEEDED,
  type Matter,
  type Proposal,
  type Governed,
  type ProposalKind,
} from './identity/governance.js';
export {
  ensureActorFree,
  ensureBankActive,
  ensureFounder,
  foundingRegistry,
  mayCall,
  MOST_PARTICIPANTS,
  participantNamed,
} from './identity/registry.js';
export * from './identity/history.js';
export * from './identity/reputation.js';
export * from './logistics/fleet.js';
export * from './logistics/select-courier.js';
export * from './order-number/beginning.js';
export * from './order-number/blame.js';
export * from './order-number/compare.js';
export * from './order-number/delivery.js';
export * from './order-number/terms.js';
export * as accounts from './settlement/account.js';
export { heldIn, madeBy, type MoneyKind, type RowChange } from './settlement/conservation.js';
export * as holds from './settlement/hold.js';
export { spentIn, type Window } from './settlement/limits.js';
export * from './offline/accept-voucher.js';
export * from './offline/bulletin.js';
export * from './offline/carelessness.js';
export * from './offline/contradiction.js';
export * from './offline/cose.js';
export * from './offline/counter-entry.js';
export * from './offline/device-certificate.js';
export * from './offline/device-key.js';
export * from './offline/digest-text.js';
export * from './offline/fraud-proof.js';
export * from './offline/issuer-key.js';
export * from './offline/issuer-retirement.js';
export * from './offline/ledger-verdicts.js';
export * from './offline/limits.js';
export * from './offline/objects.js';
export * from './offline/payment-request.js';
export * from './offline/plan-voucher.js';
export * from './offline/presented.js';
export * from './offline/settle-voucher.js';
export * from './offline/short-claim.js';
export * from './offline/stored-reserve.js';
export * from './offline/verdicts.js';
export * from './offline/verify-fraud-proof.js';
export * from './offline/verify-issued.js';
export * from './offline/verify-voucher.js';
export * from './offline/voucher.js';
export * as reserves from './offline/reserve.js';
