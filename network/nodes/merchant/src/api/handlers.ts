// SPDX-License-Identifier: Apache-2.0
// What each operation does.
import type { Handlers } from '@fabric-offline-pay/node-common/client';
import { handIn } from '../auditing/hand-in.js';
import { importGoods } from '../catalogue/import-goods.js';
import { listGoods } from '../catalogue/list-goods.js';
import type { CallContext } from '../context.js';
import { readBundle } from '../disputes/bundle.js';
import { addEvidence, readDispute, submitEvidence } from '../disputes/evidence.js';
import { listDisputes } from '../disputes/list-disputes.js';
import { written } from '../ledger-call.js';
import { listBalances, listPayouts } from '../money/payouts.js';
import { settlementFile } from '../money/settlement-file.js';
import { settlementReport } from '../money/settlement-report.js';
import { capturesDue, listOrders, readOrder } from '../orders/list-orders.js';
import { placeRefund } from '../orders/refund.js';
import { listBatches, listTerminals, reportTerminal } from '../terminals/terminals.js';
import {
  listEndpoints,
  registerEndpoint,
  removeEndpoint,
  replayFrom,
  rotateSecret,
  switchEndpoint,
} from '../webhooks/endpoints.js';
import { forOwnMerchants } from './own-merchants.js';
import type { OperationTable } from './operations.js';

/** A cashier's steps on the ledger: what is written there has natural keys, so that a repetition changes nothing. */
const STEPS: Pick<
  Handlers<OperationTable, CallContext>,
  | 'openBasket'
  | 'verifyGoods'
  | 'partition'
  | 'compareGoods'
  | 'place'
  | 'authorise'
  | 'claim'
  | 'verifyMerchant'
  | 'checkCategories'
  | 'stateMerchant'
  | 'orderAtOnce'
  | 'voidOrder'
  | 'withdrawGoods'
  | 'requestPayout'
  | 'lapseDispute'
> = {
  openBasket: (call, input) => written(call, call.client.orderNumber.openBasket(input)),
  verifyGoods: (call, input) => written(call, call.client.goods.verify(input)),
  partition: (call, input) => written(call, call.client.goods.partition(input)),
  compareGoods: (call, input) => written(call, call.client.alarm.compareGoods(input)),
  place: (call, input) => written(call, call.client.orderNumber.place(input)),
  authorise: (call, input) => written(call, call.client.settlement.authorise(input)),
  claim: (call, input) => written(call, call.client.settlement.claim(input)),
  verifyMerchant: (call, input) => written(call, call.client.goods.verifyMerchant(input)),
  checkCategories: (call, input) => written(call, call.client.goods.checkCategories(input)),
  stateMerchant: (call, input) => written(call, call.client.orderNumber.stateMerchant(input)),
  orderAtOnce: (call, input) => written(call, call.client.express.order(input)),
  voidOrder: (call, input) => written(call, call.client.settlement.void(input)),
  withdrawGoods: (call, input) => written(call, call.client.goods.withdrawGoods(input)),
  requestPayout: (call, input) => written(call, call.client.settlement.requestPayout(input)),
  lapseDispute: (call, input) => written(call, call.client.settlement.lapseDispute(input)),
};

export const HANDLERS = forOwnMerchants({
  ...STEPS,
  listOrders,
  readOrder,
  capturesDue,
  placeRefund,
  listGoods,
  importGoods,
  listBalances,
  listPayouts,
  settlementReport,
  settlementFile,
  reportTerminal: async (call, input) => {
    await reportTerminal(call, input);
    return { received: true };
  },
  handInVouchers: async (call, input) => ({ kept: await handIn(call, input) }),
  listTerminals,
  listBatches,
  listDisputes,
  readDispute,
  addEvidence: (call, input) => addEvidence(call, input, input),
  submitEvidence: (call, input) =>
    submitEvidence(call, input, { digest: input.digest, by: call.caller.name }),
  evidenceBundle: async (call, input) => ({
    contentType: 'application/json',
    fileName: `dispute-${input.disputeId}.json`,
    body: await readBundle(call, input),
  }),
  listEndpoints,
  registerEndpoint,
  switchEndpoint: async (call, { endpointId, state }) => {
    await switchEndpoint(call, endpointId, state);
    return { state };
  },
  removeEndpoint: async (call, { endpointId }) => {
    await removeEndpoint(call, endpointId);
    return { removed: true };
  },
  rotateSecret: (call, { endpointId, overlapSeconds }) =>
    rotateSecret(call, endpointId, overlapSeconds),
  replayEvents: (call, { endpointId, from }) => replayFrom(call, endpointId, from),
});
