// SPDX-License-Identifier: Apache-2.0
// Which failures of a request mean that nothing was sent.
import { isUnsent } from './http.js';

describe('a request that failed', () => {
  const failed = (cause: unknown) => new TypeError('fetch failed', { cause });
  const system = (code: string, syscall?: string) =>
    Object.assign(new Error(code), { code, ...(syscall !== undefined && { syscall }) });
  const several = (...errors: Error[]) =>
    Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' });

  test.each([
    ['nobody listens', system('ECONNREFUSED', 'connect'), true],
    ['the name is not known', system('ENOTFOUND', 'getaddrinfo'), true],
    ['there is no way there', system('EHOSTUNREACH', 'connect'), true],
    ['the way there ends while an answer is awaited', system('EHOSTUNREACH', 'read'), false],
    ['the network goes while it is written', system('ENETUNREACH', 'write'), false],
    ['nobody says when', system('EHOSTUNREACH'), false],
    ['the connection is reset', system('ECONNRESET', 'read'), false],
    [
      'nobody listens at any address',
      several(system('ECONNREFUSED', 'connect'), system('ETIMEDOUT', 'connect')),
      true,
    ],
    ['an attempt got further', several(system('ECONNREFUSED', 'connect'), system('EPIPE')), false],
  ])('when %s', (_, cause, expected) => {
    expect(isUnsent(failed(cause))).toBe(expected);
  });
});
