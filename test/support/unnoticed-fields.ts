// SPDX-License-Identifier: Apache-2.0
// The fields of rows that the auditor's second line cannot judge, by name, so that each is a decision and none an omission. Replay
// judges all of them (`replay.writes`): it knows the call and the rows that were read. `[]` is any entry of a list, `*` any name. A
// field is listed when any of its values could be another unnoticed, though most could not.

/** By kind, fields with a space between. */
type Fields = Readonly<Record<string, string>>;

/** Amounts that stand against another row, which the transaction did not change: a limit, a promise, a share, a memory. */
const AMOUNTS: Fields = {
  account: 'money.*.sinceStepUp.[].amount money.*.spent.[].amount',
  checkpoint: 'debts.[].amount withheld',
  losses: 'borne.[].amount',
  offlineRefund: 'paid refunded',
  order: `
    claimed dispute.withheld hold.authorised hold.fee hold.feeReleased hold.refunded
    hold.refunds.*`,
  payout: 'amount',
  pendingIssue: 'amount',
  reserve: 'compensated perPayment',
  terms: `
    basket.lines.[].unitPrice claimed statements.logistics.goodsTotal
    statements.merchant.goodsTotal`,
};

/** Of rows that hold money: what says no amount. Names that a key repeats are noticed, and so are banks once money is there. */
const BESIDE_MONEY: Fields = {
  account: `
    bankId blocks money.*.sinceStepUp.[].last money.*.spent.[].last sessions.[].deviceId
    sessions.[].key sessions.[].limits.percent sessions.[].limits.release sessions.[].loginId
    sessions.[].until status`,
  checkpoint: 'debts.[].customerId debts.[].merchantId debts.[].orderNumber debts.[].since',
  credit: 'order',
  losses: 'borne.[].last',
  offlineRefund: 'merchantId orderNumber',
  order: `
    bankId customerId deliveredAt delivery dispute.agreed dispute.from dispute.id
    dispute.openedAt hold.deliverBy hold.expiresAt hold.release logisticsId mode settled.at
    settled.inputDigest settled.mspId settled.output.* settled.transaction
    settled.transactionId settled.units.[] state verification`,
  payout: 'at',
  pendingIssue: 'customerId proposedBy token until',
  reserve: `
    certificates.[] claimUntil counters.[].[] highestCounter publicKey reported.at
    reported.number reported.staleAt spendUntil status`,
  terms: `
    bankId basket.addressRefs.[] basket.addressesDigest basket.customerId
    basket.lines.[].goodsDigest basket.lines.[].gtin basket.lines.[].quantity basket.loginId
    basket.logisticsId deviceId placedAt receipt.at receipt.inputDigest receipt.mspId
    receipt.output.* receipt.transaction receipt.transactionId receipt.units.[] release
    signature statements.logistics.lines.[].gtin statements.logistics.lines.[].quantity
    statements.logistics.waybill statements.merchant.lines.[].gtin
    statements.merchant.lines.[].quantity statements.merchant.orderNumber terms.addressRef
    terms.addressRefs.[] terms.addressesDigest terms.channel terms.courierId terms.customerId
    terms.deliveryCommitment terms.holdSeconds terms.lines.[].goodsDigest terms.lines.[].gtin
    terms.loginId terms.logisticsId`,
};

/** Of rows that hold no money: whatever has the form of its kind. */
const WITHOUT_MONEY: Fields = {
  alarm: 'blamed.[] decidedAt fields.[] raisedAt reason state',
  batch: `
    at receipt.at receipt.inputDigest receipt.mspId receipt.output.*.[] receipt.transaction
    receipt.transactionId settled.[].customerId settled.[].deviceId settled.[].epoch
    settled.[].vouchers.[].[] transactionId`,
  bulletin: 'bearers.[].[] bulletin issuedAt number',
  bulletinChange: `
    added.[].customerId added.[].deviceId added.[].epoch removed.[].customerId
    removed.[].deviceId removed.[].epoch`,
  customer: 'bankId blocks missing.[] status',
  device: 'bankId publicKey status',
  factor: 'at nonce',
  fleet: `
    couriers.[].active couriers.[].areas.[].centre.latitude
    couriers.[].areas.[].centre.longitude couriers.[].areas.[].radiusMetres
    couriers.[].categories.[] couriers.[].conduct.at couriers.[].conduct.debt
    couriers.[].conduct.mismatch couriers.[].courierId couriers.[].depot.latitude
    couriers.[].depot.longitude couriers.[].rating.at couriers.[].rating.defects
    couriers.[].rating.stars couriers.[].rating.weight couriers.[].tariffs.[].base
    couriers.[].tariffs.[].perKg couriers.[].tariffs.[].perKm`,
  founding: 'digest',
  fraud: `
    amount at bankId blame careless claimed clearing.at compensation contradicting.[]
    merchantId proven recovered request settled.[] voucher`,
  goods: `
    category certificate digest location.latitude location.longitude origin price rating.at
    rating.defects rating.stars rating.weight weightGrams withdrawn`,
  history: `
    at kind purchase.amount purchase.at purchase.customerId purchase.lines.[].gtin
    purchase.lines.[].quantity purchase.lines.[].unitPrice purchase.merchantId
    purchase.orderNumber`,
  instrument: 'customerId',
  issuer: `
    authority certificate publicKey retired.at retired.compromised retired.trustedUntil`,
  login: 'bankId blocks customerId deviceId expiresAt factorsUntil openedAt state',
  merchant: `
    active bankId categories.[] conduct.at conduct.debt conduct.mismatch licence.number
    licence.validUntil mspId rating.at rating.defects rating.stars rating.weight revision`,
  opinion: 'at defects stars weight',
  purchase: 'amount at lines.[].gtin lines.[].quantity lines.[].unitPrice',
  quote: `
    basketDigest categories.[] expiresAt goodsTotal offers.[].addressRef
    offers.[].couriers.[].courierId offers.[].couriers.[].fee receipt.at receipt.inputDigest
    receipt.mspId receipt.transaction receipt.transactionId receipt.units.[]
    statement.goodsTotal statement.lines.[].gtin statement.lines.[].quantity statement.waybill`,
  rating: 'defect merchantId orderNumber stars',
  receipt: `
    at inputDigest mspId output.* output.*.[] output.*.[].addressRef output.*.[].latitude
    transaction transactionId units.[]`,
  registry: `
    longestSpendSeconds participants.[].actor participants.[].bankId participants.[].mspId
    participants.[].role policy.* revisions.* version`,
  report: 'at differences.[].field differences.[].values.*',
  reputation: 'score totals.*',
  statement: 'goodsTotal lines.[].gtin lines.[].quantity orderNumber waybill',
  vote: 'votes.[].mspId votes.[].until',
};

const named = (fields: Fields): string[] =>
  Object.entries(fields).flatMap(([kind, text]) =>
    text
      .trim()
      .split(/\s+/)
      .map((field) => `${kind}: ${field}`),
  );

/** `kind: field`, in order. */
export const UNNOTICED: readonly string[] = [AMOUNTS, BESIDE_MONEY, WITHOUT_MONEY]
  .flatMap(named)
  .sort();
