// SPDX-License-Identifier: Apache-2.0
// What a row keeps as long as it stands: fields that never change, and sums that never fall.
import type { Row } from '../rows/read-row.js';
import type { Kind } from '../rows/row-kinds.js';

/** Paths of fields, by what they may not do. */
interface Lasting {
  readonly kept: readonly string[];
  readonly rising: readonly string[];
}

/** Rows of these kinds are written once; they may be removed. */
const WRITTEN_ONCE: readonly Kind[] = ['credit', 'payout', 'batch', 'bulletinChange'];

const LASTING: Readonly<Partial<Record<Kind, Lasting>>> = {
  account: { kept: ['bankId'], rising: ['blocks'] },
  order: {
    kept: [
      ...['customerId', 'bankId', 'logisticsId', 'mode', 'hold.currency', 'hold.authorised'],
      ...['hold.fee', 'hold.release', 'hold.expiresAt'],
    ],
    rising: [
      ...['hold.voided', 'hold.captured', 'hold.released', 'hold.feeReleased', 'hold.refunded'],
      ...['hold.refundedHeld', 'hold.feeReturned'],
    ],
  },
  reserve: {
    kept: ['bankId', 'currency', 'publicKey'],
    rising: [
      ...['funded', 'settled', 'returned', 'perPayment', 'highestCounter', 'spendUntil'],
      ...['claimUntil', 'compensated'],
    ],
  },
  offlineRefund: {
    kept: ['merchantId', 'orderNumber', 'currency', 'paid'],
    rising: ['refunded'],
  },
  bulletin: { kept: [], rising: ['number', 'issuedAt'] },
};

/** @returns whether a row of the kind keeps anything */
export const isLasting = (kind: Kind): boolean =>
  WRITTEN_ONCE.includes(kind) || LASTING[kind] !== undefined;

/** @returns undefined where a part of the path is missing or null, as the hold of an order that holds nothing yet */
function at(value: unknown, path: string): unknown {
  let found = value;
  for (const part of path.split('.'))
    found = (found as Readonly<Record<string, unknown>> | null | undefined)?.[part];
  return found;
}

/** Amounts are strings, times and numbers are not. */
const hasFallen = (before: unknown, after: unknown): boolean =>
  BigInt(after as string | number) < BigInt(before as string | number);

type Differs = (before: unknown, after: unknown) => boolean;

function differing(
  paths: readonly string[],
  before: Row,
  after: Row,
  differs: Differs,
): readonly string[] {
  return paths.filter((path) => {
    const [was, is] = [at(before.value, path), at(after.value, path)];
    return was !== undefined && (is === undefined || differs(was, is));
  });
}

/** @returns the fields that changed although they may not, or fell although they only rise; both rows have one key */
export function changedForEver(before: Row, after: Row): readonly string[] {
  if (WRITTEN_ONCE.includes(after.kind)) return ['the row'];
  const { kept = [], rising = [] } = LASTING[after.kind] ?? {};
  return [
    ...differing(kept, before, after, (was, is) => was !== is),
    ...differing(rising, before, after, hasFallen),
  ];
}
