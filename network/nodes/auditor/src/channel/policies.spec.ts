// SPDX-License-Identifier: Apache-2.0
// Policies against a naive model, which tries every way to give each signer one place.
import { generateKeyPairSync } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import fc from 'fast-check';
import {
  implicitPolicyOf,
  principalOf,
  roleOf,
  signatureEnvelope,
  signaturePolicyOf,
  someOf,
  type TestRule,
} from '../testing/test-policies.js';
import { groupOf, policyOf } from '../testing/test-channel.js';
import type { Identified, Identity, Role } from './membership.js';
import { PolicyGroup, signaturePolicy } from './policies.js';
import { settingsGroup } from './settings-tree.js';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { Classification } = msp.MSPPrincipal;

const signer = (mspId: string, number: number, ...roles: Role[]): Identity => ({
  mspId,
  fingerprint: `${mspId}-${number}`,
  publicKey,
  roles: new Set<Role>(['member', ...roles]),
  units: [{ identifier: 'unit', certifiers: '0a' }],
});

const identify = (): Identified => ({ valid: false, reason: 'none' });

const MSPS = ['A', 'B', 'C'];

type Places = ReadonlySet<number>;
type Fits = readonly (readonly number[])[];

/** Fabric's greedy way, written again from its documentation: which signers a rule takes, or that it fails. */
function taken(rule: TestRule, fits: Fits, used: Places): Places | undefined {
  if (typeof rule === 'number') {
    const free = (fits[rule] ?? []).filter((each) => !used.has(each));
    return free.length === 0 ? undefined : new Set([...used, Math.min(...free)]);
  }
  let [count, now] = [0, used];
  for (const each of rule.of) {
    const next = taken(each, fits, now);
    if (next !== undefined) [count, now] = [count + 1, next];
  }
  return count >= rule.n ? now : undefined;
}

interface Choice {
  readonly count: number;
  readonly used: Places;
}

const distinct = (choices: readonly Choice[]): Choice[] => [
  ...new Map(
    choices.map((each) => [`${each.count}:${[...each.used].sort().join()}`, each]),
  ).values(),
];

/** Every choice of signers that satisfies a rule. */
function choices(rule: TestRule, fits: Fits, used: Places): Places[] {
  if (typeof rule === 'number')
    return (fits[rule] ?? [])
      .filter((each) => !used.has(each))
      .map((each) => new Set([...used, each]));
  let states: readonly Choice[] = [{ count: 0, used }];
  for (const each of rule.of) {
    const more = (state: Choice) =>
      choices(each, fits, state.used).map((next) => ({ count: state.count + 1, used: next }));
    states = distinct(states.flatMap((state) => [state, ...more(state)]));
  }
  return states.filter(({ count }) => count >= rule.n).map((state) => state.used);
}

const rules = fc.letrec<{ rule: TestRule; some: TestRule }>((tie) => ({
  rule: fc.oneof({ maxDepth: 2 }, fc.nat(MSPS.length - 1), tie('some')),
  some: fc.record({
    n: fc.integer({ min: -1, max: 4 }),
    of: fc.array(tie('rule'), { maxLength: 4 }),
  }),
})).rule;

const signers = fc
  .array(fc.constantFrom(...MSPS), { maxLength: 5 })
  .map((ids) => ids.map((mspId, number) => signer(mspId, number)));

const fitsOf = (given: readonly Identity[]): number[][] =>
  MSPS.map((mspId) => given.flatMap((each, place) => (each.mspId === mspId ? [place] : [])));

describe('a policy of signatures', () => {
  const principals = MSPS.map((mspId) => roleOf(mspId, 'MEMBER'));

  it('takes whom the model takes', () => {
    fc.assert(
      fc.property(rules, signers, (rule, given) => {
        const { isSatisfied } = signaturePolicy(signatureEnvelope(rule, principals), identify);
        expect(isSatisfied(given)).toBe(taken(rule, fitsOf(given), new Set()) !== undefined);
      }),
      { numRuns: 1000 },
    );
  });

  it('is never satisfied where no choice of signers would do', () => {
    fc.assert(
      fc.property(rules, signers, (rule, given) => {
        const { isSatisfied } = signaturePolicy(signatureEnvelope(rule, principals), identify);
        if (isSatisfied(given)) expect(choices(rule, fitsOf(given), new Set())).not.toHaveLength(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('counts a signer for one part only', () => {
    const twice = signaturePolicy(
      someOf(2, [roleOf('A', 'MEMBER'), roleOf('A', 'MEMBER')]),
      identify,
    );
    expect(twice.isSatisfied([signer('A', 1)])).toBe(false);
    expect(twice.isSatisfied([signer('A', 1), signer('A', 2)])).toBe(true);
  });

  it('takes the first that fits, as Fabric does, though another would leave more', () => {
    const policy = signaturePolicy(
      someOf(2, [roleOf('A', 'MEMBER'), roleOf('A', 'ADMIN')]),
      identify,
    );
    expect(policy.isSatisfied([signer('A', 1, 'admin'), signer('A', 2)])).toBe(false);
    expect(policy.isSatisfied([signer('A', 2), signer('A', 1, 'admin')])).toBe(true);
  });

  it('says for people what it asks for', () => {
    const policy = signaturePolicy(
      someOf(1, [roleOf('A', 'PEER'), roleOf('B', 'ADMIN')]),
      identify,
    );
    expect(policy.text).toBe('1 of (A peer, B admin)');
  });

  it('is refused when it asks for a signer whom it does not describe', () => {
    expect(() => signaturePolicy(signatureEnvelope(1, [roleOf('A', 'PEER')]), identify)).toThrow(
      /does not describe/,
    );
  });
});

describe('a signer', () => {
  const unit = (certifiers: string) => {
    const message = new msp.OrganizationUnit();
    message.setMspIdentifier('A');
    message.setOrganizationalUnitIdentifier('unit');
    message.setCertifiersIdentifier(Buffer.from(certifiers, 'hex'));
    return principalOf(Classification.ORGANIZATION_UNIT, message.serializeBinary());
  };
  const named = (pem: string) => {
    const message = new msp.SerializedIdentity();
    message.setMspid('A');
    message.setIdBytes(Buffer.from(pem));
    return principalOf(Classification.IDENTITY, message.serializeBinary());
  };
  const anonymity = (type: 0 | 1) => {
    const message = new msp.MSPIdentityAnonymity();
    message.setAnonymityType(type);
    return principalOf(Classification.ANONYMITY, message.serializeBinary());
  };
  const all = (...of: msp.MSPPrincipal[]) => {
    const message = new msp.CombinedPrincipal();
    message.setPrincipalsList(of);
    return principalOf(Classification.COMBINED, message.serializeBinary());
  };
  const known = (mspId: string, pem: string): Identified =>
    pem === 'known' ? { valid: true, ...signer(mspId, 1) } : identify();

  it.each<[string, msp.MSPPrincipal, boolean]>([
    ['is asked for by a role that it has', roleOf('A', 'PEER'), true],
    ['is not asked for by another role', roleOf('A', 'ADMIN'), false],
    ['is not asked for by the role in another organisation', roleOf('B', 'PEER'), false],
    ['is asked for by its unit', unit('0a'), true],
    ['is not asked for by the unit of another authority', unit('0b'), false],
    ['is asked for by its certificate', named('known'), true],
    ['is not asked for by another certificate', named('unknown'), false],
    ['is asked for by name', anonymity(0), true],
    ['is not asked for without one', anonymity(1), false],
    ['is asked for by all of several', all(roleOf('A', 'PEER'), unit('0a')), true],
    ['is not asked for by some of several', all(roleOf('A', 'PEER'), unit('0b')), false],
    ['is not asked for by none of none', all(), false],
    [
      'is not asked for by bytes that are none',
      principalOf(Classification.ROLE, Buffer.from([0xff])),
      false,
    ],
  ])('%s', (_, principal, expected) => {
    const policy = signaturePolicy(signatureEnvelope(0, [principal]), known);
    expect(policy.isSatisfied([signer('A', 1, 'peer')])).toBe(expected);
  });
});

describe('a policy over groups', () => {
  const root = (rule: 'ANY' | 'ALL' | 'MAJORITY', of: readonly string[]) =>
    new PolicyGroup(
      'Channel',
      settingsGroup(
        groupOf({
          policies: { Writers: policyOf(implicitPolicyOf(rule, 'Writers')) },
          groups: Object.fromEntries(
            of.map((mspId) => [
              mspId,
              groupOf({
                policies: {
                  Writers: policyOf(signaturePolicyOf(someOf(1, [roleOf(mspId, 'MEMBER')]))),
                },
              }),
            ]),
          ),
        }),
      ),
      identify,
    );

  const needed = { ANY: 1, ALL: 3, MAJORITY: 2 };

  it.each(['ANY', 'ALL', 'MAJORITY'] as const)('asks %s of three as the name says', (rule) => {
    const policy = root(rule, MSPS).policy('/Channel/Writers');
    for (const count of [0, 1, 2, 3])
      expect(policy?.isSatisfied(MSPS.slice(0, count).map((id) => signer(id, 1)))).toBe(
        count >= needed[rule],
      );
  });

  it.each(['ANY', 'ALL', 'MAJORITY'] as const)('asks %s of none for nothing', (rule) => {
    expect(root(rule, []).policy('Writers')?.isSatisfied([])).toBe(true);
  });

  it('finds policies by path, from the group or from the channel on', () => {
    const policies = root('ANY', MSPS);
    expect(policies.policy('A/Writers')?.text).toBe('1 of (A member)');
    expect(policies.policy('/Channel/A/Writers')?.text).toBe('1 of (A member)');
    expect(policies.group(['A'])?.policy('Writers')?.text).toBe('1 of (A member)');
    expect(policies.group(['A'])?.policy('/Channel/Writers')).toBeUndefined();
    expect(policies.policy('/Other/Writers')).toBeUndefined();
    expect(policies.policy('Readers')).toBeUndefined();
  });
});
