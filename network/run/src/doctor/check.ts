// SPDX-License-Identifier: Apache-2.0
// The result of one check of `offpay doctor`, as data.
import { NETWORK_ERRORS, NetworkError } from '@fabric-offline-pay/node-common';

/** `warning`: it works, but not well or not for long. `not asked`: there was nothing to ask, or nothing that could answer. */
export type CheckOutcome = 'ok' | 'warning' | 'failed' | 'not asked';

export interface Check {
  /** The subject of the check: a program, a port, a node. */
  readonly name: string;
  readonly outcome: CheckOutcome;
  readonly found: string;
  /** What to do, if there is something to do. */
  readonly remedy?: string;
}

/** Builds a check. A good one has no remedy. */
export const check = (
  name: string,
  outcome: CheckOutcome,
  found: string,
  remedy?: string,
): Check => ({ name, outcome, found, ...(remedy !== undefined && { remedy }) });

/** Code and name of an error of Node.js, for any thrown value. */
export const factsOf = (error: unknown): { readonly code: string; readonly name: string } => {
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  return { code: typeof code === 'string' ? code : '', name: String(name) };
};

/** A check that failed is a result as well. */
export function failedCheck(name: string, error: unknown): Check {
  if (error instanceof NetworkError) {
    const { code, message, advice = NETWORK_ERRORS[code].remedy } = error;
    return check(name, 'failed', `${code}: ${message}`, advice);
  }
  const remedy = 'Check that the folder and its files exist, and their permissions.';
  return check(
    name,
    'failed',
    `could not be checked: ${factsOf(error).code || String(error)}`,
    remedy,
  );
}

/** Runs a check. If it throws, this is its result, so that one check never stops the others. */
export async function runCheck(
  name: string,
  look: () => readonly Check[] | Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    return [failedCheck(name, error)];
  }
}
