// SPDX-License-Identifier: Apache-2.0
// Mutated objects of payments without a network, at every place where one is believed: what nobody signed so is refused, and what
// was signed so is believed, and says the same.
import fc from 'fast-check';
import { DomainError } from '@fabric-offline-pay/domain';
import { defined, firstOf, itemAt, itemRound, lastOf } from '../support/defined.js';
import { VECTOR_KEYS } from '../support/offline-world.js';
import {
  change,
  changedBytes,
  changedField,
  type Again,
  type Change,
  type FieldChange,
} from './mutated/changes.js';
import {
  placesOf,
  SHOWN,
  type Part,
  type Parts,
  type Place,
  type Travelling,
} from './mutated/places.js';
import { genuine, readSign1, SIGNED } from './mutated/reading.js';
import { STRANGER, type MutatedWorld, type Subject } from './mutated/world.js';
import { must, type Family } from './property.js';
import { Tally } from './tally.js';

/** Numbers choose round. */
export interface Mutation {
  readonly place: number;
  readonly subject: number;
  /** Which of the things that travel there; or what is shown, where they are put together. */
  readonly target: number;
  readonly change: Change;
}

const arbitrary: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(999),
  subject: fc.nat(99),
  target: fc.nat(11),
  change,
});

const bytesOf = (parts: Parts): Travelling =>
  Object.fromEntries(Object.entries(parts).map(([name, { bytes }]) => [name, bytes]));

/** Bytes of genuine objects: keys, digests, signatures. */
function bytesIn(world: MutatedWorld): readonly Buffer[] {
  const all = world.subjects.flatMap(({ voucher, certificate, payee, receipt }) => {
    const objects = [
      genuine('voucher', voucher),
      genuine('device-certificate', certificate),
      genuine('payee-certificate', payee),
      genuine('receipt', receipt),
    ];
    return objects.flatMap(({ content, digest, signature, kid }) => [
      ...Object.values(content).filter((each) => Buffer.isBuffer(each)),
      ...[digest, signature, ...(kid === undefined ? [] : [kid])],
    ]);
  });
  return [...new Map(all.map((each) => [each.toString('hex'), each])).values()];
}

class Mutating {
  readonly #world: MutatedWorld;
  readonly #others: readonly Buffer[];

  constructor(world: MutatedWorld) {
    this.#world = world;
    this.#others = bytesIn(world);
  }

  /** A holder of a key who may not sign this. */
  #wrongKey(right: Part['key'], who: number) {
    const { issuer, nextIssuer, otherIssuer, auditor, terminal } = VECTOR_KEYS;
    const devices = this.#world.subjects.map(({ device }) => device.key);
    const all = [
      ...[STRANGER, issuer, nextIssuer, otherIssuer, auditor, terminal],
      ...[firstOf(devices), lastOf(devices)],
    ];
    const others = all.filter((key) => key !== right);
    return itemRound(others, who);
  }

  /** The payload, signed by the signer that the change names. */
  #signed(part: Part, payload: Buffer, { signer, who }: Pick<Again, 'signer' | 'who'>): Buffer {
    const { kind, key } = part as Required<Part>;
    const { notary } = this.#world;
    const kid = SIGNED[kind] ? readSign1(kind, part.bytes)?.kid : undefined;
    if (signer === 'right') return notary.sign(key, kind, payload, kid);
    // Half of them say that they are who they are not.
    return notary.sign(this.#wrongKey(key, who), kind, payload, who % 2 === 0 ? kid : undefined);
  }

  #field(part: Part, made: FieldChange): Buffer | undefined {
    const { kind } = part;
    if (kind === undefined) return changedField(part.bytes, made, this.#others);
    const read = genuine(kind, part.bytes);
    const payload = changedField(read.payload, made, this.#others);
    if (payload === undefined) return undefined;
    const { signer } = made;
    if (signer !== 'nobody') return this.#signed(part, payload, { ...made, signer });
    // The old signature, under what it does not say.
    const at = part.bytes.indexOf(read.payload);
    const head = part.bytes.subarray(0, at - headOf(read.payload));
    return Buffer.concat([head, withHead(payload), part.bytes.subarray(at + read.payload.length)]);
  }

  /** @returns undefined when the change does not fit what is changed. */
  change(part: Part, made: Change, instead: () => Buffer): Buffer | undefined {
    if (made.how === 'field') return this.#field(part, made);
    if (made.how !== 'again') return changedBytes(part.bytes, made, instead);
    const { kind } = part;
    return kind && this.#signed(part, genuine(kind, part.bytes).payload, made);
  }
}

/** Bytes of a byte string's head. */
const headOf = ({ length }: Buffer): 1 | 2 | 3 => (length < 24 ? 1 : length < 256 ? 2 : 3);

function withHead(bytes: Buffer): Buffer {
  const { length } = bytes;
  const heads = {
    1: [0x40 | length],
    2: [0x58, length],
    3: [0x59, length >> 8, length & 0xff],
  };
  return Buffer.concat([Buffer.from(heads[headOf(bytes)]), bytes]);
}

interface Attempt {
  readonly place: Place;
  readonly subject: Subject;
  readonly shown: Travelling;
  readonly label: string;
}

/** @returns what is shown, undefined when it cannot be written so. */
function composed(place: Place, travelling: Travelling): Travelling | undefined {
  if (place.show === undefined) return travelling;
  try {
    return { [SHOWN]: place.show(travelling) };
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/** @returns the one thing that is shown of what nobody changed. */
const genuinelyComposed = (place: Place, travelling: Travelling): Buffer =>
  defined(composed(place, travelling)?.[SHOWN], `whole of ${place.name}`);

function attemptOf(
  world: MutatedWorld,
  places: readonly Place[],
  mutating: Mutating,
  mutation: Mutation,
): Attempt | undefined {
  const { change: made } = mutation;
  const place = itemRound(places, mutation.place);
  const at = mutation.subject % world.subjects.length;
  const subject = itemAt(world.subjects, at);
  const parts = place.parts(subject, at);
  const names = [...Object.keys(parts), ...(place.show === undefined ? [] : [SHOWN, SHOWN])];
  const target = itemRound(names, mutation.target);
  const label = `${place.name}: ${made.how} ${target}`;
  const instead = (): Travelling => {
    const from = 'from' in made ? made.from % world.subjects.length : at;
    return bytesOf(place.parts(itemAt(world.subjects, from), from));
  };
  if (target === SHOWN) {
    const whole = genuinelyComposed(place, bytesOf(parts));
    const other = () => genuinelyComposed(place, instead());
    const bytes = mutating.change({ bytes: whole }, made, other);
    return bytes && { place, subject, label, shown: { [SHOWN]: bytes } };
  }
  const bytes = mutating.change(defined(parts[target], target), made, () =>
    defined(instead()[target], target),
  );
  const shown = bytes && composed(place, { ...bytesOf(parts), [target]: bytes });
  return shown && { place, subject, label, shown };
}

/** The family: one mutation, at one place. */
export function objectMutations(world: MutatedWorld): Family<Mutation> {
  const places = placesOf(world);
  const mutating = new Mutating(world);
  const tally = new Tally();
  return {
    arbitrary,
    tally,
    holds: async (mutation) => {
      world.clock.set(world.seconds);
      const attempt = attemptOf(world, places, mutating, mutation);
      if (attempt === undefined) {
        tally.count('cannot be written');
        return;
      }
      const { place, subject, shown, label } = attempt;
      const expected = place.judge(shown, subject);
      const found = await place.believe(shown, subject);
      tally.count(`${label} ${expected === 'refused' ? 'refused' : 'believed'}`);
      must(found === expected, `${label}: ${found}, and should be ${expected}`, hexOf(shown));
    },
  };
}

const hexOf = (shown: Travelling): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(shown).map(([name, bytes]) => [name, bytes.toString('hex')]));
