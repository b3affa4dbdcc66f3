// SPDX-License-Identifier: Apache-2.0
// Describes the failure of a row: its code, its step, and whether a rule refused the row or it can simply be run again.
import { BANK_ERRORS } from '@fabric-offline-pay/bank-node';
import { isErrorCode, isPassing, transactionNamed, type UnitId } from '@fabric-offline-pay/domain';
import { isCodedError, NODE_ERRORS } from '@fabric-offline-pay/node-common/client';
import { failedStep, RefusedError } from '@fabric-offline-pay/sdk';

/** One failure of a row. */
export interface Failure {
  /** A stable code of the domain, the SDK, the bank or the network; `INTERNAL` for a fault of ours. */
  readonly code: string;
  /** The transaction or the bank's operation; null when there was none. */
  readonly step: string | null;
  /** The patent's units that the step carries out. */
  readonly units: readonly UnitId[];
  /** Whether a rule refused. Otherwise something did not answer, and the same row may be run again unchanged. */
  readonly isRefusal: boolean;
}

/** Steps of the bank that are not transactions of an order. */
const UNITS_OF_BANK: Readonly<Record<string, readonly UnitId[]>> = {
  'bank:login': ['2', '3', '4', '5', '6', '7'],
  'bank:addresses': ['1103'],
  'bank:step-up': ['5', '6'],
  'bank:fund': ['14'],
  'bank:record': ['20'],
};

/** The units that refused a login, by the code alone. */
const UNIT_OF_CODE: Readonly<Record<string, UnitId>> = {
  CUSTOMER_UNKNOWN: '2',
  CUSTOMER_BLOCKED: '2',
  DEVICE_UNKNOWN: '2',
  PROFILE_INCOMPLETE: '3',
  CODE_WRONG: '5',
  CODE_EXPIRED: '5',
  CODE_EXHAUSTED: '5',
  TOO_MANY_CODES: '5',
  PASSWORD_WRONG: '6',
  LOCKED: '6',
  NO_COURIER: '1104',
};

const steps = new WeakMap<Error, string>();

/** Runs a step, and records the step with an error that it throws, unless an inner step has done so. */
export async function runStep<Result>(step: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && stepOf(error) === null) steps.set(error, step);
    throw error;
  }
}

const stepOf = (error: unknown): string | null =>
  failedStep(error) ?? (error instanceof Error ? (steps.get(error) ?? null) : null);

function unitsOf(step: string | null, code: string): readonly UnitId[] {
  const unit = UNIT_OF_CODE[code];
  if (unit !== undefined) return [unit];
  if (step === null) return [];
  const [contract = '', name = ''] = step.split(':');
  return UNITS_OF_BANK[step] ?? transactionNamed(contract, name)?.units ?? [];
}

/** @returns the stable code of an error, or INTERNAL for a fault of ours. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'INTERNAL';
}

const isRule = (error: unknown): boolean =>
  (error instanceof RefusedError || isCodedError(error)) &&
  !(isErrorCode(error.code) && isPassing(error.code)) &&
  !Object.hasOwn(BANK_ERRORS, error.code) &&
  !Object.hasOwn(NODE_ERRORS, error.code);

/** @param code replaces the error's own code */
export function failureOf(error: unknown, code = codeOf(error)): Failure {
  const step = stepOf(error);
  return { code, step, units: unitsOf(step, code), isRefusal: isRule(error) };
}
