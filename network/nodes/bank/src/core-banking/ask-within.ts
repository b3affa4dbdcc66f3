// SPDX-License-Identifier: Apache-2.0
// A run that was given up asks nobody more, and acts on no answer: another run may have begun.

/** @returns the answer of host or ledger, if the run may still act on it. @throws the reason of the signal */
export async function askWithin<Answer>(
  signal: AbortSignal,
  call: () => Promise<Answer>,
): Promise<Answer> {
  signal.throwIfAborted();
  const answer = await call();
  signal.throwIfAborted();
  return answer;
}
