// SPDX-License-Identifier: Apache-2.0
// Writes policy rules in Fabric's own policy language.
import { NetworkError } from '@fabric-offline-pay/node-common';
import { organisationsIn, type OrganisationTopology, type PolicyRule } from './topology.js';

/** The fields of an organisation that a policy uses. */
type Member = Pick<OrganisationTopology, 'id' | 'mspId' | 'role'>;

/** Who signs for an organisation: peers endorse, administrators change the channel. */
type Principal = 'peer' | 'admin' | 'member';

/**
 * The signature policy of a rule. By default only peers sign, because a client certificate never endorses.
 * @example AND('BankMSP.peer', OR('MerchantMSP.peer', 'LogisticsMSP.peer'))
 * @throws NetworkError `INVALID_TOPOLOGY` when the rule names nobody in the network.
 */
export function renderPolicy(
  rule: PolicyRule,
  organisations: readonly Member[],
  principal: Principal = 'peer',
): string {
  if ('all' in rule) {
    return joinRules(
      'AND',
      rule.all.map((part) => renderPolicy(part, organisations, principal)),
    );
  }
  if ('any' in rule) {
    return joinRules(
      'OR',
      rule.any.map((part) => renderPolicy(part, organisations, principal)),
    );
  }
  return anyOf(membersOf(rule, organisations), principal);
}

/** The policy for the members of a collection: everybody in organisations with these roles. */
export function renderMembership(
  roles: readonly string[],
  organisations: readonly Member[],
): string {
  return anyOf(
    organisations.filter(({ role }) => roles.includes(role)),
    'member',
  );
}

function membersOf(rule: PolicyRule, organisations: readonly Member[]): Member[] {
  const members = organisationsIn(rule, organisations);
  if (members.length === 0) {
    const details = { rule, organisations: organisations.map(({ id }) => id) };
    throw new NetworkError('INVALID_TOPOLOGY', 'A policy names nobody in the network', { details });
  }
  return members;
}

function anyOf(members: readonly Member[], principal: Principal): string {
  return joinRules(
    'OR',
    members.map(({ mspId }) => `'${mspId}.${principal}'`),
  );
}

function joinRules(operator: 'AND' | 'OR', parts: readonly string[]): string {
  return parts.length === 1 && parts[0] !== undefined
    ? parts[0]
    : `${operator}(${parts.join(', ')})`;
}
