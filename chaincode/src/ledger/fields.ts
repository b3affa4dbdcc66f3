// SPDX-License-Identifier: Apache-2.0
// Inputs and rows whose fields are known only at run time. The table names the fields as paths.
import { ensure } from '@fabric-offline-pay/domain';

export type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** @returns the value as fields. @throws {DomainError} INTERNAL unless it is an object. */
export function fieldsOf(value: unknown): Fields {
  ensure(isFields(value), 'INTERNAL', { type: typeof value });
  return value;
}

/** @returns the field at a path, for example `terms.merchantId`, or undefined. */
export const fieldAt = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), value);
