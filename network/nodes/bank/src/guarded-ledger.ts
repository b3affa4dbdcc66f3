// SPDX-License-Identifier: Apache-2.0
// The ledger for the operations: it refuses with a code of the domain, or is unavailable.
import type { AuthenticationLedger } from './authentication-ledger.js';
import { refusalCode } from '@fabric-offline-pay/node-common/client';
import { BankError } from './bank-error.js';

type Call<Input, Output> = (input: Input) => Promise<Output>;

const guarded =
  <Input, Output>(call: Call<Input, Output>): Call<Input, Output> =>
  async (input) => {
    try {
      return await call(input);
    } catch (error) {
      if (refusalCode(error) !== undefined) throw error;
      throw new BankError('LEDGER_UNAVAILABLE', undefined, error);
    }
  };

/** @returns the same ledger. Its calls throw only refusals and {@link BankError} LEDGER_UNAVAILABLE. */
export const guardedLedger = (ledger: AuthenticationLedger): AuthenticationLedger => ({
  readCustomer: guarded((input) => ledger.readCustomer(input)),
  updateProfile: guarded((input) => ledger.updateProfile(input)),
  registerDevice: guarded((input) => ledger.registerDevice(input)),
  verifyIdentity: guarded((input) => ledger.verifyIdentity(input)),
  openLogin: guarded((input) => ledger.openLogin(input)),
  beginAuthentication: guarded((input) => ledger.beginAuthentication(input)),
  attestSms: guarded((input) => ledger.attestSms(input)),
  attestPassword: guarded((input) => ledger.attestPassword(input)),
  completeAuthentication: guarded((input) => ledger.completeAuthentication(input)),
  failAuthentication: guarded((input) => ledger.failAuthentication(input)),
  assessReputation: guarded((input) => ledger.assessReputation(input)),
});
