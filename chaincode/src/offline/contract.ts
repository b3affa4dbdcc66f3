// SPDX-License-Identifier: Apache-2.0
// Payments without a network, on the ledger.
import { contractOf } from '../ledger/contract.js';
import { cancel } from './cancel.js';
import { clearFraud, compensate, submitFraudProof } from './fraud.js';
import { publishBulletin, registerIssuer, retireIssuer } from './issuing.js';
import { order } from './order.js';
import {
  listBatches,
  listFrauds,
  listIssuers,
  listPayments,
  listReserves,
  readBulletin,
  readBulletinChanges,
  readPayment,
  readReserve,
} from './queries.js';
import { refund } from './refund.js';
import { closeReserve, fund, reissue, revokeReserve, topUp } from './reserving.js';
import { settle } from './settle.js';

export const OfflineContract = contractOf('offline', {
  registerIssuer,
  retireIssuer,
  publishBulletin,
  fund,
  topUp,
  settle,
  submitFraudProof,
  compensate,
  clearFraud,
  cancel,
  closeReserve,
  revokeReserve,
  reissue,
  refund,
  order,
  readReserve,
  listReserves,
  readBulletin,
  readBulletinChanges,
  listIssuers,
  listFrauds,
  listPayments,
  readPayment,
  listBatches,
});
