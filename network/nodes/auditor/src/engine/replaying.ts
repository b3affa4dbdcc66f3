// SPDX-License-Identifier: Apache-2.0
// Puts together what a call saw, so that it can be run again elsewhere.
import type { Access, Call, RawTransaction } from '../blocks/raw-block.js';
import { membersOf } from '../channel/collection-members.js';
import { readableDefinition, type Definitions } from '../channel/definitions.js';
import { rowsIn } from '../checks/reads.js';
import type { ReplayedCall, SeenCollection, SeenRow } from '../replay/replayed-call.js';
import type { LedgerState, StateRow } from '../state/ledger-state.js';

/** A copy: what is sent to another thread takes the whole of the block with it otherwise. */
const copyOf = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

const utf8 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

const seen = ({ key, value, block, tx }: StateRow): SeenRow => ({
  key: utf8(key),
  value: copyOf(value),
  version: { block, tx },
});

/** @returns the rows that the call read, as they stand before its own writes */
async function rowsSeen(state: LedgerState, access: Access): Promise<SeenRow[]> {
  const rows = new Map<string, SeenRow>();
  for (const { key } of access.reads) {
    const row = state.get({ namespace: access.namespace, key: Buffer.from(key, 'utf8') });
    if (row !== null) rows.set(key, seen(row));
  }
  for (const range of access.ranges)
    for (const row of await rowsIn(state, access.namespace, range))
      rows.set(utf8(row.key), seen(row));
  return [...rows.values()];
}

const copiedWrites = ({ writes }: Access): Access['writes'] =>
  writes.map(({ key, value }) => ({ key, value: value === null ? null : copyOf(value) }));

const NOTHING: Omit<Access, 'namespace'> = {
  reads: [],
  ranges: [],
  writes: [],
  collections: [],
  metadataKeys: [],
};

const senderOf = ({ creator }: RawTransaction): ReplayedCall['creator'] => ({
  mspId: creator?.identity.mspId ?? '',
  certificate: creator?.identity.certificate ?? '',
});

function collectionsOf(definitions: Definitions, chaincode: string): SeenCollection[] {
  const definition = readableDefinition(definitions, chaincode);
  return (definition?.collections ?? []).map((each) => ({
    name: each.name,
    members: membersOf(each),
    memberOnlyRead: each.memberOnlyRead,
    memberOnlyWrite: each.memberOnlyWrite,
  }));
}

/** @param definitions in force when the call was endorsed */
export async function replayedCall(
  transaction: RawTransaction,
  call: Call,
  state: LedgerState,
  definitions: Definitions,
): Promise<ReplayedCall> {
  const access = call.access.find(({ namespace }) => namespace === call.chaincode) ?? {
    ...NOTHING,
    namespace: call.chaincode,
  };
  const { reads, ranges, collections } = access;
  return {
    channel: transaction.channel,
    transactionId: transaction.id,
    creator: senderOf(transaction),
    at: transaction.at,
    version: call.ran.version,
    endorser: call.endorsements[0]?.identity.mspId ?? '',
    arguments: call.arguments.map(utf8),
    rows: await rowsSeen(state, access),
    collections: collectionsOf(definitions, call.chaincode),
    answer: { ...call.answer, payload: copyOf(call.answer.payload) },
    announced: call.announced && {
      ...call.announced,
      payload: copyOf(call.announced.payload),
    },
    access: { reads, ranges, collections, writes: copiedWrites(access) },
  };
}
