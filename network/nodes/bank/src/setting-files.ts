// SPDX-License-Identifier: Apache-2.0
// The files that the configuration of the bank's node names, and what each must hold.
import {
  auditorFiles,
  keyPairFiles,
  nodeSettingFiles,
  type MadeFile,
  type SettingFile,
  type SmtpConfig,
} from '@fabric-offline-pay/node-common/node';
import type { BankConfig } from './config.js';
import type { CardConfig, MobileConfig } from './core-banking/configuration.js';

type Files = readonly SettingFile[];

const rootsOf = (setting: string, file: string | undefined): Files =>
  file === undefined ? [] : [{ setting, file, content: 'certificates' }];

/** A password, or a key that stands in a header. */
const passwordOf = (setting: string, file: string | undefined): Files =>
  file === undefined ? [] : [{ setting, file, content: 'line', isSecret: true }];

function cardFiles(card: CardConfig): Files {
  if (card.adapter === 'embedded' || card.tls === undefined) return [];
  const { ca, cert, key } = card.tls;
  const own = 'coreBanking.card.tls';
  const roots = rootsOf(`${own}.ca`, ca);
  if (cert === undefined || key === undefined) return roots;
  return [
    ...roots,
    ...keyPairFiles(
      { certificate: cert, privateKey: key },
      { certificate: `${own}.cert`, privateKey: `${own}.key` },
    ),
  ];
}

const mobileFiles = (mobile: MobileConfig): Files =>
  mobile.adapter === 'embedded'
    ? []
    : passwordOf('coreBanking.mobile.apiKeyFile', mobile.apiKeyFile);

const linkFiles = (
  setting: string,
  { caFile, passwordFile }: Partial<Pick<SmtpConfig, 'caFile' | 'passwordFile'>>,
): Files => [
  ...rootsOf(`${setting}.caFile`, caFile),
  ...passwordOf(`${setting}.passwordFile`, passwordFile),
];

const messageFiles = ({ sms, mail }: BankConfig['messages']): Files => [
  ...(sms.adapter === 'smpp' ? linkFiles('messages.sms', sms) : []),
  ...(mail.adapter === 'smtp' ? linkFiles('messages.mail', mail) : []),
];

const alertFiles = ({ webhook }: BankConfig['alerts']): Files =>
  webhook === undefined
    ? []
    : [
        {
          ...{ setting: 'alerts.webhook.secretFile', file: webhook.secretFile },
          ...{ content: 'webhookSecret', isSecret: true },
        },
      ];

/** @returns the key that the node makes at its first start */
export const bankMadeFiles = ({ keyFile }: Pick<BankConfig, 'keyFile'>): readonly MadeFile[] => [
  { setting: 'keyFile', file: keyFile, content: 'sealingKey', isMade: true },
];

/** @returns the files that the node reads at its start or when it speaks to somebody first */
export const bankSettingFiles = (config: BankConfig): Files => [
  ...nodeSettingFiles(config),
  ...bankMadeFiles(config),
  ...cardFiles(config.coreBanking.card),
  ...mobileFiles(config.coreBanking.mobile),
  ...messageFiles(config.messages),
  ...alertFiles(config.alerts),
  ...config.auditors.flatMap((auditor, index) => auditorFiles(`auditors[${index}]`, auditor)),
];
