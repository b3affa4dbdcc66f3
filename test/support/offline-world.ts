// SPDX-License-Identifier: Apache-2.0
// A small world without a network: one bank's issuer, devices and a terminal that make real certificates, requests and
// vouchers. A test that needs a forgery signs it with these keys.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import {
  CLOCK_TOLERANCE_SECONDS,
  decodePaymentRequest,
  DomainError,
  encodeCancellation,
  encodeDeviceCertificate,
  encodePayeeCertificate,
  encodePaymentRequest,
  encodeVoucher,
  issuerKid,
  NONCE_SALT_BYTES,
  openDevice,
  parseCose,
  planVoucher,
  pointOfSpki,
  requestHash,
  requestNonce,
  reserves,
  signBytes,
  assembleCose,
  protectedHeader,
  sigStructure,
  unpackPayment,
  unpackRequest,
  verifyDeviceCertificate,
  voucherDigest,
  type Bulletin,
  type CosePurpose,
  type DeviceCertificate,
  type DeviceState,
  type HeldCertificate,
  type OfflinePolicy,
  type PayeeCertificate,
  type PaymentRequest,
  type Presented,
  type ProofSide,
  type ReserveRow,
  type SettleContext,
  type TerminalView,
  type Voucher,
  type VoucherClaim,
} from '@fabric-offline-pay/domain';
import vectors from '../vectors/offline.json';

export const NOW = 1_800_000_000;
export const CHANNEL = 'settlement';
export const OFFLINE_BANK = 'bank-1';
export const OFFLINE_MERCHANT = 'merchant-1';

export const OFFLINE_POLICY: OfflinePolicy = {
  version: 1,
  caps: { EUR: { perPayment: '5000', total: '20000' } },
  count: 64,
  spendSeconds: 604_800,
  claimSeconds: 1_209_600,
  bulletinSeconds: 172_800,
  clockToleranceSeconds: 300,
  acceptSeconds: 86_400,
  lossBearer: 'merchant',
};

export const spkiOf = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');

export const newKey = (): KeyObject =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** Signs a payload at once, with keys of any kind of signer. */
export const signed = (
  purpose: CosePurpose,
  payload: Uint8Array,
  key: KeyObject,
  kid?: Uint8Array,
): Buffer =>
  assembleCose(
    purpose,
    payload,
    signBytes(key, sigStructure(protectedHeader(purpose, kid), payload)),
    kid,
  );

const privateKey = (jwk: JsonWebKey): KeyObject => createPrivateKey({ key: jwk, format: 'jwk' });

/** The keys of the vectors, since only for these there are X.509 certificates. */
export const VECTOR_KEYS = {
  issuer: privateKey(vectors.keys.issuer),
  nextIssuer: privateKey(vectors.keys.nextIssuer),
  auditor: privateKey(vectors.keys.auditor),
  otherIssuer: privateKey(vectors.keys.otherIssuer),
  device: privateKey(vectors.keys.device),
  secondDevice: privateKey(vectors.keys.secondDevice),
  terminal: privateKey(vectors.keys.terminal),
};
export const CERTIFICATES = vectors.certificates;

const ISSUER_KEY = VECTOR_KEYS.issuer;
const ISSUER_SPKI = spkiOf(ISSUER_KEY);
export const ISSUER = {
  bankId: OFFLINE_BANK,
  kid: issuerKid(ISSUER_SPKI).toString('hex'),
  publicKey: ISSUER_SPKI,
};

export const signCertificate = (certificate: DeviceCertificate, key = ISSUER_KEY): Buffer =>
  signed(
    'offpay/device-certificate',
    encodeDeviceCertificate(certificate),
    key,
    issuerKid(spkiOf(key)),
  );

/** A side of a fraud proof. */
export const proofSide = (
  certificate: Uint8Array,
  { voucher, requestPayload }: VoucherClaim,
  issuerCertificate: string = CERTIFICATES.issuer,
): ProofSide => ({ certificate, voucher, requestPayload, issuerCertificate });

/** A device with its certificate, and what it remembers. */
export interface Device {
  readonly key: KeyObject;
  readonly certificate: DeviceCertificate;
  readonly certificateBytes: Buffer;
  readonly held: HeldCertificate;
  state: DeviceState;
}

export function newDevice(values: Partial<DeviceCertificate> = {}, key = newKey()): Device {
  const certificate: DeviceCertificate = {
    channel: CHANNEL,
    bankId: OFFLINE_BANK,
    customerId: 'customer-1',
    deviceId: 'device-1',
    epoch: 1,
    deviceKey: pointOfSpki(spkiOf(key)),
    currency: 'EUR',
    total: 20_000n,
    perPayment: 5_000n,
    highestCounter: 64,
    spendUntil: NOW + OFFLINE_POLICY.spendSeconds,
    claimUntil: NOW + OFFLINE_POLICY.spendSeconds + OFFLINE_POLICY.claimSeconds,
    policyVersion: 1,
    sequence: 0,
    ...values,
  };
  const certificateBytes = signCertificate(certificate);
  const held = verifyDeviceCertificate(certificateBytes, [
    { ...ISSUER, bankId: certificate.bankId },
  ]);
  return { key, certificate, certificateBytes, held, state: openDevice(certificate) };
}

/** Of the terminal of the vectors. */
export const newRequest = (values: Partial<PaymentRequest> = {}): Buffer =>
  encodePaymentRequest({
    channel: CHANNEL,
    merchantId: OFFLINE_MERCHANT,
    terminalId: 'terminal-1',
    orderNumber: 'ORD-1001',
    amount: 1_250n,
    currency: 'EUR',
    nonce: requestNonce(pointOf(VECTOR_KEYS.terminal), randomBytes(NONCE_SALT_BYTES)),
    bulletinNumber: 7,
    createdAt: NOW - 10,
    expiresAt: NOW + 600,
    purpose: { kind: 'goods' },
    ...values,
  });

/** The terminal of the vectors, certified by their issuer. */
export const newPayee = (values: Partial<PayeeCertificate> = {}): Buffer =>
  signed(
    'offpay/payee-certificate',
    encodePayeeCertificate({
      ...{ channel: CHANNEL, bankId: OFFLINE_BANK, merchantId: OFFLINE_MERCHANT },
      terminalId: 'terminal-1',
      terminalKey: pointOf(VECTOR_KEYS.terminal),
      name: 'Bäckerei Sørensen',
      licence: 'LIC-1',
      validUntil: 4_102_444_800,
      ...values,
    }),
    VECTOR_KEYS.issuer,
    issuerKid(spkiOf(VECTOR_KEYS.issuer)),
  );

/** What the terminal signs when it gives a request up. */
export const newCancellation = (requestPayload: Uint8Array, key = VECTOR_KEYS.terminal): Buffer =>
  signed(
    'offpay/cancellation',
    encodeCancellation({ requestHash: requestHash(requestPayload), cancelledAt: NOW }),
    key,
  );

/** A request as a terminal hands it out. */
export const signRequest = (requestPayload: Uint8Array, key = VECTOR_KEYS.terminal): Buffer =>
  signed('offpay/payment-request', Buffer.from(requestPayload), key);

export const signVoucher = (voucher: Voucher, key: KeyObject): Buffer =>
  signed('offpay/voucher', encodeVoucher(voucher), key);

/** One payment as the device made it. */
export interface Payment extends VoucherClaim {
  readonly device: Device;
  readonly content: Voucher;
  readonly digest: Buffer;
}

/** Has the device answer a request by its own rules. */
export function pay(device: Device, requestPayload = newRequest(), now = NOW): Payment {
  const plan = planVoucher(device.state, device.held, requestPayload, now);
  device.state = plan.state;
  const voucher = signed('offpay/voucher', plan.payload, device.key);
  return { device, content: plan.voucher, digest: plan.digest, voucher, requestPayload };
}

/** A voucher of the device with some values changed: what a device that was tampered with can sign. */
export function forge(
  payment: Payment,
  values: Partial<Voucher>,
  requestPayload: Uint8Array = payment.requestPayload,
): Payment {
  const { device } = payment;
  const content = { ...payment.content, requestHash: requestHash(requestPayload), ...values };
  const digest = voucherDigest(encodeVoucher(content));
  return { device, content, digest, voucher: signVoucher(content, device.key), requestPayload };
}

export const newBulletin = (values: Partial<Bulletin> = {}): Bulletin => ({
  bankId: OFFLINE_BANK,
  channel: CHANNEL,
  number: 7,
  issuedAt: NOW - 3_600,
  revoked: [],
  policy: OFFLINE_POLICY,
  ...values,
});

export const terminalView = (values: Partial<TerminalView> = {}): TerminalView => ({
  channel: CHANNEL,
  issuers: [ISSUER],
  bulletin: newBulletin(),
  now: NOW,
  ...values,
});

/** The payload of a request, as a terminal showed it. */
export const payloadIn = (shown: Uint8Array): Buffer =>
  parseCose('offpay/payment-request', unpackRequest(shown, CHANNEL).request).payload;

/** What a device handed over, whole: for any request of the channel in euros. */
export const unpacked = (bytes: Uint8Array): Presented => unpackPayment(bytes, newRequest());

export const presentedBy = (payment: Pick<Payment, 'device' | 'voucher'>) => ({
  certificate: payment.device.certificateBytes,
  voucher: payment.voucher,
});

export const openReserveOf = (device: Device): ReserveRow =>
  reserves.openReserve(device.certificate, device.held.digest);

/** A device that is reported at a time, by the bulletin of a number. */
export const reportedBy =
  (number: number, at = NOW) =>
  (row: ReserveRow): ReserveRow =>
    reserves.reportReserve(row, { number, at, staleAt: at + OFFLINE_POLICY.bulletinSeconds });

export const settleContext = (values: Partial<SettleContext> = {}): SettleContext => ({
  channel: CHANNEL,
  merchantId: OFFLINE_MERCHANT,
  currency: 'EUR',
  now: NOW + 86_400,
  clockToleranceSeconds: OFFLINE_POLICY.clockToleranceSeconds + CLOCK_TOLERANCE_SECONDS,
  ...values,
});

/** The amount of a request's payload. */
export const amountOf = (requestPayload: Uint8Array): bigint =>
  decodePaymentRequest(requestPayload).amount;

/** @returns the code of the refusal that the work ends in, or `accepted`. Anything else that it throws is a fault. */
export function refusal(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

/** x‖y of a key. */
export const pointOf = (key: KeyObject): Buffer => pointOfSpki(spkiOf(key));
