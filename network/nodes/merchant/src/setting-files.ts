// SPDX-License-Identifier: Apache-2.0
// The files that the configuration of the merchant's node names, and what each must hold.
import {
  auditorFiles,
  identityFiles,
  nodeSettingFiles,
  type MadeFile,
  type SettingFile,
} from '@fabric-offline-pay/node-common/node';
import type { MerchantConfig } from './config.js';

/** @returns the keys that the node makes at its first start */
export const merchantMadeFiles = ({
  keyFile,
}: Pick<MerchantConfig, 'keyFile'>): readonly MadeFile[] => [
  { setting: 'keyFile', file: keyFile, content: 'sealingKey', isMade: true },
];

/** @returns the files that the node reads at its start or when it writes to the ledger first */
export const merchantSettingFiles = (config: MerchantConfig): readonly SettingFile[] => [
  ...nodeSettingFiles(config),
  ...identityFiles('merchants', config.merchants),
  ...merchantMadeFiles(config),
  ...(config.auditor === undefined ? [] : auditorFiles('auditor', config.auditor)),
];
