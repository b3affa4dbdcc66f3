// SPDX-License-Identifier: Apache-2.0
// The terminal's payee certificate: by its merchant's bank, shown with every request.
import {
  decodePayeeCertificate,
  ensure,
  parseCose,
  pointOfSpki,
  verifyPayeeCertificate,
  type PayeeCertificate,
} from '@fabric-offline-pay/domain';
import { OfflineError } from '../../errors.js';
import { refusing } from '../refused.js';
import type { Change } from '../store/store.js';
import type { TerminalContext } from './context.js';
import { payees } from './records.js';
import { trustedIssuers } from './trust.js';

const OWN = ['channel', 'merchantId', 'terminalId'] as const;

function differing({ till }: TerminalContext, certificate: PayeeCertificate): string | undefined {
  const isOwnKey = pointOfSpki(till.key.publicKey).equals(certificate.terminalKey);
  return OWN.find((name) => certificate[name] !== till[name]) ?? (isOwnKey ? undefined : 'key');
}

/**
 * @returns what to write, to show the certificate from now on.
 * @throws {RefusedError} OFFLINE_MALFORMED; OFFLINE_PAYEE_UNTRUSTED for one of another terminal, or by nobody who is trusted
 */
export async function payeeChange(context: TerminalContext, bytes: Uint8Array): Promise<Change> {
  const issuers = await trustedIssuers(context.store);
  refusing(() => {
    const field = differing(context, verifyPayeeCertificate(bytes, issuers));
    ensure(field === undefined, 'OFFLINE_PAYEE_UNTRUSTED', { field });
  });
  return payees.put(Buffer.from(bytes).toString('base64'));
}

/** Who devices are told that asks; `validUntil` in seconds since 1970. */
export type CertifiedAs = Pick<PayeeCertificate, 'name' | 'licence' | 'validUntil'>;

/** A certificate as it is shown, and what it says. */
export interface OwnPayee {
  readonly bytes: Buffer;
  readonly certificate: CertifiedAs;
}

/** @returns the certificate that requests are shown with, undefined without one: then devices cannot tell who asks. */
export async function ownPayee({ store }: TerminalContext): Promise<OwnPayee | undefined> {
  const text = await payees.get(store);
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const { payload } = parseCose('offpay/payee-certificate', bytes);
  return { bytes, certificate: decodePayeeCertificate(payload) };
}

/** Every device would refuse it, and the cashier would not know why. @throws {OfflineError} PAYEE_CERTIFICATE_OVER */
export async function validPayee(context: TerminalContext): Promise<OwnPayee | undefined> {
  const payee = await ownPayee(context);
  const { validUntil = Infinity } = payee?.certificate ?? {};
  if (validUntil < context.clock())
    throw new OfflineError('PAYEE_CERTIFICATE_OVER', { validUntil });
  return payee;
}
