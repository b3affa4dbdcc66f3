// SPDX-License-Identifier: Apache-2.0
// The shim parses the caller's certificate for every transaction, which costs more than two state operations. A certificate
// gives the same result each time, and an organisation's nodes use few of them.
import { createRequire } from 'node:module';
import { remembering } from '@fabric-offline-pay/domain';

/** The part of the shim's X.509 library that is used here. Its results are data that nobody changes. */
interface Certificates {
  fromPEM(pem: Buffer | string): object;
}

/** The most certificates in the cache. */
const MOST = 1024;

let isInstalled = false;

/** Gives a cache to the library that the shim itself has loaded. */
export function rememberCertificates(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { Certificate } = createRequire(require.resolve('fabric-shim'))('@fidm/x509') as {
    readonly Certificate: Certificates;
  };
  const read = remembering(MOST, Certificate.fromPEM.bind(Certificate));
  Certificate.fromPEM = (pem) => read(pem.toString());
}
