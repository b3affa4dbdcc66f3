// SPDX-License-Identifier: Apache-2.0
// An MSP's config.yaml: a certificate's organisational unit makes it a client, peer, orderer or administrator.
import type { Settings } from './merge-settings.js';

/** File name of the root certificate in an MSP's `cacerts`. */
export const MSP_ROOT_FILE = 'ca-cert.pem';

/** The content of config.yaml in every MSP folder. */
export function mspSettings(): Settings {
  const unit = (name: string): Settings => ({
    Certificate: `cacerts/${MSP_ROOT_FILE}`,
    OrganizationalUnitIdentifier: name,
  });
  return {
    NodeOUs: {
      Enable: true,
      ClientOUIdentifier: unit('client'),
      PeerOUIdentifier: unit('peer'),
      AdminOUIdentifier: unit('admin'),
      OrdererOUIdentifier: unit('orderer'),
    },
  };
}
