// SPDX-License-Identifier: Apache-2.0
// Every route of the table lets in the roles that it names. Whom it refuses is tried for all nodes in
// `test/contract/nodes-under-attack.spec.ts`. A new route is tried without a change here.
import { request } from 'node:https';
import { valueFor } from '../../../../../test/support/defined.js';
import { BANK_ROLES, type BankRole } from '../caller.js';
import { BankHouse } from '../testing/bank-house.js';
import type { TestCertificate } from '../../../common/src/testing/certificates.js';
import { PROBES, type Operation } from '@fabric-offline-pay/node-common/client';
import { rolesOfAll } from '@fabric-offline-pay/node-common/node';
import { BANK_OPERATIONS, type OperationTable } from '../bank-api.js';

let house: BankHouse;
const certificates = new Map<string, TestCertificate>();

beforeAll(async () => {
  house = await BankHouse.open();
  const { authority } = house;
  for (const role of BANK_ROLES)
    certificates.set(role, authority.issue({ commonName: role, role }));
  certificates.set('no role', authority.issue({ commonName: 'bank-peer' }));
  const revoked = authority.issue({ commonName: 'teller again', role: 'teller' });
  certificates.set('revoked teller', revoked);
  house.publish({ certificates: [revoked] });
});

afterAll(() => house.close());

interface Answer {
  readonly status: number | undefined;
  readonly code: unknown;
}

/** Figures are no JSON. */
const codeOf = (text: string): unknown =>
  text.startsWith('{') ? (JSON.parse(text) as { readonly code?: unknown }).code : undefined;

const call = (
  { method, path }: Pick<Operation, 'method' | 'path'>,
  kind: string,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { cert, key } = valueFor(certificates, kind);
    const url = new URL(path.replace(/:\w+/g, 'nobody'), house.bank.url);
    const options = { method, ca: house.authority.root, cert, key, agent: false as const };
    const sent = request(url, options, (response) => {
      // A stream of events does not end by itself.
      if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
        resolve({ status: response.statusCode, code: undefined });
        response.destroy();
        return;
      }
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          code: codeOf(text),
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });

const REFUSED: Answer = { status: 403, code: 'ACCESS_DENIED' };

const everybody = rolesOfAll(BANK_OPERATIONS);

const routes: readonly (readonly [string, Operation])[] = [
  ...Object.entries(BANK_OPERATIONS),
  ...Object.entries(PROBES).map(([name, probe]) => [name, { ...probe, roles: everybody }] as const),
];

describe.each(routes)('%s', (_name, route) => {
  const allowed = BANK_ROLES.filter((role) => route.roles.includes(role));

  it(`accepts ${allowed.join(' and ')}`, async () => {
    expect(allowed).not.toEqual([]);
    for (const role of allowed) {
      const answer = await call(route, role);
      expect([role, answer]).not.toEqual([role, REFUSED]);
      expect(answer.status).not.toBe(503);
    }
  });
});

it('refuses strangers an unknown path like an existing one', async () => {
  const nowhere = { method: 'GET', path: '/nowhere' } as const;
  for (const kind of ['no role', 'cashier', 'revoked teller'])
    expect(await call(nowhere, kind)).toEqual(REFUSED);
  expect(await call(nowhere, 'teller')).toEqual({ status: 404, code: 'NOT_FOUND' });
});

/** Who may call what, written a second time by hand. A change that opens a route to another role must change this list too. */
const WHO: Readonly<Record<BankRole, readonly (keyof OperationTable)[]>> = {
  teller: [
    ...(['enrol', 'updateProfile', 'registerDevice'] as const),
    ...(['startRecovery', 'confirmRecovery', 'stopChange', 'openAccount'] as const),
    ...(['eraseCustomer', 'setClaimAgreement', 'linkPayeeAccount'] as const),
    ...(['findFundings', 'listPayOuts', 'readNewestBacking', 'readBacking'] as const),
  ],
  'customer-channel': [
    ...(['openLogin', 'completeProfile', 'beginAuthentication', 'submitPassword'] as const),
    ...(['submitCode', 'complete', 'beginStepUp', 'beginChange', 'cancelChange'] as const),
    ...([
      'fundOrder',
      'listFundings',
      'readFunding',
      'listInstruments',
      'chooseInstrument',
    ] as const),
    ...(['beginPasskeyAuthentication', 'beginPasskeyStepUp', 'submitPasskey'] as const),
    ...(['beginPasskey', 'registerPasskey', 'listPasskeys'] as const),
    ...(['renamePasskey', 'removePasskey'] as const),
    ...(['readStatement', 'statementFile', 'listHolds', 'listReserves', 'listDevices'] as const),
    ...(['listMessages', 'recommend', 'setHabits', 'exportData', 'readBackingProof'] as const),
    ...(['listChanges', 'offerAddresses', 'listLogins', 'listPurchases'] as const),
  ],
  'bank-node': ['recordPurchase'],
  operator: [
    ...([
      'attempts',
      'readActivity',
      'listAlerts',
      'followAlerts',
      'acknowledgeAlert',
      'listJobs',
    ] as const),
    ...(['findFundings', 'listPayOuts', 'payOutTransactions', 'readReconciliation'] as const),
    ...(['reconcileDay', 'readNewestBacking', 'readBacking', 'readBackingSeed'] as const),
    'stateBacking',
  ],
  'auth-service': [],
  cashier: [],
  terminal: [],
  dispatcher: [],
  courier: [],
  auditor: ['readNewestBacking', 'readBacking', 'readBackingSeed'],
};

it.each(BANK_ROLES)('%s may call only what it needs', (role) => {
  const open = (Object.entries(BANK_OPERATIONS) as [keyof OperationTable, Operation][])
    .filter(([, { roles }]) => roles.includes(role))
    .map(([name]) => name);
  expect(open.toSorted()).toEqual(WHO[role].toSorted());
});
