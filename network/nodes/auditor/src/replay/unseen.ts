// SPDX-License-Identifier: Apache-2.0
// Calls that rest on private data, which an auditor never sees: the addresses from which couriers are quoted. They cannot be run again. Those
// who see the addresses endorse them, the bank and the logistics company both; and whatever the addresses are, such a call may write certain
// rows only, none of which moves money: what a quote costs is decided when the customer signs it, by a call that is run again.
import { ADDRESS_COLLECTION, transactionNamed } from '@fabric-offline-pay/domain';
import type { Access } from '../blocks/raw-block.js';
import type { RowChange } from '../rows/changed-rows.js';

/** A row that such a call may not write in this way. */
export interface UnseenProblem {
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
}

/** @param name `contract:transaction` */
export function restsOnPrivateData(name: string): boolean {
  const [contract = '', transaction = ''] = name.split(':');
  return transactionNamed(contract, transaction)?.transient !== undefined;
}

const isNew = ({ before, after }: RowChange): boolean => before === null && after !== null;

function parsed(bytes: Uint8Array | null): unknown {
  try {
    return bytes === null ? undefined : JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

const withoutDelivery = (row: unknown): string =>
  JSON.stringify(row, (key, value: unknown) => (key === 'delivery' ? undefined : value));

/** The goods are picked up: nothing else of the order changes. */
function isPickUp({ before, after }: RowChange): boolean {
  const row = parsed(after);
  if (typeof row !== 'object' || row === null || !('delivery' in row)) return false;
  return row.delivery === 'pickedUp' && withoutDelivery(parsed(before)) === withoutDelivery(row);
}

interface Permission {
  /** For people. */
  readonly expected: string;
  readonly holds: (change: RowChange) => boolean;
}

/** By kind of row: how it may change. */
const PERMITTED: Readonly<Record<string, Permission>> = {
  receipt: { expected: 'a new receipt', holds: isNew },
  quote: { expected: 'a new quote', holds: isNew },
  order: { expected: 'an order of which nothing but the delivery changes', holds: isPickUp },
};

const NOTHING: Permission = { expected: 'no row of this kind', holds: () => false };

const permissionFor = (key: string): Permission => {
  const kind = key.split('/', 1)[0] ?? '';
  return (Object.hasOwn(PERMITTED, kind) ? PERMITTED[kind] : undefined) ?? NOTHING;
};

/**
 * @param access in the chaincode's namespace
 * @returns what a call that cannot be run again wrote against the rules
 */
export function unseenProblems(
  changes: readonly RowChange[],
  access: Pick<Access, 'collections'> | undefined,
): UnseenProblem[] {
  const rows = changes.flatMap((change) => {
    const { expected, holds } = permissionFor(change.key);
    return holds(change) ? [] : [{ subject: change.key, expected, found: 'another change' }];
  });
  const hidden = (access?.collections ?? [])
    .filter(({ collection, writes }) => collection !== ADDRESS_COLLECTION || writes.length > 1)
    .map(({ collection }) => ({
      subject: collection,
      expected: 'at most one private address',
      found: 'other private rows',
    }));
  return [...rows, ...hidden];
}
