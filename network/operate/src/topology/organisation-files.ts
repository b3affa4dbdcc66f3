// SPDX-License-Identifier: Apache-2.0
// Paths of an organisation's certificates and keys in the home folder.
import { join } from 'node:path';

/** Paths of a certificate, its key and its root certificate. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  readonly root: string;
}

/** The three authorities of an organisation's CA server, so that no certificate is valid for another purpose. */
export type Authority = 'ca' | 'tlsca' | 'operationsca';

/** An enrolled certificate's files. */
export function certificateFiles(folder: string): CertificateFiles {
  return {
    cert: join(folder, 'cert.pem'),
    key: join(folder, 'key.pem'),
    root: join(folder, 'ca.pem'),
  };
}

/** Folder of the certificate that an authority of the organisation issued to `name`. */
export function certificateFolder(
  organisationFolder: string,
  authority: Authority,
  name: string,
): string {
  return join(organisationFolder, 'certificates', authority, name);
}

/** Files of the certificate that an authority of the organisation issued to `name`. */
export function issuedFiles(
  organisationFolder: string,
  authority: Authority,
  name: string,
): CertificateFiles {
  return certificateFiles(certificateFolder(organisationFolder, authority, name));
}

/** Local MSP folder of a node or of the administrator. */
export function localMsp(organisationFolder: string, name: string): string {
  return join(organisationFolder, 'msp', name);
}

/** The organisation's MSP for the channel: roots, OUs and revocations, no keys. */
export function channelMsp(organisationFolder: string): string {
  return join(organisationFolder, 'msp', 'channel');
}

/** The root certificate of one of the organisation's authorities. */
export function authorityRoot(organisationFolder: string, authority: Authority): string {
  const place = authority === 'ca' ? [] : [authority];
  return join(organisationFolder, 'ca', ...place, 'ca-cert.pem');
}
