// SPDX-License-Identifier: Apache-2.0
// What one check of `offpay doctor` found, as data.
import { NETWORK_ERRORS, NetworkError } from '@fabric-offline-pay/node-common';

/** `warning`: it works, and will not for long or not well. `not asked`: there was nothing to ask, or nobody who could answer. */
export type CheckOutcome = 'ok' | 'warning' | 'failed' | 'not asked';

export interface Check {
  /** What was looked at: a program, a port, a node. */
  readonly name: string;
  readonly outcome: CheckOutcome;
  readonly found: string;
  /** What to do about it, where there is something to do. */
  readonly remedy?: string;
}

/** Builds a check; nothing is to be done about what is as it should be. */
export const check = (
  name: string,
  outcome: CheckOutcome,
  found: string,
  remedy?: string,
): Check => ({ name, outcome, found, ...(remedy !== undefined && { remedy }) });

/** What errors of Node.js say of themselves, whatever was thrown. */
export const factsOf = (error: unknown): { readonly code: string; readonly name: string } => {
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  return { code: typeof code === 'string' ? code : '', name: String(name) };
};

/** A look that failed is a finding as well. */
export function failedCheck(name: string, error: unknown): Check {
  if (error instanceof NetworkError) {
    const { code, message, advice = NETWORK_ERRORS[code].remedy } = error;
    return check(name, 'failed', `${code}: ${message}`, advice);
  }
  const remedy = 'Check that the folder and its files are there, and who may read them.';
  return check(
    name,
    'failed',
    `could not be looked at: ${factsOf(error).code || String(error)}`,
    remedy,
  );
}

/** What the look finds, or that it failed: one check never hinders the others. */
export async function lookedAt(
  name: string,
  look: () => readonly Check[] | Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    return [failedCheck(name, error)];
  }
}
