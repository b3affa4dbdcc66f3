// SPDX-License-Identifier: Apache-2.0
// The error classes: distinct codes, and everything that a caller needs.
import { ERRORS } from '@fabric-offline-pay/domain';
import {
  CLIENT_ERRORS,
  CommitError,
  ConfigurationError,
  ConflictError,
  EndorsementError,
  OffpayError,
  OrderingError,
  OutcomeUnknownError,
  RefusedError,
  UnavailableError,
} from './errors.js';

describe('errors of the SDK', () => {
  test('no code of the SDK is also a code of the domain', () => {
    expect(Object.keys(CLIENT_ERRORS).filter((code) => code in ERRORS)).toEqual([]);
  });

  test('every class is an OffpayError with its own name, message and remedy', () => {
    const errors = [
      new RefusedError({ code: 'NOT_FOUND', message: 'no order', details: {} }),
      new ConflictError('tx', {}),
      new EndorsementError('ENDORSEMENT_MISMATCH'),
      new UnavailableError({}),
      new OrderingError('tx', {}),
      new OutcomeUnknownError('tx', Buffer.of(1)),
      new CommitError('tx', 3, {}),
      new ConfigurationError('privateKey', 'missing'),
    ];
    expect(errors.map((error) => error.name)).toEqual([
      'RefusedError',
      'ConflictError',
      'EndorsementError',
      'UnavailableError',
      'OrderingError',
      'OutcomeUnknownError',
      'CommitError',
      'ConfigurationError',
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(OffpayError);
      expect(error.message).not.toBe('');
      expect(error.remedy).not.toBe('');
    }
  });

  test('a refusal keeps the code, message and details of the domain', () => {
    const cause = new Error('from the gateway');
    const refusal = { code: 'HOLD_EXCEEDED', message: 'too much', details: { rest: '5' } } as const;
    expect(new RefusedError(refusal, false, cause)).toMatchObject({
      code: 'HOLD_EXCEEDED',
      number: 503,
      message: 'too much',
      details: { rest: '5' },
      remedy: ERRORS.HOLD_EXCEEDED.remedy,
      cause,
    });
  });

  test('an unknown outcome carries everything needed to resume it', () => {
    const envelope = Buffer.from('signed');
    expect(new OutcomeUnknownError('tx-1', envelope)).toMatchObject({
      transactionId: 'tx-1',
      envelope,
    });
  });
});
