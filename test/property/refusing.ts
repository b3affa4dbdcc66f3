// SPDX-License-Identifier: Apache-2.0
// What the model says of a call that should be refused.
import type { ErrorCode } from '@fabric-offline-pay/domain';

/** Why a call should be refused: any of these codes. None: it should be done. */
export type Refusals = readonly ErrorCode[];

export const refusals = (...rules: readonly (readonly [broken: boolean, code: ErrorCode])[]) =>
  rules.filter(([broken]) => broken).map(([, code]) => code);
