// SPDX-License-Identifier: Apache-2.0
// The files that the configuration of the auditor's node names, and what each must hold.
import { nodeSettingFiles, type SettingFile } from '@fabric-offline-pay/node-common/node';
import type { AuditorConfig } from './config.js';

/** @returns the files that the node reads at its start */
export const auditorSettingFiles = (config: AuditorConfig): readonly SettingFile[] =>
  nodeSettingFiles(config);
