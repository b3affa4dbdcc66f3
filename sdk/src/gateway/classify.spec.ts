// SPDX-License-Identifier: Apache-2.0
// Failures in the form in which Fabric 2.5's gateway reports them.
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { EndorseError, GatewayError, type ErrorDetail } from '@hyperledger/fabric-gateway';
import { EndorsementError, RefusedError, UnavailableError } from '../errors.js';
import { beforeSending } from './classify.js';
import { parseRefusal } from './refusal.js';

const cause: ServiceError = Object.assign(new Error('rpc'), {
  code: status.ABORTED,
  details: '',
  metadata: new Metadata(),
});

const answer = (mspId: string, message: string): ErrorDetail => ({
  address: `${mspId}:7051`,
  mspId,
  message,
});

const endorseError = (code: number, message: string, details: ErrorDetail[] = []): EndorseError =>
  new EndorseError({ code, message, details, cause, transactionId: 'tx' });

const refusal = (code: string): string =>
  `chaincode response 500, ${JSON.stringify({ code, message: `says {no}: ${code}`, details: { order: 'ORD-1' } })}`;

const COLLECT =
  'failed to collect enough transaction endorsements, see attached details for more info';
const CLOSING = 'rpc error: code = Canceled desc = grpc: the client connection is closing';
const BOTH = ['BankMSP', 'MerchantMSP'];

describe('a refusal', () => {
  test('of all endorsers asked is final', () => {
    const details = BOTH.map((mspId) => answer(mspId, refusal('HOLD_EXPIRED')));
    expect(beforeSending(endorseError(status.ABORTED, COLLECT, details), BOTH)).toMatchObject({
      name: 'RefusedError',
      code: 'HOLD_EXPIRED',
      number: 502,
      message: 'says {no}: HOLD_EXPIRED',
      details: { order: 'ORD-1' },
      divided: false,
    });
  });

  test('of one of two is divided: the other one endorsed', () => {
    const error = endorseError(status.ABORTED, COLLECT, [answer('BankMSP', refusal('NOT_FOUND'))]);
    expect(beforeSending(error, BOTH)).toMatchObject({ code: 'NOT_FOUND', divided: true });
  });

  test('for different reasons is divided', () => {
    const details = [
      answer('BankMSP', refusal('NOT_FOUND')),
      answer('MerchantMSP', refusal('STATE_CONFLICT')),
    ];
    expect(beforeSending(endorseError(status.ABORTED, COLLECT, details), BOTH)).toMatchObject({
      divided: true,
    });
  });

  test('of all, two peers of one organisation among them, is final', () => {
    const details = ['BankMSP', 'BankMSP', 'MerchantMSP'].map((mspId) =>
      answer(mspId, refusal('NOT_OWNER')),
    );
    expect(beforeSending(endorseError(status.ABORTED, COLLECT, details), BOTH)).toMatchObject({
      divided: false,
    });
  });

  test.each(['rpc error: code = Unavailable', CLOSING])(
    'wins over an endorser that could not be reached, and is tried again: %s',
    (unreachable) => {
      const details = [answer('BankMSP', refusal('NOT_OWNER')), answer('MerchantMSP', unreachable)];
      const found = beforeSending(endorseError(status.ABORTED, COLLECT, details), BOTH);
      expect(found).toBeInstanceOf(RefusedError);
      expect(found).toMatchObject({ divided: true });
    },
  );

  test('of a query is found in the message of the status', () => {
    const message = `evaluate call to endorser returned error: ${refusal('NOT_FOUND')}`;
    const error = new GatewayError({ code: status.UNKNOWN, message, details: [], cause });
    expect(beforeSending(error, ['BankMSP'])).toMatchObject({ code: 'NOT_FOUND', divided: false });
  });
});

describe('what is not a refusal of the domain', () => {
  test.each([
    [
      'no JSON',
      'chaincode response 500, You have asked to invoke a function that does not exist: x',
    ],
    ['an unknown code', refusal('FROM_THE_FUTURE')],
    ['a code of the language', refusal('constructor')],
    ['JSON of another kind', 'chaincode response 500, {"error":"x"}'],
  ])('%s is a lasting failure, and never an outage to wait for', (_, message) => {
    expect(parseRefusal(message)).toBeUndefined();
    const error = endorseError(
      status.ABORTED,
      COLLECT,
      BOTH.map((mspId) => answer(mspId, message)),
    );
    expect(beforeSending(error, BOTH)).toMatchObject({
      name: 'EndorsementError',
      code: 'ENDORSEMENT_FAILED',
    });
  });

  test('different results are a mismatch', () => {
    const details = [answer('MerchantMSP', 'ProposalResponsePayloads do not match')];
    expect(beforeSending(endorseError(status.ABORTED, COLLECT, details), BOTH)).toMatchObject({
      code: 'ENDORSEMENT_MISMATCH',
    });
  });

  test('a revoked certificate is rejected', () => {
    const text =
      'error validating proposal: access denied: channel [settlement] creator org [MerchantMSP]';
    expect(
      beforeSending(endorseError(status.ABORTED, COLLECT, [answer('BankMSP', text)]), BOTH),
    ).toMatchObject({
      code: 'IDENTITY_REJECTED',
    });
    expect(beforeSending(endorseError(status.PERMISSION_DENIED, 'no'), BOTH)).toBeInstanceOf(
      EndorsementError,
    );
  });

  test('a certificate of an organisation that may not write is rejected', () => {
    const text =
      "rpc error: code = Unknown desc = failed evaluating policy on signed data during check policy [/Channel/Application/Writers]: [implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the 'Writers' sub-policies to be satisfied]";
    const details = BOTH.map((mspId) => answer(mspId, text));
    expect(beforeSending(endorseError(status.ABORTED, COLLECT, details), BOTH)).toMatchObject({
      code: 'IDENTITY_REJECTED',
    });
  });

  test.each([status.INVALID_ARGUMENT, status.UNIMPLEMENTED])(
    'gRPC status %i cannot pass',
    (code) => {
      expect(beforeSending(endorseError(code, 'no'), BOTH)).toMatchObject({
        code: 'ENDORSEMENT_FAILED',
      });
    },
  );

  test.each([
    [status.UNAVAILABLE, 'No connection established. Last error: connect ECONNREFUSED', []],
    [status.UNAVAILABLE, 'failed to find any endorsing peers for org(s): BankMSP', []],
    [status.DEADLINE_EXCEEDED, 'endorsement timeout expired while collecting endorsements', []],
    [
      status.FAILED_PRECONDITION,
      'no combination of peers can be derived which satisfy the endorsement policy',
      [],
    ],
    [
      status.UNKNOWN,
      'too many requests for /gateway.Gateway, exceeding concurrency limit (500)',
      [],
    ],
    [status.ABORTED, COLLECT, [answer('BankMSP', 'chaincode stream terminated')]],
    // The gateway closed its connection to that peer because of the peer's answer to another call.
    [status.ABORTED, COLLECT, [answer('BankMSP', CLOSING)]],
    [status.UNAVAILABLE, 'failed to evaluate transaction', [answer('BankMSP', CLOSING)]],
    [status.CANCELLED, CLOSING, []],
    [
      status.ABORTED,
      COLLECT,
      [answer('BankMSP', 'error in simulation: failed to execute transaction: {x')],
    ],
  ])('status %i, %s: unavailable', (code, message, details) => {
    const error = endorseError(code, message, details);
    const found = beforeSending(error, BOTH);
    expect(found).toBeInstanceOf(UnavailableError);
    expect(found).toMatchObject({ cause: error, details: { grpcCode: code, reason: message } });
  });

  test('a fault of the program stays what it is', () => {
    const fault = new TypeError('x is not a function');
    expect(beforeSending(fault, BOTH)).toBe(fault);
  });
});
