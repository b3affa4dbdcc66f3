// SPDX-License-Identifier: Apache-2.0
// What every operation of this node works with.
import type { AnyDatabase } from '@fabric-offline-pay/node-common/node';
import type { Client } from '@fabric-offline-pay/sdk';
import type { EvidenceContext } from './disputes/evidence.js';
import type { EndpointsContext } from './webhooks/endpoints.js';

/** A caller, by its certificate. */
export interface Caller {
  /** The certificate's common name. */
  readonly name: string;
  readonly role: string;
  /** The merchant that it acts for; the node's own when its certificate names none. */
  readonly actor?: string;
}

export interface MerchantContext extends EvidenceContext, EndpointsContext {
  /** For whom callers write whose certificates name no merchant. */
  readonly ownMerchant: string;
  /** With the certificate of the cashier of the caller's merchant. */
  readonly client: Client;
  /** The organisation whose merchants the node works for. */
  readonly mspId: string;
  /** Asks for a report to the auditor, in the transaction that has the reason; undefined when none is set. */
  readonly askReport: ((db: AnyDatabase) => Promise<void>) | undefined;
  /** Waits a short while until the tables have a block, so that a caller reads what it has just written. */
  readonly reached: (block: bigint) => Promise<void>;
}

/** The same, for one call. */
export interface CallContext extends MerchantContext {
  readonly caller: Caller;
  /** The one merchant that the call reaches; undefined for all of the organisation. */
  readonly only?: string | undefined;
}
