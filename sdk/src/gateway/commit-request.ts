// SPDX-License-Identifier: Apache-2.0
// The request for a commit status by transaction id. The gateway library makes one only after a successful submit,
// but we need it most after a failed one. So its three fields are encoded here (protobuf, gateway.proto).

const LENGTH_DELIMITED = 2;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function field(number: number, content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.of((number << 3) | LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

/** Who asks: the organisation and its client certificate (PEM). */
export interface Asker {
  readonly mspId: string;
  readonly credentials: Uint8Array;
}

const serializedIdentity = (asker: Asker): Buffer =>
  Buffer.concat([field(1, asker.mspId), field(2, asker.credentials)]);

/** @returns an unsigned `SignedCommitStatusRequest`, for `Gateway.newCommit`. */
export function commitStatusRequest(
  transactionId: string,
  channel: string,
  asker: Asker,
): Uint8Array {
  const request = [field(1, transactionId), field(2, channel), field(3, serializedIdentity(asker))];
  return field(1, Buffer.concat(request));
}
