// SPDX-License-Identifier: Apache-2.0
// The HTTP route of every operation, and who may call it. Server and client use the same table. Path parameters are input fields.
import { BANK_ROLES, CUSTOMER_CHANNEL, type BankRole } from '../caller.js';
import type { OperationName } from '../inputs.js';

export interface Route {
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly path: string;
  /** Values of the certificate's `role` attribute that may call. All other callers get the same refusal. */
  readonly roles: readonly BankRole[];
  /** Largest body, KiB. */
  readonly bodyKiB: number;
}

const SMALL = 4;
const PROFILE = 64;
const TERMS = 64;
const PURCHASE = 128;

const route =
  (...roles: readonly BankRole[]) =>
  (method: Route['method'], path: string, bodyKiB = SMALL): Route => ({
    method,
    path,
    roles,
    bodyKiB,
  });

/** The front office, where people show their documents. */
const teller = route('teller');

/** Acts for the customer who uses it, and may only use data of the customer whose login it has. */
const channel = route(CUSTOMER_CHANNEL);

/** Claims the money, so it knows what was bought. */
const bankNode = route('bank-node');

const operator = route('operator');

export const ROUTES: Readonly<Record<OperationName, Route>> = {
  enrol: teller('POST', '/customers', PROFILE),
  updateProfile: teller('PATCH', '/customers/:customerId', PROFILE),
  registerDevice: teller('POST', '/customers/:customerId/devices'),
  startRecovery: teller('POST', '/customers/:customerId/recoveries'),
  stopChange: teller('POST', '/customers/:customerId/changes/:changeId/end'),
  confirmRecovery: teller('POST', '/recoveries/:changeId/confirmation'),
  recordPurchase: bankNode('POST', '/customers/:customerId/purchases', PURCHASE),
  openLogin: channel('POST', '/logins'),
  completeProfile: channel('PATCH', '/logins/:loginId/profile', PROFILE),
  beginAuthentication: channel('POST', '/logins/:loginId/authentication'),
  submitPassword: channel('POST', '/logins/:loginId/password'),
  submitCode: channel('POST', '/logins/:loginId/code'),
  complete: channel('POST', '/logins/:loginId/completion'),
  beginStepUp: channel('POST', '/logins/:loginId/step-up', TERMS),
  beginChange: channel('POST', '/logins/:loginId/changes'),
  cancelChange: channel('POST', '/logins/:loginId/changes/:changeId/cancellation'),
  listChanges: channel('GET', '/logins/:loginId/changes'),
  offerAddresses: channel('GET', '/logins/:loginId/addresses'),
  listLogins: channel('GET', '/logins/:loginId/logins'),
  listPurchases: channel('GET', '/logins/:loginId/purchases'),
  attempts: operator('GET', '/logins/:loginId/attempts'),
};

/** Answers `{status: 'ok'}` while the database answers. Every role that may call another route may call it. */
export const HEALTH: Route = route(
  ...BANK_ROLES.filter((role) => Object.values(ROUTES).some(({ roles }) => roles.includes(role))),
)('GET', '/health');
