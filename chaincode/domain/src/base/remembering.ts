// SPDX-License-Identifier: Apache-2.0
// A cache for results that depend on a text alone and are slow to compute. It changes only the speed, never a result.

/**
 * @param most how many results it keeps; it forgets the oldest first
 * @returns the function with a cache. Errors are not cached.
 */
export function remembering<Result>(
  most: number,
  find: (text: string) => Result,
): (text: string) => Result {
  const known = new Map<string, { readonly result: Result }>();
  return (text) => {
    const hit = known.get(text);
    if (hit !== undefined) return hit.result;
    const result = find(text);
    const [oldest] = known.keys();
    if (known.size >= most && oldest !== undefined) known.delete(oldest);
    known.set(text, { result });
    return result;
  };
}
