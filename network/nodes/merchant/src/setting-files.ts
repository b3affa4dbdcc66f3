// SPDX-License-Identifier: Apache-2.0
// The files that the configuration of the merchant's node names, and what each must hold.
import {
  identityFiles,
  nodeSettingFiles,
  type SettingFile,
} from '@fabric-offline-pay/node-common/node';
import type { MerchantConfig } from './config.js';

/** @returns the files that the node reads at its start or when it writes to the ledger first */
export const merchantSettingFiles = (config: MerchantConfig): readonly SettingFile[] => [
  ...nodeSettingFiles(config),
  ...identityFiles('merchants', config.merchants),
  { setting: 'keyFile', file: config.keyFile, content: 'sealingKey', isMade: true },
];
