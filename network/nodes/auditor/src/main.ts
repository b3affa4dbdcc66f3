// SPDX-License-Identifier: Apache-2.0
// The process of the auditor's node: `node main.js <configuration file>`. SIGTERM or SIGINT ends it.
import { readFileSync } from 'node:fs';
import { NetworkError } from '@fabric-offline-pay/node-common';
import { runNode } from '@fabric-offline-pay/node-common/node';
import { readConfig, type AuditorConfig } from './config.js';
import { reportSigner } from './report/sign-report.js';
import { auditorSettingFiles } from './setting-files.js';
import { auditorNode } from './start-auditor.js';

const read = (path: string): string => readFileSync(path, 'utf8');

function signerOf({ ledger }: AuditorConfig) {
  const identity = ledger.identities.auditor;
  if (identity === undefined)
    throw new NetworkError(
      'SETTINGS_INVALID',
      'The configuration has no certificate with role=auditor: ledger.identities.',
    );
  return reportSigner(read(identity.certificate), read(identity.privateKey));
}

runNode({
  name: 'auditor',
  variable: 'OFFPAY_AUDITOR_CONFIG',
  readConfig,
  files: auditorSettingFiles,
  node: (config, { ledger, logger, onEnd }) =>
    auditorNode(config, { peer: ledger.as('auditor'), signer: signerOf(config), logger, onEnd }),
});
