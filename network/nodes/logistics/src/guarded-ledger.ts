// SPDX-License-Identifier: Apache-2.0
// The ledger for the operations: it refuses with a code of the domain, or is unavailable.
import { NodeError, refusalCode } from '@fabric-offline-pay/node-common/client';
import type { LogisticsLedger } from './ledger.js';

type Call = (...given: never[]) => Promise<unknown>;

const guarded =
  (call: Call): Call =>
  async (...given) => {
    try {
      return await call(...given);
    } catch (error) {
      if (refusalCode(error) !== undefined) throw error;
      throw new NodeError('LEDGER_UNAVAILABLE', undefined, error);
    }
  };

/** The calls of one contract, whichever they are. */
const guardAll = <Calls extends object>(calls: Calls): Calls =>
  new Proxy(calls, {
    get(target, name): unknown {
      const call: unknown = Reflect.get(target, name);
      return typeof call === 'function' ? guarded(call as Call) : call;
    },
  });

/** @returns the same ledger. Its calls throw only refusals and {@link NodeError} LEDGER_UNAVAILABLE. */
export const guardedLedger = ({
  express,
  logistics,
  orderNumber,
  settlement,
}: LogisticsLedger): LogisticsLedger => ({
  express: guardAll(express),
  logistics: guardAll(logistics),
  orderNumber: guardAll(orderNumber),
  settlement: guardAll(settlement),
});
