// SPDX-License-Identifier: Apache-2.0
// An MSP's config.yaml: the certificate's organisational unit says whether it is a client's, a peer's, an orderer's or an administrator's.
import type { Settings } from './merge-settings.js';

/** File name of the root certificate in an MSP's `cacerts`. */
export const MSP_ROOT_FILE = 'ca-cert.pem';

/** The config.yaml of every MSP folder. */
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
