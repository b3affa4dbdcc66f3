// SPDX-License-Identifier: Apache-2.0
// What every registry must be, the first one and each that a vote makes: one that can endorse, and in which no name or
// organisation stands twice.
import { byCodeUnit } from '../base/canonical.js';
import { DomainError, ensure } from '../base/errors.js';
import type { ParticipantRow, Role } from '../ledger/identity-shapes.js';
import type { RegistryRow } from '../ledger/rows.js';

/** Every transaction reads the registry, so it stays short. */
export const MOST_PARTICIPANTS = 100;

type Participants = readonly ParticipantRow[];

export const isBank = ({ role }: ParticipantRow): boolean => role === 'bank';
export const isActive = ({ status }: ParticipantRow): boolean => status === 'active';

/** Beside a bank, one of these endorses every transaction. */
const ENDORSING: readonly Role[] = ['merchant', 'logistics'];

const areDistinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** A logistics company is paid out by a bank of the registry; nobody else has one. */
const hasItsBank =
  (all: Participants) =>
  ({ role, bankId }: ParticipantRow): boolean =>
    role === 'logistics'
      ? all.some((entry) => isBank(entry) && entry.actor === bankId)
      : bankId === null;

/** What may be wrong with a registry: `details.reason` of REGISTRY_INVALID. */
export type RegistryFault =
  | 'tooMany'
  | 'organisationTwice'
  | 'bankUnknown'
  | 'bankMissing'
  | 'endorserMissing'
  | 'notActive'
  | 'founderMissing'
  | 'offlineVersion'
  | 'halfLife';

const RULES: readonly (readonly [RegistryFault, (all: Participants) => boolean])[] = [
  ['tooMany', (all) => all.length <= MOST_PARTICIPANTS],
  ['organisationTwice', (all) => areDistinct(all.map(({ mspId }) => mspId))],
  ['bankUnknown', (all) => all.every(hasItsBank(all))],
  ['bankMissing', (all) => all.some((entry) => isBank(entry) && isActive(entry))],
  [
    'endorserMissing',
    (all) => all.some((entry) => ENDORSING.includes(entry.role) && isActive(entry)),
  ],
];

export const ensureSound = (holds: boolean, reason: RegistryFault, details: object = {}): void =>
  ensure(holds, 'REGISTRY_INVALID', { reason, ...details });

/** @throws {DomainError} REGISTRY_INVALID or ACTOR_TAKEN. */
function ensureParticipants(participants: Participants): void {
  for (const [reason, holds] of RULES) ensureSound(holds(participants), reason);
  const actors = participants.map(({ actor }) => actor);
  // Two organisations that bear one name could act on each other's objects.
  const twice = actors.find((actor, index) => actors.indexOf(actor) !== index);
  if (twice !== undefined) throw new DomainError('ACTOR_TAKEN', { actor: twice });
}

/** @returns the registry with these participants. @throws {DomainError} REGISTRY_INVALID or ACTOR_TAKEN. */
export function registryOf(registry: RegistryRow): RegistryRow {
  ensureParticipants(registry.participants);
  const participants = registry.participants.toSorted((a, b) => byCodeUnit(a.mspId, b.mspId));
  return { ...registry, participants };
}

/** @returns the first registry. @throws {DomainError} REGISTRY_INVALID or ACTOR_TAKEN. */
export function foundingRegistry(founding: RegistryRow): RegistryRow {
  ensureSound(founding.participants.every(isActive), 'notActive');
  return registryOf(founding);
}

/** @returns the organisation's entry, active or not. */
export const participantNamed = (
  { participants }: Pick<RegistryRow, 'participants'>,
  mspId: string,
): ParticipantRow | undefined => participants.find((entry) => entry.mspId === mspId);

/**
 * Nobody founds, nor endorses as its own, a registry in which it does not stand.
 * @throws {DomainError} REGISTRY_INVALID
 */
export const ensureFounder = (founding: Pick<RegistryRow, 'participants'>, mspId: string): void =>
  ensureSound(participantNamed(founding, mspId) !== undefined, 'founderMissing', { mspId });

/** @throws {DomainError} ACTOR_TAKEN when a participant bears the name: payees are told apart by it. */
export const ensureActorFree = (
  { participants }: Pick<RegistryRow, 'participants'>,
  name: string,
): void =>
  ensure(!participants.some(({ actor }) => actor === name), 'ACTOR_TAKEN', { actor: name });

/** A suspended bank ends what it began and begins nothing new. @throws {DomainError} BANK_SUSPENDED. */
export const ensureBankActive = (
  { participants }: Pick<RegistryRow, 'participants'>,
  bankId: string,
): void =>
  ensure(
    participants.some((entry) => isBank(entry) && isActive(entry) && entry.actor === bankId),
    'BANK_SUSPENDED',
    { bankId },
  );

/** Whoever carries the goods must be able to say that it does. @throws {DomainError} PARTICIPANT_UNKNOWN. */
export const ensureCarrierActive = (
  { participants }: Pick<RegistryRow, 'participants'>,
  logisticsId: string,
): void =>
  ensure(
    participants.some((entry) => isActive(entry) && entry.actor === logisticsId),
    'PARTICIPANT_UNKNOWN',
    { actor: logisticsId },
  );

/** Whether an organisation may call at all. A suspended bank may: its customers' and payees' money must find its way back. */
export const mayCall = (participant: ParticipantRow): boolean =>
  isActive(participant) || isBank(participant);
