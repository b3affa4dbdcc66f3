// SPDX-License-Identifier: Apache-2.0
// A memory for what follows from a text alone and takes long to find out. Nothing depends on what is remembered, only how
// fast it comes.

/**
 * @param most results kept; the oldest is forgotten first
 * @returns the function with a memory. What it throws is not remembered.
 */
export function remembering<Result>(
  most: number,
  find: (text: string) => Result,
): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    if (known.has(text)) return known.get(text) as Result;
    const result = find(text);
    const [oldest] = known.keys();
    if (known.size >= most && oldest !== undefined) known.delete(oldest);
    known.set(text, result);
    return result;
  };
}
