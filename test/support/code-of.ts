// SPDX-License-Identifier: Apache-2.0
// A refusal as a value.

/** @returns what the work answers, or the code of the refusal that it ends in. */
export async function codeOf(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    return (error as { code: string }).code;
  }
}
