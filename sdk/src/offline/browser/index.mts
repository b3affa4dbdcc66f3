// SPDX-License-Identifier: Apache-2.0
// @fabric-offline-pay/sdk/browser: devices, terminals and the whole protocol of payments without a network, for a browser. It is
// bundled into one module without imports.
import './without-eval.js';

export * from '@fabric-offline-pay/domain/offline';
export {
  DomainError,
  importDeviceKey,
  importShortKey,
  verifyBytes,
  type ErrorCode,
} from '@fabric-offline-pay/domain';
export { browserKey } from './browser-key.js';
export { browserMark, browserStore } from './browser-store.js';
export { indexedDbStore } from './indexed-db-store.js';
// Two modules export this name. This is the terminal's.
export type { ShownRequest } from '../terminal/terminal.js';
export * from '../portable.js';
export {
  ConfigurationError,
  OfflineError,
  OffpayError,
  RefusedError,
  UnavailableError,
} from '../../errors.js';
