// SPDX-License-Identifier: Apache-2.0
// The ledger for the operations: it refuses with a code of the domain, or is unavailable.
import { NodeError, refusalCode } from '@fabric-offline-pay/node-common/client';
import type { LogisticsLedger } from './ledger.js';

const guarded =
  <Arguments extends readonly unknown[], Output>(
    call: (...given: Arguments) => Promise<Output>,
  ): ((...given: Arguments) => Promise<Output>) =>
  async (...given) => {
    try {
      return await call(...given);
    } catch (error) {
      if (refusalCode(error) !== undefined) throw error;
      throw new NodeError('LEDGER_UNAVAILABLE', undefined, error);
    }
  };

/** @returns the same ledger. Its calls throw only refusals and {@link NodeError} LEDGER_UNAVAILABLE. */
export const guardedLedger = ({
  express,
  logistics,
  settlement,
}: LogisticsLedger): LogisticsLedger => ({
  express: { quote: guarded(express.quote) },
  logistics: {
    registerCouriers: guarded(logistics.registerCouriers),
    pickUp: guarded(logistics.pickUp),
    deliver: guarded(logistics.deliver),
    purgeAddresses: guarded(logistics.purgeAddresses),
    readAddress: guarded(logistics.readAddress),
  },
  settlement: { requestPayout: guarded(settlement.requestPayout) },
});
