// SPDX-License-Identifier: Apache-2.0
// Money to and from the outside, and what backs it, as operator and teller see it.
import { operations } from '@fabric-offline-pay/node-common/client';
import { BACKING_OPERATIONS } from './backing/backing-operations.js';
import { PAY_OUT_OPERATIONS } from './pay-outs/pay-out-operations.js';
import { RECONCILIATION_OPERATIONS } from './reconciliation/reconciliation-operations.js';

export const MONEY_OPERATIONS = operations({
  ...PAY_OUT_OPERATIONS,
  ...RECONCILIATION_OPERATIONS,
  ...BACKING_OPERATIONS,
});
