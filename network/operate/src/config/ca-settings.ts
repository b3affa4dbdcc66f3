// SPDX-License-Identifier: Apache-2.0
// Settings of an organisation's Fabric CA server, which holds three authorities.
import { join } from 'node:path';
import type { Authority } from '../topology/organisation-files.js';
import type { OrganisationPlan } from '../topology/network-plan.js';
import type { Settings } from './merge-settings.js';

/** An identity that the authority knows since its first start. */
export interface InitialIdentity {
  readonly name: string;
  readonly secret: string;
  readonly type: 'client' | 'peer' | 'orderer' | 'admin';
  /** Certificate attributes; `:ecert` at a value's end puts it into every certificate. */
  readonly attributes: Readonly<Record<string, string>>;
}

const CERTIFICATE_LIFE = '8760h';
const ROOT_LIFE = '131400h';

/** The authorities besides the default one. Each has its own folder in the server's folder. */
export const FURTHER_AUTHORITIES: readonly Authority[] = ['tlsca', 'operationsca'];

/** Name of the settings file in an authority's folder. */
export const CA_SETTINGS_FILE = 'fabric-ca-server-config.yaml';

/** Settings of the server and of its default authority, which enrols identities. Where it listens is no part of them. */
export function caServerSettings(
  organisation: OrganisationPlan,
  identities: readonly InitialIdentity[],
): Settings {
  return {
    ...authoritySettings(organisation, 'ca', identities),
    tls: { enabled: true },
    operations: { listenAddress: `${organisation.ca.host}:0` },
    metrics: { provider: 'disabled' },
    cafiles: FURTHER_AUTHORITIES.map((authority) => join(authority, CA_SETTINGS_FILE)),
  };
}

/** Settings of one authority. */
export function authoritySettings(
  organisation: OrganisationPlan,
  authority: Authority,
  identities: readonly InitialIdentity[],
): Settings {
  const { name } = organisation.topology;
  const { host, tlsHostname } = organisation.ca;
  return {
    ca: { name: authority },
    crl: { expiry: CERTIFICATE_LIFE },
    registry: { maxenrollments: -1, identities: identities.map(registryEntry) },
    db: { type: 'sqlite3', datasource: 'fabric-ca-server.db' },
    affiliations: {},
    signing: {
      default: { usage: ['digital signature'], expiry: CERTIFICATE_LIFE },
      profiles: {
        tls: {
          usage: [
            'digital signature',
            'key encipherment',
            'key agreement',
            'server auth',
            'client auth',
          ],
          expiry: CERTIFICATE_LIFE,
        },
      },
    },
    csr: {
      cn: `${tlsHostname}.${authority}`,
      keyrequest: { algo: 'ecdsa', size: 256 },
      names: [{ O: name }],
      hosts: [...new Set([tlsHostname, host, 'localhost'])],
      ca: { expiry: ROOT_LIFE, pathlength: 0 },
    },
    bccsp: {
      default: 'SW',
      sw: { hash: 'SHA2', security: 256, filekeystore: { keystore: 'msp/keystore' } },
    },
    cfg: { identities: { passwordattempts: 10, allowremove: false } },
  };
}

function registryEntry({ name, secret, type, attributes }: InitialIdentity): Settings {
  return { name, pass: secret, type, affiliation: '', maxenrollments: -1, attrs: attributes };
}
