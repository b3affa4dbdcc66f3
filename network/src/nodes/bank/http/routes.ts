// SPDX-License-Identifier: Apache-2.0
// Every operation's place in HTTP; server and client read the same table. Parameters of a path are fields of the input.
import type { OperationName } from '../inputs.js';

export interface Route {
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly path: string;
  /** `member`: any certificate that descends from the client roots. `operator`: see `http/client-certificate`. */
  readonly access: 'member' | 'operator';
  /** Largest body, KiB. */
  readonly bodyKiB: number;
}

const SMALL = 4;
const PROFILE = 64;
const PURCHASE = 128;

const route = (
  method: Route['method'],
  path: string,
  { access = 'member', bodyKiB = SMALL }: Partial<Pick<Route, 'access' | 'bodyKiB'>> = {},
): Route => ({ method, path, access, bodyKiB });

export const ROUTES: Readonly<Record<OperationName, Route>> = {
  enrol: route('POST', '/customers', { bodyKiB: PROFILE }),
  updateProfile: route('PATCH', '/customers/:customerId', { bodyKiB: PROFILE }),
  registerDevice: route('POST', '/customers/:customerId/devices'),
  offerAddresses: route('GET', '/customers/:customerId/addresses'),
  listLogins: route('GET', '/customers/:customerId/logins'),
  listPurchases: route('GET', '/customers/:customerId/purchases'),
  recordPurchase: route('POST', '/customers/:customerId/purchases', { bodyKiB: PURCHASE }),
  openLogin: route('POST', '/logins'),
  beginAuthentication: route('POST', '/logins/:loginId/authentication'),
  submitPassword: route('POST', '/logins/:loginId/password'),
  submitCode: route('POST', '/logins/:loginId/code'),
  complete: route('POST', '/logins/:loginId/completion'),
  beginStepUp: route('POST', '/logins/:loginId/step-up'),
  attempts: route('GET', '/logins/:loginId/attempts', { access: 'operator' }),
};

/** Answers `{status: 'ok'}` while the database answers. */
export const HEALTH_PATH = '/health';
