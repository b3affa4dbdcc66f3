// SPDX-License-Identifier: Apache-2.0
// What an auditor finds: which rule was broken where, what was expected, and what was found.

/** Where something was found. */
export interface Place {
  /** Number of the block. */
  readonly block: number;
  /** Place of the transaction in the block, from 0; absent for what concerns the block as a whole. */
  readonly index?: number;
  /** Its id as the block states it; empty where nobody can read one. */
  readonly transactionId?: string;
}

/** A rule that was broken. `expected` and `found` are short texts for people, without personal data. */
export interface Finding extends Place {
  readonly rule: RuleName;
  /** What it is about, where the rule can be broken for several things in one place: a row's key, a currency, a setting. */
  readonly subject?: string;
  readonly expected: string;
  readonly found: string;
}

/** Every rule that an auditor checks, with a sentence for people. */
export const RULES = {
  'block.number': 'Blocks follow each other without a gap.',
  'block.genesis': 'Block 0 is the one that the auditor was told.',
  'block.previousHash': 'A block carries the hash of the one before it.',
  'block.dataHash': 'A block’s header carries the hash of its transactions.',
  'block.signatures': 'Orderers of the channel signed the block, as many as its settings ask.',
  'block.readable': 'A block and its transactions have the form that Fabric gives them.',
  'block.codes': 'The peer noted an outcome for each transaction.',
  'block.metadata': 'Beside a block stands what its orderers signed, and nothing else.',
  'block.commitHash': 'The peer noted the hash of what the block changed.',
  'transaction.id': 'A transaction’s id is the hash of its nonce and its sender.',
  'transaction.creator': 'The sender’s certificate is valid, and the sender signed.',
  'transaction.endorsements': 'Those endorsed whose endorsement the policy in force asks for.',
  'transaction.validity': 'The outcome that the peer noted is the one that the rules give.',
  'transaction.proposal': 'The endorsers signed the answer to this very proposal.',
  'transaction.reads': 'A valid transaction read the rows as they stood.',
  'replay.response': 'The contract gives this answer to this call.',
  'replay.reads': 'The contract reads these rows.',
  'replay.writes': 'The contract writes these rows.',
  'replay.event': 'The contract announces this.',
  'replay.private': 'What rests on private data changes only what the transaction may change.',
  'replay.version': 'The auditor has the version of the chaincode that was in force.',
  'config.quorum': 'Those signed a change of the channel whose signatures its policies ask for.',
  'config.content': 'The new settings are the old ones with the signed change.',
  'money.conservation': 'Money moves; it appears or vanishes only together with a row of supply.',
  'money.supply': 'All money of a bank on the ledger is what the bank made less what it took back.',
  'money.bank': 'Without a payee, money stays with the bank whose customer has it.',
  'money.supplyRow':
    'A row of supply is written once, with the row of whoever got or lost the money, and stays.',
  'money.row': 'A row is of a known kind, under its own key, and has the form of its kind.',
  'money.amount': 'An amount is a canonical whole number of minor units, and not too long.',
  'money.sound': 'The parts of a row’s money add up, and none is more than what it is taken from.',
  'money.lasting': 'What a row says for ever stays, and its sums that only rise never fall.',
  'fraud.proof':
    'A case of double spending on the ledger proves that a device signed what no honest device signs.',
  'overdue.hold.expire': 'Held money whose time is over goes back.',
  'overdue.hold.release': 'Money of a delivered order is credited in time.',
  'overdue.hold.return': 'Money for goods that nobody delivered goes back in time.',
  'overdue.dispute.decide': 'A dispute is decided in time.',
  'overdue.debt.bear': 'A debt to a customer is paid or borne in time.',
  'overdue.reserve.close': 'The rest of a reserve goes back in time.',
  'overdue.payout.redeem': 'A payout that its payee asked for is redeemed in time.',
  'overdue.payout.arrive': 'Redeemed or withdrawn money arrives outside of the ledger in time.',
  'overdue.bulletin.publish': 'A new bulletin comes before terminals refuse the old one.',
} as const;

/** The name of a rule, as reports and tables bear it. */
export type RuleName = keyof typeof RULES;
