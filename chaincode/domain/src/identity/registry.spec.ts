// SPDX-License-Identifier: Apache-2.0
// The first registry, and the conditions of every registry.
import type { DomainError } from '../base/errors';
import type { ParticipantRow } from '../ledger/identity-shapes';
import type { RegistryRow } from '../ledger/rows';
import { DEFAULT_POLICY } from '../policy/default-policy';
import {
  ensureActorFree,
  ensureBankActive,
  ensureFounder,
  foundingRegistry,
  mayCall,
} from './registry';

const BANK: ParticipantRow = {
  mspId: 'BankMSP',
  role: 'bank',
  actor: 'bank-1',
  bankId: null,
  status: 'active',
};
const SHOP: ParticipantRow = { ...BANK, mspId: 'ShopMSP', role: 'merchant', actor: 'shop' };
const CARRIER: ParticipantRow = {
  ...BANK,
  mspId: 'CarrierMSP',
  actor: 'carrier',
  role: 'logistics',
  bankId: 'bank-1',
};
const AUDITOR: ParticipantRow = { ...BANK, mspId: 'AuditMSP', role: 'auditor', actor: 'audit' };

const registry = (...participants: readonly ParticipantRow[]): RegistryRow => ({
  participants,
  policy: DEFAULT_POLICY,
});

function refusalOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    const { code, details } = error as DomainError;
    return [code, details['reason']].filter(Boolean).join(' ');
  }
}

describe('a first registry', () => {
  it.each([
    ['a bank and a merchant', [BANK, SHOP]],
    ['a bank and a logistics company', [BANK, CARRIER]],
    ['two banks', [BANK, { ...BANK, mspId: 'SecondMSP', actor: 'bank-2' }, SHOP, AUDITOR]],
  ])('may be %s', (_, participants) => {
    const founded = foundingRegistry(registry(...participants.toReversed()));
    expect(founded.participants).toHaveLength(participants.length);
    const mspIds = founded.participants.map(({ mspId }) => mspId);
    expect(mspIds).toEqual(mspIds.toSorted());
  });

  it.each<readonly [string, readonly ParticipantRow[], string]>([
    [
      'a merchant alone that calls itself the bank',
      [{ ...BANK, mspId: 'ShopMSP' }],
      'endorserMissing',
    ],
    ['a bank alone', [BANK], 'endorserMissing'],
    ['a bank and an auditor', [BANK, AUDITOR], 'endorserMissing'],
    ['no bank', [SHOP, AUDITOR], 'bankMissing'],
    ['nobody', [], 'bankMissing'],
    [
      'one organisation under two roles',
      [BANK, SHOP, { ...SHOP, actor: 'other' }],
      'organisationTwice',
    ],
    ['a suspended bank', [{ ...BANK, status: 'suspended' }, SHOP], 'notActive'],
    ['a suspended auditor', [BANK, SHOP, { ...AUDITOR, status: 'suspended' }], 'notActive'],
    ['a logistics company of no bank', [BANK, { ...CARRIER, bankId: null }], 'bankUnknown'],
    [
      'a logistics company of a bank elsewhere',
      [BANK, { ...CARRIER, bankId: 'bank-9' }],
      'bankUnknown',
    ],
    [
      'a logistics company paid by a merchant',
      [BANK, SHOP, { ...CARRIER, bankId: 'shop' }],
      'bankUnknown',
    ],
    ['a merchant with a bank', [BANK, { ...SHOP, bankId: 'bank-1' }], 'bankUnknown'],
  ])('is not %s', (_, participants, reason) => {
    expect(refusalOf(() => foundingRegistry(registry(...participants)))).toBe(
      `REGISTRY_INVALID ${reason}`,
    );
  });

  it('has no duplicate name', () => {
    const twice = registry(BANK, SHOP, { ...CARRIER, actor: 'shop' });
    expect(refusalOf(() => foundingRegistry(twice))).toBe('ACTOR_TAKEN');
  });

  it('is founded only by its participants', () => {
    expect(refusalOf(() => ensureFounder(registry(BANK, SHOP), 'ShopMSP'))).toBe('none');
    for (const mspId of ['CarrierMSP', '', 'shop'])
      expect(refusalOf(() => ensureFounder(registry(BANK, SHOP), mspId))).toBe(
        'REGISTRY_INVALID founderMissing',
      );
  });
});

test("a merchant cannot have a participant's name", () => {
  expect(refusalOf(() => ensureActorFree(registry(BANK, SHOP), 'shop'))).toBe('ACTOR_TAKEN');
  expect(refusalOf(() => ensureActorFree(registry(BANK, SHOP), 'ShopMSP'))).toBe('none');
});

describe('a suspended bank', () => {
  const suspended = { ...BANK, status: 'suspended' as const };

  it('begins nothing new', () => {
    expect(refusalOf(() => ensureBankActive(registry(BANK, SHOP), 'bank-1'))).toBe('none');
    for (const [participants, bankId] of [
      [registry(suspended, SHOP), 'bank-1'],
      [registry(BANK, SHOP), 'shop'],
      [registry(BANK, SHOP), 'bank-2'],
    ] as const)
      expect(refusalOf(() => ensureBankActive(participants, bankId))).toBe('BANK_SUSPENDED');
  });

  it('may call, unlike other suspended participants', () => {
    expect([BANK, suspended, SHOP].map(mayCall)).toEqual([true, true, true]);
    expect(mayCall({ ...SHOP, status: 'suspended' })).toBe(false);
  });
});
