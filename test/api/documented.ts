// SPDX-License-Identifier: Apache-2.0
// What a node's document says of an operation's answers, held against an answer.
import { codesOf, openApi, type Operation } from '@fabric-offline-pay/node-common/client';
import type { AttackedNode } from './attacked-nodes.js';
import type { RawAnswer } from './door.js';

interface Documented {
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, unknown>> }>
  >;
}

type Paths = Readonly<Record<string, Readonly<Record<string, Documented>>>>;

/** What is documented of each operation of a node, by its name. */
export function documentedOf({ api }: Pick<AttackedNode, 'api'>) {
  const paths = openApi(api)['paths'] as Paths;
  return ({ method, path }: Operation): Documented => {
    const documented = paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    if (documented === undefined) throw new Error(`${method} ${path} is not documented`);
    return documented;
  };
}

const mediaType = ({ contentType }: RawAnswer): string => contentType.split(';')[0] ?? '';

const codeIn = (text: string): unknown => (JSON.parse(text) as { readonly code?: unknown }).code;

/** @returns what is wrong with an answer: a server error, a status, media type or code that the document does not have. */
export function faultOf(
  operation: Operation,
  { responses }: Documented,
  answer: RawAnswer,
): string | undefined {
  const { status, text } = answer;
  const documented = responses[status.toString()];
  if (status >= 500) return `it failed with ${status}: ${text}`;
  if (documented === undefined) return `status ${status} is not documented: ${text}`;
  if (!(mediaType(answer) in documented.content))
    return `${mediaType(answer)} is not documented for ${status}`;
  if (status === 200) return undefined;
  const code = codeIn(text);
  return codesOf(operation).some((known) => known === code)
    ? undefined
    : `code ${String(code)} is not documented`;
}
