// SPDX-License-Identifier: Apache-2.0
// What calls an auditor's node.
import type { NodeClient } from '@fabric-offline-pay/node-common/client';
import type { OperationTable } from './api/auditor-api.js';

/** One method an operation. */
export type AuditorClient = NodeClient<OperationTable>;
