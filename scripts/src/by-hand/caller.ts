// SPDX-License-Identifier: Apache-2.0
// Chooses who calls a transaction by hand: the organisation, and the role and actor of the certificate that signs.
import type { Access, Attribute, NamedTransaction } from '@fabric-offline-pay/domain';
import { NetworkError } from '@fabric-offline-pay/node-common';
import type { OrganisationDescription } from '@fabric-offline-pay/operate';
import type { Input } from './input.js';

export interface CallerOptions {
  /** Id or role of an organisation. */
  readonly org?: string;
  readonly as?: Attribute;
  readonly actor?: string;
}

type Organisation = Pick<OrganisationDescription, 'id' | 'role' | 'actor' | 'readsOnly'>;

export interface CallerChoice<Org extends Organisation> {
  readonly organisation: Org;
  readonly attribute: Attribute;
  readonly actor: string;
}

interface Rule {
  /** Role of the organisation; `*` means any. */
  readonly role: string;
  readonly attribute: Attribute;
}

/** Any certificate of a member may read. The auditor's certificate can do nothing else. */
const ANY: Rule = { role: '*', attribute: 'auditor' };

function ruleOf(access: Access): Rule {
  if (access === 'any') return ANY;
  const [role, attribute] = access.split('.') as [string, Attribute];
  return { role, attribute };
}

const ANY_ORGANISATION = 'bank';

const fieldAt = (input: Input, path: string): unknown =>
  path.split('.').reduce<unknown>((value, part) => (value as Input | undefined)?.[part], input);

/** A merchant organisation speaks for several merchants. Every other organisation speaks for itself. */
function actorFor(transaction: NamedTransaction, input: Input, organisation: Organisation): string {
  const { owner } = transaction;
  if (organisation.role !== 'merchant' || owner.of === 'network') return organisation.actor;
  const named = fieldAt(input, owner.of === 'input' ? owner.field : 'merchantId');
  return typeof named === 'string' ? named : organisation.actor;
}

/**
 * @param find returns the organisation with this id or role
 * @returns the caller that the options name. What they leave out is the first that the table allows.
 * @throws NetworkError `ORGANISATION_READS_ONLY`
 */
export function chooseCaller<Org extends Organisation>(
  transaction: NamedTransaction,
  input: Input,
  options: CallerOptions,
  find: (idOrRole: string) => Org,
): CallerChoice<Org> {
  const rules = transaction.access.map(ruleOf);
  const wanted = rules.find((rule) => options.as === undefined || rule.attribute === options.as);
  const { role } = wanted ?? rules[0] ?? ANY;
  const organisation = find(options.org ?? (role === '*' ? ANY_ORGANISATION : role));
  if (organisation.readsOnly)
    throw new NetworkError('ORGANISATION_READS_ONLY', `${organisation.id} runs no chaincode`);
  const fitting = rules.find((rule) => rule.role === '*' || rule.role === organisation.role);
  return {
    organisation,
    attribute: options.as ?? (fitting ?? rules[0] ?? ANY).attribute,
    actor: options.actor ?? actorFor(transaction, input, organisation),
  };
}
