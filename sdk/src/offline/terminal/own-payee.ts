// SPDX-License-Identifier: Apache-2.0
// The terminal's payee certificate, signed by its merchant's bank and shown with every request.
import {
  decodePayeeCertificate,
  ensure,
  parseCose,
  pointOfSpki,
  verifyPayeeCertificate,
  type PayeeCertificate,
} from '@fabric-offline-pay/domain';
import { OfflineError } from '../../errors.js';
import { fromBase64, toBase64 } from '../base64.js';
import { withRefusedErrors } from '../with-refused-errors.js';
import type { Change } from '../store/store.js';
import type { TerminalContext } from './context.js';
import { payees } from './records.js';
import { trustedIssuers } from './trust.js';

const OWN_FIELDS = ['channel', 'merchantId', 'terminalId'] as const;

function differingField(
  { till }: TerminalContext,
  certificate: PayeeCertificate,
): string | undefined {
  const isOwnKey = pointOfSpki(till.key.publicKey).equals(certificate.terminalKey);
  return (
    OWN_FIELDS.find((name) => certificate[name] !== till[name]) ?? (isOwnKey ? undefined : 'key')
  );
}

/**
 * @returns the change that keeps the certificate, to show it from now on
 * @throws {RefusedError} OFFLINE_MALFORMED; OFFLINE_PAYEE_UNTRUSTED when it is another terminal's, or no trusted issuer signed it
 */
export async function payeeChange(context: TerminalContext, bytes: Uint8Array): Promise<Change> {
  const issuers = await trustedIssuers(context.store);
  withRefusedErrors(() => {
    const field = differingField(context, verifyPayeeCertificate(bytes, issuers));
    ensure(field === undefined, 'OFFLINE_PAYEE_UNTRUSTED', { field });
  });
  return payees.put(toBase64(bytes));
}

/** Who asks, as devices show it. `validUntil` is in seconds since 1970. */
export type CertifiedAs = Pick<PayeeCertificate, 'name' | 'licence' | 'validUntil'>;

/** A certificate in its signed form, and its content. */
export interface OwnPayee {
  readonly bytes: Buffer;
  readonly certificate: CertifiedAs;
}

/** @returns the certificate shown with requests. Undefined without one: devices then cannot tell who asks. */
export async function ownPayee({ store }: TerminalContext): Promise<OwnPayee | undefined> {
  const text = await payees.get(store);
  if (text === undefined) return undefined;
  const bytes = fromBase64(text);
  const { payload } = parseCose('offpay/payee-certificate', bytes);
  return { bytes, certificate: decodePayeeCertificate(payload) };
}

/** Fails early: every device would refuse an expired certificate. @throws {OfflineError} PAYEE_CERTIFICATE_OVER */
export async function validPayee(context: TerminalContext): Promise<OwnPayee | undefined> {
  const payee = await ownPayee(context);
  const { validUntil = Infinity } = payee?.certificate ?? {};
  if (validUntil < context.clock())
    throw new OfflineError('PAYEE_CERTIFICATE_OVER', { validUntil });
  return payee;
}
