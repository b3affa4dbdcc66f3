// SPDX-License-Identifier: Apache-2.0
// The request of an operation with an input, also with one that its schema refuses.
import { randomUUID } from 'node:crypto';
import { pathFields, type Operation } from '@fabric-offline-pay/node-common/client';
import type { RawCall } from './door.js';
import type { Input } from './sample-input.js';

const readsQuery = ({ method }: Operation): boolean => method === 'GET' || method === 'DELETE';

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

/** A segment of a path is never empty: nobody can name nothing. */
const segmentOf = (value: unknown): string => encodeURIComponent(wellFormed(textOf(value)) || '0');

/** A URL holds no lone surrogate. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');

export function requestOf(operation: Operation, input: Input): RawCall {
  const inPath = pathFields(operation);
  const path = operation.path.replace(/:(\w+)/g, (_, name: string) => segmentOf(input[name]));
  const rest = Object.entries(input).filter(
    ([name, value]) => !inPath.includes(name) && value !== undefined,
  );
  const key = operation.idempotencyKey === true ? { 'idempotency-key': randomUUID() } : {};
  if (!readsQuery(operation))
    return {
      method: operation.method,
      path,
      headers: { ...key, 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(rest)),
    };
  const query = rest
    .map(([name, value]) => `${encodeURIComponent(wellFormed(name))}=${segmentOf(value)}`)
    .join('&');
  return {
    method: operation.method,
    path: query === '' ? path : `${path}?${query}`,
    headers: key,
  };
}
