// SPDX-License-Identifier: Apache-2.0
// Mutated vouchers: whatever is not what a device, a terminal and a bank signed is neither accepted nor settled, and
// what is so is both. The short test and any longer run share the property.
import fc from 'fast-check';
import {
  acceptVoucher,
  keyReader,
  settleVoucher,
  type KeyReader,
  type Voucher,
} from '@fabric-offline-pay/domain';
import {
  amountOf,
  forge,
  newDevice,
  newRequest,
  NOW,
  openReserveOf,
  pay,
  refusal,
  settleContext,
  terminalView,
  type Payment,
} from '../support/offline-world';

/** The three things that travel between device, terminal and ledger. */
interface Travelling {
  readonly certificate: Uint8Array;
  readonly voucher: Uint8Array;
  readonly request: Uint8Array;
}

/** One way to change bytes, with what fast-check draws for it. */
type Change =
  | { readonly how: 'none' }
  | { readonly how: 'flip'; readonly at: number; readonly bits: number }
  | { readonly how: 'insert'; readonly at: number; readonly byte: number }
  | { readonly how: 'remove'; readonly at: number; readonly count: number }
  | { readonly how: 'swap'; readonly at: number; readonly other: number }
  | { readonly how: 'splice'; readonly from: number };

/** What a device that was tampered with signs anew. */
type Resigned =
  | { readonly field: 'nothing' }
  | { readonly field: 'time'; readonly delta: number }
  | { readonly field: 'cumulative'; readonly delta: number }
  | { readonly field: 'certificateDigest' | 'requestHash'; readonly bytes: Uint8Array };

interface Drawn {
  readonly payment: number;
  readonly changed:
    | { readonly kind: 'bytes'; readonly part: keyof Travelling; readonly change: Change }
    | { readonly kind: 'resigned'; readonly resigned: Resigned };
}

interface Expected {
  readonly accepted: boolean;
  readonly settled: boolean;
}

/** Shaped like the other families of properties. */
export interface VoucherMutations {
  readonly arbitrary: fc.Arbitrary<Drawn>;
  /** @throws {Error} when something was accepted or refused that should not have been. */
  readonly holds: (drawn: Drawn) => Promise<void>;
  /** How often each kind of change met each outcome. */
  readonly tally: { readonly counts: Readonly<Record<string, number>> };
}

const DEVICES = 12;
const PAYMENTS = 5;

const position = fc.nat({ max: 100_000 });
const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.constant({ how: 'none' as const }),
  fc.record({
    how: fc.constant('flip' as const),
    at: position,
    bits: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ how: fc.constant('insert' as const), at: position, byte: fc.nat({ max: 255 }) }),
  fc.record({
    how: fc.constant('remove' as const),
    at: position,
    count: fc.integer({ min: 1, max: 8 }),
  }),
  fc.record({ how: fc.constant('swap' as const), at: position, other: position }),
  fc.record({ how: fc.constant('splice' as const), from: position }),
);
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
const resigned: fc.Arbitrary<Resigned> = fc.oneof(
  fc.constant({ field: 'nothing' as const }),
  fc.record({ field: fc.constant('time' as const), delta: fc.integer({ min: -900, max: 900 }) }),
  fc.record({
    field: fc.constant('cumulative' as const),
    delta: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -30_000, max: 30_000 })),
  }),
  fc.record({
    field: fc.constantFrom('certificateDigest' as const, 'requestHash' as const),
    bytes: digest,
  }),
);

const arbitrary: fc.Arbitrary<Drawn> = fc.record({
  payment: fc.nat({ max: DEVICES * PAYMENTS - 1 }),
  changed: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('bytes' as const),
        part: fc.constantFrom('certificate' as const, 'voucher' as const, 'request' as const),
        change: changes,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('resigned' as const), resigned }) },
  ),
});

const travelling = ({ device, voucher, requestPayload }: Payment): Travelling => ({
  certificate: device.certificateBytes,
  voucher,
  request: requestPayload,
});

function changedBytes(bytes: Uint8Array, change: Change, instead: Uint8Array): Uint8Array {
  const all = [...bytes];
  const at = 'at' in change ? change.at % all.length : 0;
  switch (change.how) {
    case 'none':
      return bytes;
    case 'flip':
      return Uint8Array.from(all.with(at, all[at]! ^ change.bits));
    case 'insert':
      return Uint8Array.from(all.toSpliced(at, 0, change.byte));
    case 'remove':
      return Uint8Array.from(all.toSpliced(at, change.count));
    case 'swap': {
      const other = change.other % all.length;
      return Uint8Array.from(all.with(at, all[other]!).with(other, all[at]!));
    }
    case 'splice':
      return instead;
  }
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Bytes that differ from what was signed must be refused by whoever reads them. */
function expectedOfBytes(genuine: Travelling, shown: Travelling): Expected {
  const settled = isSame(genuine.voucher, shown.voucher) && isSame(genuine.request, shown.request);
  return { settled, accepted: settled && isSame(genuine.certificate, shown.certificate) };
}

/** The rules that a signature cannot help over, written out once more. */
function expectedOfResigned({ content, requestPayload }: Payment, change: Resigned): Expected {
  switch (change.field) {
    case 'nothing':
      return { accepted: true, settled: true };
    case 'time':
      return {
        accepted: change.delta >= -310 && change.delta <= 600,
        settled: change.delta <= 600,
      };
    case 'cumulative': {
      const sum = content.cumulative + BigInt(change.delta);
      const least = amountOf(requestPayload) + BigInt(content.counter - 1);
      const inRange = sum >= least && sum <= 20_000n;
      const fits = content.counter === 1 ? change.delta === 0 : inRange;
      return { accepted: fits, settled: fits };
    }
    default: {
      const fits = isSame(change.bytes, content[change.field]);
      return { accepted: fits, settled: fits };
    }
  }
}

const valuesOf = (content: Voucher, change: Resigned): Partial<Voucher> => {
  switch (change.field) {
    case 'nothing':
      return {};
    case 'time':
      return { time: NOW + change.delta };
    case 'cumulative':
      return { cumulative: content.cumulative + BigInt(change.delta) };
    default:
      return { [change.field]: change.bytes };
  }
};

/** What the terminal and the ledger really do. */
function observed(payment: Payment, shown: Travelling, keyOf: KeyReader): Expected {
  const accept = refusal(() => acceptVoucher(terminalView({ keyOf }), shown.request, shown, []));
  const { verdict } = settleVoucher(
    openReserveOf(payment.device),
    { voucher: shown.voucher, requestPayload: shown.request },
    settleContext({ keyOf }),
  );
  return { accepted: accept === 'accepted', settled: verdict === 'settled' };
}

/** A device cannot even write a sum of nothing. */
const canSign = ({ content }: Payment, change: Resigned): boolean =>
  change.field !== 'cumulative' || content.cumulative + BigInt(change.delta) > 0n;

function tried(payments: readonly Payment[], drawn: Drawn) {
  const payment = payments[drawn.payment]!;
  const genuine = travelling(payment);
  const { changed } = drawn;
  if (changed.kind === 'resigned') {
    const { resigned: change } = changed;
    if (!canSign(payment, change)) return undefined;
    const { voucher } = forge(payment, valuesOf(payment.content, change));
    const expected = expectedOfResigned(payment, change);
    return { payment, label: `signed ${change.field}`, shown: { ...genuine, voucher }, expected };
  }
  const { part, change } = changed;
  const from = change.how === 'splice' ? change.from % payments.length : 0;
  const instead = travelling(payments[from]!)[part];
  const shown = { ...genuine, [part]: changedBytes(genuine[part], change, instead) };
  const expected = expectedOfBytes(genuine, shown);
  return { payment, label: `${change.how} ${part}`, shown, expected };
}

/** @returns the property over payments that were really made, new ones each time. */
export function voucherMutations(): VoucherMutations {
  const keyOf = keyReader();
  const counts: Record<string, number> = {};
  const payments = Array.from({ length: DEVICES }, (_, index) => {
    const device = newDevice({ deviceId: `device-${index}` });
    return Array.from({ length: PAYMENTS }, (_, bought) =>
      pay(device, newRequest({ amount: BigInt(100 + 37 * index + bought) })),
    );
  }).flat();
  const holds = (drawn: Drawn): Promise<void> => {
    const attempt = tried(payments, drawn);
    if (attempt === undefined) return Promise.resolve();
    const { payment, label, shown, expected } = attempt;
    const found = observed(payment, shown, keyOf);
    if (found.accepted !== expected.accepted || found.settled !== expected.settled)
      throw new Error(`${label}: ${JSON.stringify({ expected, found })}`);
    const outcome = `${label}: ${found.accepted ? 'accepted' : 'refused'}`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    return Promise.resolve();
  };
  return { arbitrary, holds, tally: { counts } };
}

/**
 * Runs the property so many times.
 * @returns how often each kind of change met each outcome.
 * @throws {Error} with the counterexample and its seed
 */
export async function checkVoucherMutations(
  numRuns: number,
  seed: number,
): Promise<Readonly<Record<string, number>>> {
  const { arbitrary: drawn, holds, tally } = voucherMutations();
  await fc.assert(fc.asyncProperty(drawn, holds), { seed, numRuns });
  return tally.counts;
}
