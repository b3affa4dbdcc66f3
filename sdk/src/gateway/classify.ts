// SPDX-License-Identifier: Apache-2.0
// Classifies a failure of the gateway before anything was sent: a refusal, a lasting fault, or unavailability.
import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import type { WireError } from '@fabric-offline-pay/domain';
import { EndorsementError, RefusedError, UnavailableError, type OffpayError } from '../errors.js';
import { isChaincodeResponse, parseRefusal } from './refusal.js';

/** The peer answers all of these as plain text inside ABORTED. No code tells them apart. */
const MISMATCH = 'ProposalResponsePayloads do not match';
/** No valid certificate, or one of an organisation that may not write to the channel. */
const DENIED = ['access denied', 'failed evaluating policy on signed data'] as const;

/** Another attempt cannot change these statuses. All others may pass: a peer or its chaincode is starting, busy or gone. */
const LASTING: ReadonlySet<number> = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.OUT_OF_RANGE,
  status.UNIMPLEMENTED,
]);

const REJECTED: ReadonlySet<number> = new Set([status.PERMISSION_DENIED, status.UNAUTHENTICATED]);

interface Answer {
  readonly mspId: string;
  readonly message: string;
}

/** A failure that our own peer found has no details: its message is the answer. */
const answersOf = (error: GatewayError): readonly Answer[] =>
  error.details.length > 0 ? error.details : [{ mspId: '', message: error.message }];

interface Refusal extends Answer {
  readonly refusal: WireError;
}

function refusalsOf(answers: readonly Answer[]): readonly Refusal[] {
  return answers.flatMap((answer) => {
    const refusal = parseRefusal(answer.message);
    return refusal === undefined ? [] : [{ ...answer, refusal }];
  });
}

/** Peers at different heights may disagree for a moment. Then not every organisation refuses, or not for the same reason. */
function isDivided(refusals: readonly Refusal[], asked: readonly string[]): boolean {
  const refusing = new Set(refusals.map((each) => each.mspId));
  const codes = new Set(refusals.map((each) => each.refusal.code));
  return codes.size > 1 || (!refusing.has('') && asked.some((mspId) => !refusing.has(mspId)));
}

const factsOf = (error: GatewayError): Record<string, unknown> => ({
  grpcCode: error.code,
  reason: error.message,
  peers: error.details,
});

function faultOf(error: GatewayError): OffpayError | undefined {
  const answers = answersOf(error);
  const says = (text: string): boolean => answers.some((answer) => answer.message.includes(text));
  const facts = factsOf(error);
  if (REJECTED.has(error.code) || DENIED.some(says))
    return new EndorsementError('IDENTITY_REJECTED', facts, error);
  if (LASTING.has(error.code)) return new EndorsementError('ENDORSEMENT_FAILED', facts, error);
  if (says(MISMATCH)) return new EndorsementError('ENDORSEMENT_MISMATCH', facts, error);
  if (answers.some((answer) => isChaincodeResponse(answer.message))) {
    return new EndorsementError('ENDORSEMENT_FAILED', facts, error);
  }
  return undefined;
}

/**
 * @param error what evaluating or endorsing threw
 * @param asked MSP ids of the organisations that had to answer
 * @returns the SDK's error. An error that is not the gateway's stays as it is.
 */
export function beforeSending(error: unknown, asked: readonly string[]): unknown {
  if (!(error instanceof GatewayError)) return error;
  const refusals = refusalsOf(answersOf(error));
  const [first] = refusals;
  if (first !== undefined)
    return new RefusedError(first.refusal, isDivided(refusals, asked), error);
  return faultOf(error) ?? new UnavailableError(factsOf(error), error);
}
