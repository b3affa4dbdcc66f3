// SPDX-License-Identifier: Apache-2.0
// The shim parses the caller's certificate anew for every transaction, which costs more than two state operations. A
// certificate says the same each time, and an organisation's nodes call with few of them.
import { createRequire } from 'node:module';
import { remembering } from '@fabric-offline-pay/domain';

/** What of the shim's X.509 library is used here. What it gives is data, and never changed. */
interface Certificates {
  fromPEM(pem: Buffer | string): object;
}

/** Certificates remembered. */
const MOST = 1024;

let isInstalled = false;

/** Gives a memory to the library that the shim itself has loaded. */
export function rememberCertificates(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { Certificate } = createRequire(require.resolve('fabric-shim'))('@fidm/x509') as {
    readonly Certificate: Certificates;
  };
  const read = remembering(MOST, Certificate.fromPEM.bind(Certificate));
  Certificate.fromPEM = (pem) => read(pem.toString());
}
