// SPDX-License-Identifier: Apache-2.0
// The rows of offline payments: the money reserved for a device, bulletins, issuers, and the results of settling vouchers.
import type { Amount, Currency } from '../base/money.js';
import type { OfflinePolicy } from '../policy/policy.js';
import type { Receipt } from './receipt.js';
import type { Spending } from './rows.js';

/** What one customer may spend offline in one currency. */
export interface OfflineCaps {
  readonly perPayment: Amount;
  /** The most that all devices of the customer together may have reserved at any time. */
  readonly total: Amount;
}

/** A voucher, as rows and terminals remember it. The digests are base64url without padding. */
export interface CounterEntry {
  readonly counter: number;
  readonly digest: string;
  /** Digest of the previous voucher in the epoch. */
  readonly previous: string;
  /** Sum of all vouchers of the epoch up to and including this one. */
  readonly cumulative: Amount;
  readonly amount: Amount;
}

/** An entry in rows, files and answers. They have up to 64 entries of a device. */
export type CounterTuple = readonly [
  counter: number,
  digest: string,
  previous: string,
  cumulative: Amount,
  amount: Amount,
];

/**
 * A settled voucher in its stored form. It is short when the voucher is the next one of the chain and the sum rose by its
 * amount.
 */
export type StoredCounterEntry = CounterTuple | readonly [digest: string, amount: Amount];

/** The name of one voucher of a device and epoch in rows. The digest is base64url. */
export type VoucherName = readonly [counter: number, digest: string];

/** The report of a device: it is lost or stolen, or it spent twice. */
export interface ReportedDevice {
  /** Number of the first bulletin that names the device. Vouchers for requests that knew this bulletin are not paid. */
  readonly number: number;
  /** When that bulletin was published. Vouchers that were made later convict nobody. */
  readonly at: number;
  /** From this time on no terminal may use an older bulletin, so later requests should have known of the report. */
  readonly staleAt: number;
}

/** Money set aside for one device and epoch. The rest of the money is `funded − settled − returned`. */
export interface ReserveRow {
  readonly customerId: string;
  readonly deviceId: string;
  readonly bankId: string;
  readonly epoch: number;
  readonly currency: Currency;
  /** Base64 DER SubjectPublicKeyInfo, P-256. */
  readonly publicKey: string;
  /** Digests (base64url) of the certificates that the bank issued: the first and one a top-up. */
  readonly certificates: readonly string[];
  readonly funded: Amount;
  readonly settled: Amount;
  /** Money that left the reserve without a settlement: it went back to the account, or paid for a double spend. */
  readonly returned: Amount;
  /** A top-up never lowers this and the next three fields, so that vouchers under an earlier certificate stay valid. */
  readonly perPayment: Amount;
  readonly highestCounter: number;
  readonly spendUntil: number;
  readonly claimUntil: number;
  /** `frozen`: the device spent twice. `revoked`: the device is lost or withdrawn. `closed`: the rest of the money went back. */
  readonly status: 'active' | 'frozen' | 'revoked' | 'closed';
  readonly reported: ReportedDevice | null;
  /** The settled and cancelled vouchers, by counter. */
  readonly counters: readonly CounterEntry[];
  /** Counters of vouchers that their payee cancelled. They are never paid, and their money went back. */
  readonly cancelled: readonly number[];
  /** What the bank has borne so far of the device's double spends. */
  readonly compensated: Amount;
}

/** A reserve in its stored form. */
export type StoredReserve = Omit<ReserveRow, 'counters'> & {
  readonly counters: readonly StoredCounterEntry[];
};

export type FraudKind = 'sameCounter' | 'previousHash' | 'cumulative';

/** Two vouchers of one device that cannot both be honest. The proof itself is a file. */
export interface FraudRow {
  readonly customerId: string;
  readonly deviceId: string;
  readonly bankId: string;
  readonly epoch: number;
  readonly kind: FraudKind;
  /** The voucher that was settled. */
  readonly settled: VoucherName;
  /** The voucher that contradicts it. */
  readonly contradicting: VoucherName;
  /** The merchant that brought the contradicting voucher. */
  readonly merchantId: string;
  readonly at: number;
}

/**
 * Whom a double spend counts against. `device`: the device's owner. `reported`: nobody, because the device was reported
 * before, and nobody proved that both vouchers are older than the report. `cleared`: nobody, because an operator decided so.
 */
export type Blame = 'device' | 'reported' | 'cleared';

/** Why an operator clears a case. There is no free text, because nothing about a person stands on the ledger. */
export type ClearingReason = 'stolen' | 'restored' | 'defect' | 'other';

/** A double spend on the ledger: an alarm for the customer's bank, with the data for a proof and a compensation. */
export interface FraudCaseRow extends FraudRow {
  /** Amount of the contradicting voucher. */
  readonly amount: Amount;
  /** Base64 of the contradicting voucher. */
  readonly voucher: string;
  /** Base64 of the payload of its request. */
  readonly request: string;
  /** Whether its payee asked for the money and was not paid. */
  readonly claimed: boolean;
  /**
   * Who bears the loss, by the policy that the payee accepted under: that of the bulletin which the contradicting voucher's
   * request names.
   */
  readonly lossBearer: OfflinePolicy['lossBearer'];
  readonly blame: Blame;
  /** The decision of an operator who cleared the case. */
  readonly clearing: { readonly reason: ClearingReason; readonly at: number } | null;
  /** The terminal that accepted it should have refused: it has another voucher of the device that contradicts this one. */
  readonly careless: boolean;
  /** Whether somebody submitted a fraud proof. */
  readonly proven: boolean;
  /** The bank's one compensation for this case. */
  readonly compensation: string | null;
  /** What the reserve paid for the case when it was closed: to the payee, or to the bank that had compensated the payee. */
  readonly recovered: Amount;
}

/** The newest bulletin of a bank, for its terminals to fetch. */
export interface BulletinRow {
  readonly bankId: string;
  readonly number: number;
  readonly issuedAt: number;
  /** Base64 of the signed bulletin. */
  readonly bulletin: string;
  /** Who bears double spends, from each bulletin number on. The bulletin in a terminal's request decides. */
  readonly bearers: readonly (readonly [number: number, lossBearer: OfflinePolicy['lossBearer']])[];
}

/** A device that terminals must not accept any more: one of its epochs, or all. */
export interface Revocation {
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number | 'all';
}

/** How a bulletin differs from the previous bulletin. */
export interface BulletinChangeRow {
  readonly bankId: string;
  readonly number: number;
  readonly added: readonly Revocation[];
  readonly removed: readonly Revocation[];
}

/** What a bank bore of the double spends that one payee accepted, by parts of the limits' window. */
export interface LossesRow {
  readonly bankId: string;
  readonly payeeId: string;
  readonly currency: Currency;
  readonly borne: readonly Spending[];
}

/** A bank's key that signs device certificates and bulletins. */
export interface IssuerRow {
  readonly bankId: string;
  /** First 8 bytes of the SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly kid: string;
  /** Base64 DER SubjectPublicKeyInfo, P-256. */
  readonly publicKey: string;
  /** X.509 certificate of the key by the bank's authority, PEM. */
  readonly certificate: string;
  /** Certificate of that authority, PEM. It is the root for verifying fraud proofs. */
  readonly authority: string;
}

/** The end of an issuer: from when on it grants nothing new, and until when terminals believe what it granted before. */
export interface IssuerRetirement {
  readonly at: number;
  /** Somebody else may have its key, so terminals do not believe it any more. */
  readonly compromised: boolean;
  /** The last time at which a device that it certified may have paid. */
  readonly trustedUntil: number;
}

/** An issuer on the ledger. The row stays for ever, because proofs are verified with it. */
export interface RegisteredIssuerRow extends IssuerRow {
  readonly retired: IssuerRetirement | null;
}

/** What one voucher paid for. It is a tuple because a batch has hundreds of them. */
export type SettledVoucher = readonly [orderNumber: string, counter: number, amount: Amount];

/** The payments of one reserve in a batch. */
export interface SettledReserve {
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number;
  readonly vouchers: readonly SettledVoucher[];
}

/** One batch of vouchers of one merchant in one currency, or the single voucher of an order to deliver. */
export interface SettlementBatchRow {
  readonly merchantId: string;
  readonly batchId: string;
  readonly currency: Currency;
  /** The vouchers are in the arguments of this transaction. */
  readonly transactionId: string;
  readonly settled: readonly SettledReserve[];
  readonly at: number;
  /** The receipt of the batch. For the voucher of an order to deliver, the receipt is with the order's terms. */
  readonly receipt: Receipt | null;
}

/** The refunds of one settled voucher. */
export interface OfflineRefundRow {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly customerId: string;
  readonly currency: Currency;
  readonly paid: Amount;
  readonly refunded: Amount;
}
