// SPDX-License-Identifier: Apache-2.0
// The rows of offline payments: the policy behind them, the money reserved for a device, and what settling them leaves.
import type { Amount, Currency } from '../base/money.js';
import type { OfflinePolicy } from '../policy/policy.js';
import type { Receipt } from './receipt.js';
import type { Spending } from './rows.js';

/** What one customer may spend offline in one currency. */
export interface OfflineCaps {
  readonly perPayment: Amount;
  /** The most that all devices of the customer together may have reserved at a time. */
  readonly total: Amount;
}

/** A voucher as it is remembered. The digests are base64url without padding. */
export interface CounterEntry {
  readonly counter: number;
  readonly digest: string;
  /** Digest of the voucher before it in the epoch. */
  readonly previous: string;
  /** Sum of all vouchers of the epoch, this one included. */
  readonly cumulative: Amount;
  readonly amount: Amount;
}

/** An entry in rows, files and answers, which hold up to 64 of a device. */
export type CounterTuple = readonly [
  counter: number,
  digest: string,
  previous: string,
  cumulative: Amount,
  amount: Amount,
];

/** A settled voucher as it is stored: short when it is the next one of the chain, and its amount what the sum rose by. */
export type StoredCounterEntry = CounterTuple | readonly [digest: string, amount: Amount];

/** How a row names one voucher of a device and epoch. The digest is base64url. */
export type VoucherName = readonly [counter: number, digest: string];

/** That a device was reported: lost, stolen, or found to spend twice. */
export interface ReportedDevice {
  /** Of the first bulletin that names the device; vouchers for requests that knew it are not paid. */
  readonly number: number;
  /** When that was published. What was made later convicts nobody. */
  readonly at: number;
  /** From then on no terminal may go by an older bulletin: requests made later should have known. */
  readonly staleAt: number;
}

/** Money set aside for one device and epoch. What still stands is `funded − settled − returned`. */
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
  /** What left it for somebody else than a payee that settled: back to the account, or for what the device spent twice. */
  readonly returned: Amount;
  /** This and the next three are never lowered by a top-up: vouchers under an earlier certificate keep their right. */
  readonly perPayment: Amount;
  readonly highestCounter: number;
  readonly spendUntil: number;
  readonly claimUntil: number;
  /** `frozen`: the device spent twice. `revoked`: lost or withdrawn. `closed`: the rest went back. */
  readonly status: 'active' | 'frozen' | 'revoked' | 'closed';
  readonly reported: ReportedDevice | null;
  /** The vouchers settled or cancelled, by counter. */
  readonly counters: readonly CounterEntry[];
  /** Counters of vouchers that their payee cancelled: never paid, and their money is back. */
  readonly cancelled: readonly number[];
  /** What the bank bore so far of what the device spent twice. */
  readonly compensated: Amount;
}

/** A reserve as it stands on the ledger. */
export type StoredReserve = Omit<ReserveRow, 'counters'> & {
  readonly counters: readonly StoredCounterEntry[];
};

export type FraudKind = 'sameCounter' | 'previousHash' | 'cumulative';

/** Two vouchers of one device that cannot both be honest; the proof itself is a file. */
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
  /** Who brought the contradicting one. */
  readonly merchantId: string;
  readonly at: number;
}

/**
 * Whom a double spend counts against. `device`: its owner. `reported`: nobody, since the device was reported before and it is not
 * proven that both vouchers are older than that. `cleared`: nobody, an operator decided so.
 */
export type Blame = 'device' | 'reported' | 'cleared';

/** Why an operator clears a case. No text: nothing about a person stands on the ledger. */
export type ClearingReason = 'stolen' | 'restored' | 'defect' | 'other';

/** A double spend on the ledger: an alarm of the customer's bank, with what a proof and a compensation need. */
export interface FraudCaseRow extends FraudRow {
  /** Of the contradicting voucher. */
  readonly amount: Amount;
  /** Base64 of the contradicting voucher. */
  readonly voucher: string;
  /** Base64 of the payload of its request. */
  readonly request: string;
  /** Whether its payee asked for the money, and was not paid. */
  readonly claimed: boolean;
  /** By the policy of the bulletin that the contradicting voucher's request names: by which its payee accepted. */
  readonly lossBearer: OfflinePolicy['lossBearer'];
  readonly blame: Blame;
  /** Of an operator that cleared the case. */
  readonly clearing: { readonly reason: ClearingReason; readonly at: number } | null;
  /** The terminal that accepted it holds another voucher of the device that contradicts it: it should have refused. */
  readonly careless: boolean;
  /** Whether somebody submitted a fraud proof. */
  readonly proven: boolean;
  /** The one compensation that the bank paid. */
  readonly compensation: string | null;
  /** What the reserve gave for it when it was closed: to the payee, or to the bank that had compensated the payee. */
  readonly recovered: Amount;
}

/** The newest bulletin of a bank, for its terminals to fetch. */
export interface BulletinRow {
  readonly bankId: string;
  readonly number: number;
  readonly issuedAt: number;
  /** Base64 of the signed bulletin. */
  readonly bulletin: string;
  /** Who bears double spends, from which number on: a terminal accepts by the bulletin that its request names. */
  readonly bearers: readonly (readonly [number: number, lossBearer: OfflinePolicy['lossBearer']])[];
}

/** A device that may not be accepted any more: one epoch of it, or all. */
export interface Revocation {
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number | 'all';
}

/** What a bulletin says otherwise than the one whose number is lower by one. */
export interface BulletinChangeRow {
  readonly bankId: string;
  readonly number: number;
  readonly added: readonly Revocation[];
  readonly removed: readonly Revocation[];
}

/** What a bank bore of the double spends that one payee accepted, by parts of the window that limits add up over. */
export interface LossesRow {
  readonly bankId: string;
  readonly payeeId: string;
  readonly currency: Currency;
  readonly borne: readonly Spending[];
}

/** A key that a bank signs device certificates and bulletins with. */
export interface IssuerRow {
  readonly bankId: string;
  /** First 8 bytes of the SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly kid: string;
  /** Base64 DER SubjectPublicKeyInfo, P-256. */
  readonly publicKey: string;
  /** X.509 certificate of the key by the bank's authority, PEM. */
  readonly certificate: string;
  /** Certificate of that authority, PEM: the root that fraud proofs are verified with. */
  readonly authority: string;
}

/** Since when an issuer grants nothing new, and how long terminals still believe what it granted before. */
export interface IssuerRetirement {
  readonly at: number;
  /** Its key may be in other hands: terminals believe it no more. */
  readonly compromised: boolean;
  /** When the last device that it certified may have paid for the last time. */
  readonly trustedUntil: number;
}

/** An issuer as the ledger knows it. A row stays for ever: proofs are verified by it. */
export interface RegisteredIssuerRow extends IssuerRow {
  readonly retired: IssuerRetirement | null;
}

/** What one voucher paid for. A tuple, since a batch holds hundreds. */
export type SettledVoucher = readonly [orderNumber: string, counter: number, amount: Amount];

/** What one reserve paid in a batch. */
export interface SettledReserve {
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number;
  readonly vouchers: readonly SettledVoucher[];
}

/** One batch of vouchers of one merchant in one currency, or the one voucher of an order to deliver. */
export interface SettlementBatchRow {
  readonly merchantId: string;
  readonly batchId: string;
  readonly currency: Currency;
  /** Its arguments hold the vouchers. */
  readonly transactionId: string;
  readonly settled: readonly SettledReserve[];
  readonly at: number;
  /** Of the batch; the voucher of an order to deliver has its receipt with the order's terms. */
  readonly receipt: Receipt | null;
}

/** What was given back of one settled voucher. */
export interface OfflineRefundRow {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly customerId: string;
  readonly currency: Currency;
  readonly paid: Amount;
  readonly refunded: Amount;
}
