// SPDX-License-Identifier: Apache-2.0
// Compares the refusals that the table names with the source of the handlers and with the ledger's answers.
import { contracts } from '@fabric-offline-pay/chaincode';
import {
  ALL_TRANSACTIONS,
  commonRefusals,
  refusalsOf,
  type ErrorCode,
} from '@fabric-offline-pay/domain';
import { makeCaller } from '@fabric-offline-pay/testing';
import { valueFor } from '../support/defined.js';
import { reachableRefusals } from '../support/reachable-refusals.js';
import { WatchedLedger } from '../support/watched-ledger.js';

const sorted = (codes: Iterable<ErrorCode>): ErrorCode[] => [...codes].sort();

describe('the errors of an entry', () => {
  const reachable = reachableRefusals();

  test('are looked for in the handlers of all transactions', () => {
    expect([...reachable.keys()].sort()).toEqual(
      ALL_TRANSACTIONS.map(({ fullName }) => fullName).sort(),
    );
  });

  test.each(ALL_TRANSACTIONS.map((entry) => [entry.fullName, entry] as const))(
    '%s are those that its handler can reach, beyond the common ones',
    (fullName, entry) => {
      const common = commonRefusals(entry);
      const own = [...valueFor(reachable, fullName)].filter((code) => !common.includes(code));
      expect(sorted(entry.errors)).toEqual(sorted(own));
    },
  );

  test.each(ALL_TRANSACTIONS.map((entry) => [entry.fullName, entry] as const))(
    '%s are named once each',
    (_, entry) => {
      const all = refusalsOf(entry);
      expect(new Set(all).size).toBe(all.length);
    },
  );

  test('follow helpers into other files, methods and the domain', () => {
    expect([...valueFor(reachable, 'settlement:capture')]).toEqual(
      expect.arrayContaining(['ALARM_OPEN', 'HOLD_EXCEEDED', 'STATE_CONFLICT']),
    );
    expect([...valueFor(reachable, 'offline:listIssuers')]).toEqual([]);
  });
});

describe('the ledger of the tests', () => {
  const teller = makeCaller({ mspId: 'BankMSP', role: 'teller', actor: 'bank-1' });

  /** The real contracts, except for one transaction that always gives the same answer. */
  const ledgerWhere = (contract: string, name: string, message: string): WatchedLedger =>
    new WatchedLedger({
      contracts: contracts.map((Real) => {
        const instance = new Real();
        const value = () => Promise.reject(new Error(message));
        if (instance.getName() === contract) Object.defineProperty(instance, name, { value });
        // The shim finds methods on the prototype that the instance has: a subclass of ours would hide them.
        return function () {
          return instance;
        } as unknown as typeof Real;
      }),
      members: [{ mspId: 'BankMSP' }],
    });
  const issueOn = (message: string): Promise<unknown> =>
    ledgerWhere('settlement', 'issue', message).invoke(teller, 'settlement:issue', ['{}']);
  const refusal = (code: ErrorCode): string => JSON.stringify({ code, message: '', details: {} });

  test('fails a transaction that answers what its entry does not list', () =>
    expect(issueOn(refusal('HOLD_EXPIRED'))).rejects.toThrow(
      'settlement:issue answered HOLD_EXPIRED, which its errors do not list',
    ));

  test.each([refusal('INSTRUMENT_UNKNOWN'), refusal('NOT_OWNER'), 'the peer failed'])(
    'lets through what is listed, what is common, and what is no refusal: %s',
    (message) => expect(issueOn(message)).rejects.toThrow(message),
  );
});
