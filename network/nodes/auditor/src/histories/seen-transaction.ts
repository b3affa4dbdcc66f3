// SPDX-License-Identifier: Apache-2.0
// A transaction as the histories look at it: who sent it, and each row that it changed, read before and after.
import { attributesOf, readCertificate, remembering } from '@fabric-offline-pay/domain';
import type { RawTransaction } from '../blocks/raw-block.js';
import type { SettingChange } from '../channel/settings-change.js';
import type { ChangedRows, RowChange } from '../rows/changed-rows.js';
import { isRow, kindOf, readRow, type Row } from '../rows/read-row.js';
import type { Kind } from '../rows/row-kinds.js';

/** What the audit hands on of a transaction. */
export interface Audited {
  readonly block: number;
  readonly transaction: RawTransaction;
  /** `contract:transaction`, for calls of the audited chaincode; else empty. */
  readonly name: string;
  readonly changed: ChangedRows | undefined;
  /** Of the channel, when the transaction brought new settings that count. */
  readonly settings?: readonly SettingChange[];
}

export type RowOfKind<Of extends Kind> = Extract<Row, { readonly kind: Of }>;

/** One row before and after. Undefined: there is none, or none that anybody can read, which is a finding of its own. */
export interface SeenChange<Of extends Kind = Kind> {
  readonly key: string;
  readonly kind: Of;
  readonly before: RowOfKind<Of> | undefined;
  readonly after: RowOfKind<Of> | undefined;
}

/** Whoever sent a transaction. No name: it may be a person's. */
export interface Sender {
  readonly mspId: string;
  /** From its certificate; empty where the authority gave none. */
  readonly role: string;
  readonly actor: string;
}

export interface SeenTransaction extends Audited {
  readonly sender: Sender;
  readonly changes: readonly SeenChange[];
}

/** More certificates than a channel's clients use in one day. */
const MOST = 1_000;

const attributesIn = remembering(MOST, (pem: string) => {
  const certificate = readCertificate(pem);
  return certificate === undefined ? {} : attributesOf(certificate);
});

/** @returns who sent a transaction; nobody, for the settings of block 0 */
export function senderOf({ creator }: Pick<RawTransaction, 'creator'>): Sender {
  if (creator === undefined) return { mspId: '', role: '', actor: '' };
  const { mspId, certificate } = creator.identity;
  const { role = '', actor = '' } = attributesIn(certificate);
  return { mspId, role, actor };
}

function rowIn(key: string, bytes: Uint8Array | null): Row | undefined {
  if (bytes === null) return undefined;
  const row = readRow(key, bytes);
  return isRow(row) ? row : undefined;
}

function seenChange({ key, before, after }: RowChange): SeenChange[] {
  const kind = kindOf(key);
  if (kind === undefined) return [];
  return [{ key, kind, before: rowIn(key, before), after: rowIn(key, after) }];
}

export const seenTransaction = (audited: Audited): SeenTransaction => ({
  ...audited,
  sender: senderOf(audited.transaction),
  changes: (audited.changed?.changes ?? []).flatMap(seenChange),
});

/** @returns what changed of these kinds */
export const changesOf = <Of extends Kind>(
  { changes }: Pick<SeenTransaction, 'changes'>,
  ...kinds: readonly Of[]
): readonly SeenChange<Of>[] =>
  changes.filter(({ kind }) => (kinds as readonly Kind[]).includes(kind)) as SeenChange[] as never;
