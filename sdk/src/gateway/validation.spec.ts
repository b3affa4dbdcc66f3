// SPDX-License-Identifier: Apache-2.0
// Validation codes and their errors.
import { StatusCode, type Status } from '@hyperledger/fabric-gateway';
import { CommitError, ConflictError, EndorsementError } from '../errors.js';
import { invalidity, validationName } from './validation.js';

const statusOf = (name: keyof typeof StatusCode): Status => {
  const code = StatusCode[name];
  return { code, blockNumber: 9n, transactionId: 'tx', successful: code === StatusCode.VALID };
};

test('a valid transaction is no error', () => {
  expect(invalidity(statusOf('VALID'))).toBeUndefined();
});

test.each(['MVCC_READ_CONFLICT', 'PHANTOM_READ_CONFLICT'] as const)('%s is a conflict', (name) => {
  const error = invalidity(statusOf(name));
  expect(error).toBeInstanceOf(ConflictError);
  expect(error?.details).toEqual({ transactionId: 'tx', blockNumber: '9', validation: name });
});

test('a policy failure is an endorsement error', () => {
  expect(invalidity(statusOf('ENDORSEMENT_POLICY_FAILURE'))).toMatchObject({
    constructor: EndorsementError,
    code: 'ENDORSEMENT_POLICY_FAILURE',
  });
});

test.each(['BAD_CREATOR_SIGNATURE', 'EXPIRED_CHAINCODE', 'INVALID_WRITESET'] as const)(
  '%s is a commit error',
  (name) => {
    expect(invalidity(statusOf(name))).toMatchObject({
      constructor: CommitError,
      validationCode: StatusCode[name],
      transactionId: 'tx',
    });
  },
);

test('a code of a later Fabric version has a name, too', () => {
  expect(validationName(77)).toBe('code 77');
});
