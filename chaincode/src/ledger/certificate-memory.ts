// SPDX-License-Identifier: Apache-2.0
// The shim parses the caller's certificate anew for every transaction, which costs more than two state operations. A
// certificate says the same each time, and an organisation's nodes call with few of them.
import { createRequire } from 'node:module';

/** What the shim's X.509 library gives: data only, never changed. */
type ParsedCertificate = Readonly<Record<string, unknown>>;

interface Certificates {
  fromPEM(pem: Uint8Array | string): ParsedCertificate;
}

/** Certificates remembered; the oldest is forgotten first. */
const MOST = 1024;

/** @returns the parser with a memory. What it refuses is not remembered. */
export function withMemory(parse: Certificates['fromPEM']): Certificates['fromPEM'] {
  const known = new Map<string, ParsedCertificate>();
  return (pem) => {
    const text = typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const parsed = parse(pem);
    const [oldest] = known.keys();
    if (known.size >= MOST && oldest !== undefined) known.delete(oldest);
    known.set(text, parsed);
    return parsed;
  };
}

let isInstalled = false;

/** Gives the memory to the library that the shim itself has loaded. */
export function rememberCertificates(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { Certificate } = createRequire(require.resolve('fabric-shim'))('@fidm/x509') as {
    readonly Certificate: Certificates;
  };
  Certificate.fromPEM = withMemory(Certificate.fromPEM.bind(Certificate));
}
