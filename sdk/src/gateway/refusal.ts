// SPDX-License-Identifier: Apache-2.0
// Finds the domain's refusal in a peer's message: `chaincode response 500, {"code":…}`.
import { isErrorCode, type WireError } from '@fabric-offline-pay/domain';
import { isRecord } from '../guards.js';

/** How a peer introduces its chaincode's answer. A failure of the peer itself does not begin like this. */
const CHAINCODE_RESPONSE = /chaincode response \d+, /;

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns whether the chaincode itself answered with an error, whatever its content. */
export const isChaincodeResponse = (message: string): boolean => CHAINCODE_RESPONSE.test(message);

/** @returns the refusal, or undefined when the message contains none that this version knows. */
export function parseRefusal(message: string): WireError | undefined {
  const start = message.indexOf('{');
  const value = start === -1 ? undefined : parseObject(message.slice(start));
  if (!isRecord(value) || !isErrorCode(value['code']) || typeof value['message'] !== 'string')
    return undefined;
  const details = isRecord(value['details']) ? value['details'] : {};
  return { code: value['code'], message: value['message'], details };
}
