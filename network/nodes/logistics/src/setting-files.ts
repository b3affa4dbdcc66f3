// SPDX-License-Identifier: Apache-2.0
// The files that the configuration of the logistics company's node names, and what each must hold.
import { nodeSettingFiles, type SettingFile } from '@fabric-offline-pay/node-common/node';
import type { LogisticsConfig } from './config.js';

/** @returns the files that the node reads at its start */
export const logisticsSettingFiles = (config: LogisticsConfig): readonly SettingFile[] => [
  ...nodeSettingFiles(config),
  ...(config.alertUrlFile === undefined
    ? []
    : [
        {
          ...{ setting: 'alertUrlFile', file: config.alertUrlFile },
          ...{ content: 'alertUrl' as const, isSecret: true },
        },
      ]),
];
