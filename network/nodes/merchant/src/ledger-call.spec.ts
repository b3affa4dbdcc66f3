// SPDX-License-Identifier: Apache-2.0
import { DomainError } from '@fabric-offline-pay/domain';
import { RefusedError, UnavailableError } from '@fabric-offline-pay/sdk';
import { written } from './ledger-call.js';

const reached = () => Promise.resolve();

test('a refusal of the ledger keeps its code', async () => {
  const refused = new RefusedError(new DomainError('STATE_CONFLICT').toWire());
  await expect(written({ reached }, Promise.reject(refused))).rejects.toBe(refused);
});

test('a ledger that does not answer is unavailable, with advice to repeat', async () => {
  const away = new UnavailableError({});
  await expect(written({ reached }, Promise.reject(away))).rejects.toMatchObject({
    code: 'LEDGER_UNAVAILABLE',
    status: 503,
    cause: away,
  });
});
