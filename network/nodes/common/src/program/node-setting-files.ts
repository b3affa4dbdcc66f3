// SPDX-License-Identifier: Apache-2.0
// The files that the configuration of every node names. A node adds its own.
import type { NodeConfig } from './node-config.js';
import type { SettingFile } from './setting-files.js';

/** A certificate and its key. */
export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** @param names of the two settings */
export const keyPairFiles = (
  { certificate, privateKey }: KeyPair,
  names: KeyPair,
): readonly SettingFile[] => [
  { setting: names.certificate, file: certificate, content: 'certificates' },
  { setting: names.privateKey, file: privateKey, content: 'privateKey', certificate },
];

/** Certificates of clients, by the setting in which they stand. */
export const identityFiles = (
  setting: string,
  identities: Readonly<Record<string, KeyPair>>,
): readonly SettingFile[] =>
  Object.entries(identities).flatMap(([name, pair]) => {
    const own = [setting, name].join('.');
    return keyPairFiles(pair, {
      certificate: `${own}.certificate`,
      privateKey: `${own}.privateKey`,
    });
  });

/**
 * The files that every node reads at its start. Without the revocation lists: they come and go while it works, callers are refused
 * meanwhile, and the node does the rest of its work.
 */
export const nodeSettingFiles = ({
  tls,
  ledger,
}: Pick<NodeConfig, 'tls' | 'ledger'>): readonly SettingFile[] => [
  ...keyPairFiles(
    { certificate: tls.cert, privateKey: tls.key },
    { certificate: 'tls.cert', privateKey: 'tls.key' },
  ),
  ...tls.clientRoots.map((file, index) => ({
    ...{ setting: `tls.clientRoots[${index}]`, file },
    content: 'certificates' as const,
  })),
  { setting: 'ledger.tlsRoot', file: ledger.tlsRoot, content: 'certificates' },
  ...identityFiles('ledger.identities', ledger.identities),
];
