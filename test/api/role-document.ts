// SPDX-License-Identifier: Apache-2.0
// What a node's OpenAPI document says to one role, so that a tool which knows nothing of roles calls what the role may call.
import { openApi } from '@fabric-offline-pay/node-common/client';
import type { AttackedNode } from './attacked-nodes.js';

type Document = Record<string, unknown>;
interface Operation {
  readonly 'x-roles': readonly string[];
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}
type Methods = Readonly<Record<string, Operation>>;

/** An answer that never ends: a tool that waits for whole answers would wait for ever. `door.ts` asks for it. */
const isEndless = ({ responses }: Operation): boolean =>
  Object.values(responses).some(({ content = {} }) => 'text/event-stream' in content);

/** @returns the document with the paths of this role, and of the probes, which every role may call; without answers that never end. */
export function roleDocument({ api }: Pick<AttackedNode, 'api'>, role: string): Document {
  const document = openApi(api);
  const paths = Object.entries(document['paths'] as Readonly<Record<string, Methods>>)
    .map(([path, methods]) => [path, methodsOf(methods, role)] as const)
    .filter(([, methods]) => Object.keys(methods).length > 0);
  return { ...document, paths: Object.fromEntries(paths) };
}

const methodsOf = (methods: Methods, role: string): Methods =>
  Object.fromEntries(
    Object.entries(methods).filter(
      ([, operation]) =>
        !isEndless(operation) &&
        (operation['x-roles'].length === 0 || operation['x-roles'].includes(role)),
    ),
  );

/** @returns the roles that may call something of the node. */
export const callingRoles = ({ api }: Pick<AttackedNode, 'api'>): readonly string[] => [
  ...new Set(Object.values(api.operations).flatMap(({ roles }) => roles)),
];
