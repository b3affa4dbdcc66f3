// SPDX-License-Identifier: Apache-2.0
// The bank's issuer for payments without a network: a key and a certificate of the bank's authority, only for this use.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ISSUER_ROLE } from '@fabric-offline-pay/domain';
import {
  certificateFiles,
  organisationWithRole,
  enrolIdentity,
  readDescription,
} from '@fabric-offline-pay/operate';
import { Issuer, softwareKey } from '@fabric-offline-pay/sdk/offline';

const issuerName = (generation: number): string =>
  generation === 1 ? ISSUER_ROLE : `${ISSUER_ROLE}-${generation.toString()}`;

/**
 * Opens an issuer of the bank on a running network. Enrols its certificate if there is none yet.
 * @param generation counts from 1; each retired issuer adds 1
 * @throws NetworkError `NETWORK_NOT_UP` | `PROGRAM_FAILED`
 */
export async function openIssuer(home: string, generation: number): Promise<Issuer> {
  const description = readDescription(home);
  const { channel } = description;
  const bank = organisationWithRole(description, 'bank');
  const identity = { name: issuerName(generation), role: ISSUER_ROLE, actor: bank.actor };
  const { certPath, keyPath } = await enrolIdentity(home, bank.id, identity);
  return new Issuer({
    bankId: bank.actor,
    channel,
    key: softwareKey(createPrivateKey(readFileSync(keyPath))),
    certificate: readFileSync(certPath, 'utf8'),
    authority: readFileSync(certificateFiles(dirname(certPath)).root, 'utf8'),
  });
}
