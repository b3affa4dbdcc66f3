// SPDX-License-Identifier: Apache-2.0
// Callers without a session that opens an operation: each with a certificate that lacks something.
import { writeFileAtomic } from '@fabric-offline-pay/node-common';
import type { Operation } from '@fabric-offline-pay/node-common/client';
import { TestAuthority } from '../../network/nodes/common/src/testing/certificates.js';
import { valueFor } from '../support/defined.js';
import type { AttackedNode, AttackedNodes } from './attacked-nodes.js';
import type { Door } from './door.js';
import { callingRoles } from './role-document.js';

/** The roles that no authority knows, as certificates have them. */
const STRANGE = { 'no role': undefined, 'unknown role': 'director' } as const;

/** Everybody that a node must refuse, by what is wrong. */
export class Intruders {
  readonly #doors = new Map<string, Door>();
  readonly #node: AttackedNode;

  constructor(nodes: AttackedNodes, node: AttackedNode) {
    this.#node = node;
    const { authority, roles } = node;
    const issue = (commonName: string, role?: string) =>
      authority.issue({ commonName, ...(role !== undefined && { role }) });
    for (const role of roles) this.#doors.set(role, nodes.doorOf(node, issue(role, role)));
    for (const [kind, role] of Object.entries(STRANGE))
      this.#doors.set(kind, nodes.doorOf(node, issue('x', role)));
    const revoked = callingRoles(node).map((role) => [role, issue(`${role} gone`, role)] as const);
    for (const [role, certificate] of revoked)
      this.#doors.set(`revoked ${role}`, nodes.doorOf(node, certificate));
    const certificates = revoked.map(([, certificate]) => certificate);
    writeFileAtomic(node.revocationsFile, authority.revocations({ certificates }));
    const rival = new TestAuthority('rival ca');
    for (const role of callingRoles(node)) {
      const holder = { commonName: role, role };
      const [foreign, expired] = [
        rival.issue(holder),
        authority.issue({ ...holder, isExpired: true }),
      ];
      this.#doors.set(`foreign ${role}`, nodes.doorOf(node, foreign));
      this.#doors.set(`expired ${role}`, nodes.doorOf(node, expired));
    }
  }

  /** Those whose certificate is the organisation's, and opens another door or none. */
  refusedBy({ roles }: Operation): readonly string[] {
    const others = this.#node.roles.filter((role) => !roles.includes(role));
    return [...others, ...Object.keys(STRANGE), ...roles.map((role) => `revoked ${role}`)];
  }

  /** Those whose certificate is of another organisation, or expired: nobody speaks to them. */
  strangersTo({ roles }: Operation): readonly string[] {
    return ['foreign', 'expired'].flatMap((kind) => roles.map((role) => `${kind} ${role}`));
  }

  /** @returns status and code, or what kept the call from an answer. */
  async answer(kind: string, { method, path }: Operation): Promise<string> {
    const call = { method, path: path.replace(/:\w+/g, 'nobody') };
    try {
      const { status, text } = await valueFor(this.#doors, kind).call(call);
      return `${status} ${String((JSON.parse(text) as { readonly code?: unknown }).code)}`;
    } catch {
      return 'no connection';
    }
  }
}
