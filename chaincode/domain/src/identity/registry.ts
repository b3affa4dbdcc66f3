// SPDX-License-Identifier: Apache-2.0
// What every registry must satisfy, the first one and each one after a vote. Its members can endorse, and it has no name and
// no organisation twice.
import { byCodeUnit } from '../base/canonical.js';
import { DomainError, ensure } from '../base/errors.js';
import type { ParticipantRow, Role } from '../ledger/identity-shapes.js';
import type { RegistryRow } from '../ledger/rows.js';

/** Every transaction reads the registry, so it stays short. */
export const MOST_PARTICIPANTS = 100;

type Participants = readonly ParticipantRow[];

export const isBank = ({ role }: ParticipantRow): boolean => role === 'bank';
export const isActive = ({ status }: ParticipantRow): boolean => status === 'active';

/** Every transaction needs an endorsement of one of these, besides a bank's. */
const ENDORSING: readonly Role[] = ['merchant', 'logistics'];

const areDistinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** A bank of the registry pays a logistics company out. No other participant has such a bank. */
const hasItsBank =
  (all: Participants) =>
  ({ role, bankId }: ParticipantRow): boolean =>
    role === 'logistics'
      ? all.some((entry) => isBank(entry) && entry.actor === bankId)
      : bankId === null;

/** The faults of a registry: `details.reason` of REGISTRY_INVALID. */
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
  // Two organisations with one name could act on each other's objects.
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
 * An organisation that is not in the registry can neither found it nor endorse it.
 * @throws {DomainError} REGISTRY_INVALID
 */
export const ensureFounder = (founding: Pick<RegistryRow, 'participants'>, mspId: string): void =>
  ensureSound(participantNamed(founding, mspId) !== undefined, 'founderMissing', { mspId });

/** @throws {DomainError} ACTOR_TAKEN when a participant has the name, because names tell payees apart. */
export const ensureActorFree = (
  { participants }: Pick<RegistryRow, 'participants'>,
  name: string,
): void =>
  ensure(!participants.some(({ actor }) => actor === name), 'ACTOR_TAKEN', { actor: name });

/** A suspended bank finishes what it began and begins nothing new. @throws {DomainError} BANK_SUSPENDED. */
export const ensureBankActive = (
  { participants }: Pick<RegistryRow, 'participants'>,
  bankId: string,
): void =>
  ensure(
    participants.some((entry) => isBank(entry) && isActive(entry) && entry.actor === bankId),
    'BANK_SUSPENDED',
    { bankId },
  );

/** The logistics company must be able to call, since it reports pick-up and delivery. @throws {DomainError} PARTICIPANT_UNKNOWN. */
export const ensureCarrierActive = (
  { participants }: Pick<RegistryRow, 'participants'>,
  logisticsId: string,
): void =>
  ensure(
    participants.some((entry) => isActive(entry) && entry.actor === logisticsId),
    'PARTICIPANT_UNKNOWN',
    { actor: logisticsId },
  );

/** Whether an organisation may call at all. A suspended bank may, so that its customers and payees get their money back. */
export const mayCall = (participant: ParticipantRow): boolean =>
  isActive(participant) || isBank(participant);
