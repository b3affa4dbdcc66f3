// SPDX-License-Identifier: Apache-2.0
// Everybody who signs on a forged channel, with certificates of its organisations' own authorities: clients, peers, orderers, administrators.
import {
  attributesExtension,
  CHANNEL,
  DEFAULT_NETWORK,
  MSP_IDS,
  type Caller,
} from '@fabric-offline-pay/testing';
import { TestChannel } from '../../../network/nodes/auditor/src/testing/test-channel.js';
import type {
  TestMember,
  TestOrganisation,
} from '../../../network/nodes/auditor/src/testing/test-organisation.js';
import { valueFor } from '../defined.js';

/** The name of the audited chaincode. */
export const CHAINCODE = 'offline-pay';

export { CHANNEL };

/** The organisations with a peer, in the order in which they endorse. */
export const ENDORSERS: readonly string[] = DEFAULT_NETWORK.members.map(({ mspId }) => mspId);

/** Makes each member once: a certificate is what others know somebody by. */
function once(make: (name: string) => TestMember): (name: string) => TestMember {
  const made = new Map<string, TestMember>();
  return (name) => {
    const member = made.get(name) ?? make(name);
    made.set(name, member);
    return member;
  };
}

export class ForgedChannel {
  readonly settings = new TestChannel();
  readonly #organisations: ReadonlyMap<string, TestOrganisation>;
  readonly #callers = new Map<string, Caller>();

  constructor() {
    const { bank, merchant, logistics } = this.settings;
    this.#organisations = new Map(
      [bank, merchant, logistics].map((organisation) => [organisation.mspId, organisation]),
    );
  }

  /** By MSP id. */
  readonly peer = once((mspId) => this.organisation(mspId).member('peer'));
  readonly orderer = once((mspId) => this.organisation(mspId).member('orderer'));
  readonly admin = once((mspId) => this.organisation(mspId).member('admin'));

  organisation(mspId: string): TestOrganisation {
    return valueFor(this.#organisations, mspId);
  }

  /** Those whose signatures a change of the settings needs. */
  get quorum(): readonly TestMember[] {
    return [MSP_IDS.bank, MSP_IDS.merchant].map(this.admin);
  }

  /** Somebody with a certificate of this role and actor, as Fabric CA writes it. */
  caller(mspId: string, role: string, actor: string): Caller {
    const key = `${mspId}.${role}.${actor}`;
    const known = this.#callers.get(key);
    if (known !== undefined) return known;
    const { certificate, key: privateKey } = this.organisation(mspId).ca.issue({
      name: `${role}-${actor}`,
      units: ['client'],
      extensions: [attributesExtension(JSON.stringify({ attrs: { role, actor } }))],
    });
    const caller = { mspId, certificate, privateKey };
    this.#callers.set(key, caller);
    return caller;
  }

  /** @returns the key of a caller, by its certificate */
  keyOf(certificate: string): Caller['privateKey'] {
    const found = [...this.#callers.values()].find((each) => each.certificate === certificate);
    if (found === undefined) throw new Error('Nobody on this channel has that certificate.');
    return found.privateKey;
  }
}
