// SPDX-License-Identifier: Apache-2.0
import { NetworkError } from '@fabric-offline-pay/node-common';
import { collectionConfigs } from './collections.js';
import { defaultTopology } from './default-topology.js';
import { renderMembership, renderPolicy } from './policies.js';

const member = (
  id: string,
  role: 'bank' | 'merchant' | 'logistics',
): Parameters<typeof renderPolicy>[1][number] => ({
  id,
  mspId: `${id}MSP`,
  role,
});

describe('renderPolicy', () => {
  it('asks for the bank and one of the others in the default network', () => {
    expect(renderPolicy(defaultTopology.chaincode.endorsement, defaultTopology.organisations)).toBe(
      "AND('BankMSP.peer', OR('MerchantMSP.peer', 'LogisticsMSP.peer'))",
    );
  });

  it('accepts any organisation with the role', () => {
    const organisations = [member('a', 'bank'), member('b', 'bank'), member('c', 'merchant')];
    expect(renderPolicy({ all: [{ role: 'bank' }, { role: 'merchant' }] }, organisations)).toBe(
      "AND(OR('aMSP.peer', 'bMSP.peer'), 'cMSP.peer')",
    );
  });

  it('names one organisation by its id', () => {
    expect(renderPolicy({ organisation: 'a' }, [member('a', 'bank'), member('b', 'bank')])).toBe(
      "'aMSP.peer'",
    );
  });

  it('names administrators instead of peers on request', () => {
    const rule = { all: [{ organisation: 'a' }, { any: [{ role: 'merchant' as const }] }] };
    const organisations = [member('a', 'bank'), member('c', 'merchant')];
    expect(renderPolicy(rule, organisations, 'admin')).toBe("AND('aMSP.admin', 'cMSP.admin')");
  });

  it.each([{ role: 'logistics' as const }, { organisation: 'x' }])(
    'refuses %j, which names nobody',
    (rule) => {
      expect(() => renderPolicy({ all: [rule] }, [member('a', 'bank')])).toThrow(NetworkError);
    },
  );
});

describe('renderMembership', () => {
  it('includes every certificate of the roles, not only peers', () => {
    expect(renderMembership(['bank', 'logistics'], defaultTopology.organisations)).toBe(
      "OR('BankMSP.member', 'LogisticsMSP.member')",
    );
  });
});

describe('collectionConfigs', () => {
  it('keeps addresses between bank and logistics company, and makes both endorse', () => {
    expect(collectionConfigs(defaultTopology)).toEqual([
      {
        name: 'addresses',
        policy: "OR('BankMSP.member', 'LogisticsMSP.member')",
        requiredPeerCount: 0,
        maxPeerCount: 1,
        blockToLive: 0,
        memberOnlyRead: true,
        memberOnlyWrite: true,
        endorsementPolicy: { signaturePolicy: "AND('BankMSP.peer', 'LogisticsMSP.peer')" },
      },
    ]);
  });
});
