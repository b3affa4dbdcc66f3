// SPDX-License-Identifier: Apache-2.0
// Who may call the auditor's operations.
import type { Operation } from '@fabric-offline-pay/node-common/client';
import type { Role } from '../context.js';

const by =
  (...roles: readonly Role[]) =>
  <const O extends Omit<Operation, 'roles'>>(
    operation: O,
  ): O & { readonly roles: readonly Role[] } => ({
    ...operation,
    roles,
  });

/** Whoever reads. */
export const reader = by('auditor', 'operator');

/** Whoever answers for what was found. */
export const auditor = by('auditor');
