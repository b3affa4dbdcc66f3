// SPDX-License-Identifier: Apache-2.0
// XML 1.0, as far as documents need it.

/** What XML 1.0 cannot hold, not even escaped; half a surrogate pair too. */
// eslint-disable-next-line no-control-regex
const IMPOSSIBLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string): string =>
  text.replace(IMPOSSIBLE, '').replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);

/** @returns an element with others in it; those that are undefined are left out */
export const element = (name: string, ...inside: readonly (string | undefined)[]): string =>
  `<${name}>${inside.filter((part) => part !== undefined).join('')}</${name}>`;

/** @returns an element with at most so many characters of a text; undefined when there is none */
export function textElement(name: string, text: string, most: number): string | undefined {
  // Code points: the standard counts characters.
  const kept = Array.from(text.replace(IMPOSSIBLE, '').trim()).slice(0, most).join('');
  return kept === '' ? undefined : `<${name}>${escaped(kept)}</${name}>`;
}

/** @returns an amount of money of ISO 20022 */
export const amountElement = (name: string, value: string, currency: string): string =>
  `<${name} Ccy="${escaped(currency)}">${escaped(value)}</${name}>`;
