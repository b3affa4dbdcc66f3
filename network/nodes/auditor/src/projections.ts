// SPDX-License-Identifier: Apache-2.0
// All tables that are made from what was audited, beside those of the audit itself.
import { PocketHistory } from './backing/follow-pockets.js';
import { Credits } from './confirmations/follow-credits.js';
import { VoucherFates } from './confirmations/follow-vouchers.js';
import type { AuditProjection } from './engine/audit.js';

/** @param chaincode the name of the audited chaincode */
export const projectionsOf = (chaincode: string): readonly AuditProjection[] => [
  new VoucherFates(chaincode),
  new Credits(),
  new PocketHistory(),
];
