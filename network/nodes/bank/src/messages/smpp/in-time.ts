// SPDX-License-Identifier: Apache-2.0
// Deadlines for answers.

/** @returns the answer. @throws what `late` makes when it does not come in this time; it may still come later. */
export async function inTime<Answer>(
  answer: Promise<Answer>,
  milliseconds: number,
  late: () => Error,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds);
  });
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
