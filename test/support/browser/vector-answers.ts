// SPDX-License-Identifier: Apache-2.0
// What a build of the protocol says of the published vectors and of hostile signatures and certificates, as plain JSON: asked
// of the build for Node.js and of the one for browsers, which must say the same. Runs in a page as well, so it uses neither's own.
import type * as domain from '@fabric-offline-pay/domain';
import type * as offline from '@fabric-offline-pay/domain/offline';
import type vectorsFile from '../../vectors/offline.json';

type Vectors = typeof vectorsFile;

export type Protocol = typeof offline &
  Pick<typeof domain, 'importDeviceKey' | 'importShortKey' | 'verifyBytes'>;

/** JSON, as it comes out of a page. */
export type Answer = string | number | boolean | null | readonly Answer[] | AnswerObject;
interface AnswerObject {
  readonly [name: string]: Answer;
}

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
const hexOf = (value: Uint8Array): string =>
  Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Bytes as hex, bigints as text: what is left is JSON. */
function plain(value: unknown): Answer {
  if (value instanceof Uint8Array) return hexOf(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
  return value === undefined ? null : (value as string | number | boolean | null);
}

/** What the work gives, or how it is refused. */
function answer(work: () => unknown): Answer {
  try {
    return plain(work());
  } catch (error) {
    const { code, details } = error as { readonly code?: string; readonly details?: unknown };
    return code === undefined ? `threw: ${String(error)}` : { code, details: plain(details) };
  }
}

type Reader = (read: Buffer) => unknown;

const readersOf = (protocol: Protocol, { packedPayments, changes, issuers }: Vectors) => {
  const asked = bytes(packedPayments[0]?.request ?? '');
  const known = bytes(changes[0]?.known ?? '');
  const readers: Record<string, Reader> = {
    'device-certificate': protocol.decodeDeviceCertificate,
    'payee-certificate': protocol.decodePayeeCertificate,
    'payment-request': protocol.decodePaymentRequest,
    voucher: protocol.decodeVoucher,
    receipt: protocol.decodeReceipt,
    cancellation: protocol.decodeCancellation,
    bulletin: protocol.decodeBulletin,
    'signed voucher': (read) => protocol.parseCose('offpay/voucher', read),
    'signed device-certificate': (read) => protocol.parseCose('offpay/device-certificate', read),
    'packed-request': (read) => protocol.unpackRequest(read, 'settlement'),
    'packed-payment': (read) => protocol.unpackPayment(read, asked),
    pair: protocol.decodePresented,
    'payment-evidence': protocol.decodePaymentEvidence,
    'bulletin-changes': (read) =>
      protocol.applyBulletinChanges(protocol.verifyBulletin(known, issuers), read),
  };
  return readers;
};

type Encode = (value: never) => Uint8Array;

const encodersOf = (protocol: Protocol): Readonly<Record<string, Encode>> => ({
  'device-certificate': protocol.encodeDeviceCertificate,
  'payee-certificate': protocol.encodePayeeCertificate,
  'payment-request': protocol.encodePaymentRequest,
  voucher: protocol.encodeVoucher,
  receipt: protocol.encodeReceipt,
  cancellation: protocol.encodeCancellation,
  bulletin: protocol.encodeBulletin,
});

function keyOf(protocol: Protocol, { keys }: Vectors, name: string) {
  const { x, y } = keys[name as keyof Vectors['keys']];
  const point = [...protocol.textToBytes(x), ...protocol.textToBytes(y)];
  return protocol.importDeviceKey(protocol.spkiOfPoint(Uint8Array.from(point)));
}

const objects = (protocol: Protocol, vectors: Vectors): Answer =>
  vectors.objects.map(({ purpose, ...vector }) => {
    const kind = purpose.replace('offpay/', '');
    const read = readersOf(protocol, vectors)[kind] as Reader;
    const encode = encodersOf(protocol)[kind] as (value: unknown) => Uint8Array;
    const key = keyOf(protocol, vectors, vector.key);
    return answer(() => {
      const named = purpose as domain.CosePurpose;
      const parts = protocol.parseCose(named, bytes(vector.bytes));
      const value = read(parts.payload);
      const kid = vector.kid === null ? undefined : bytes(vector.kid);
      return {
        ...{ parts, value, written: encode(value), digest: protocol.coseDigest(parts) },
        verified: key !== undefined && protocol.isSignedBy(parts, key),
        joined: protocol.assembleCose(named, parts.payload, parts.signature, kid),
        hash: protocol.requestHash(parts.payload),
      };
    });
  });

const acceptance = (protocol: Protocol, { acceptance: all, issuers }: Vectors): Answer =>
  all.map((vector) =>
    answer(() => {
      const bulletin = protocol.verifyBulletin(bytes(vector.bulletin), issuers);
      const presented = { certificate: bytes(vector.certificate), voucher: bytes(vector.voucher) };
      const seen = vector.seen as unknown as domain.CounterTuple[];
      return protocol.acceptVoucher(
        { channel: 'settlement', issuers, bulletin, now: vector.now },
        bytes(vector.request),
        presented,
        seen.map(protocol.restoreEntry),
      );
    }),
  );

const settlement = (protocol: Protocol, vectors: Vectors): Answer =>
  vectors.settlement.map((vector) =>
    answer(() => {
      const stored = vector.reserve as unknown as domain.StoredReserve | null;
      const claim = { voucher: bytes(vector.voucher), requestPayload: bytes(vector.request) };
      const reserve = stored === null ? undefined : protocol.restoreReserve(stored);
      return protocol.settleVoucher(reserve, claim, vector.context);
    }),
  );

const proofs = (protocol: Protocol, { proofs: all, certificates }: Vectors): Answer =>
  all.map(({ file, roots }) =>
    answer(() => {
      const trusted = roots.map((name) => certificates[name as keyof typeof certificates]);
      return protocol.verifyFraudProof(protocol.decodeFraudProof(file), trusted);
    }),
  );

const shown = (protocol: Protocol, vectors: Vectors): Answer => [
  ...vectors.packedRequests.map(({ packed, request, payee, channel, bankId }) =>
    answer(() => {
      const whole = { request: bytes(request), ...(payee !== null && { payee: bytes(payee) }) };
      const unpacked = protocol.unpackRequest(bytes(packed), channel);
      const { payload } = protocol.parseCose('offpay/payment-request', unpacked.request);
      const asked = protocol.decodePaymentRequest(payload);
      const certificate =
        unpacked.payee && protocol.payeeCertificateOf(unpacked.payee, asked, bankId ?? '');
      return { packed: protocol.packRequest(whole), request: unpacked.request, certificate };
    }),
  ),
  ...vectors.packedPayments.map(({ packed, pair, request, voucher, certificate }) =>
    answer(() => {
      const whole = { voucher: bytes(voucher), certificate: bytes(certificate) };
      const read = [packed, pair].map((text) =>
        protocol.unpackPayment(bytes(text), bytes(request)),
      );
      return [read, protocol.packPayment(whole), protocol.encodePresented(whole)];
    }),
  ),
  ...vectors.evidence.map(({ bytes: evidence }) =>
    answer(() => {
      const read = protocol.decodePaymentEvidence(bytes(evidence));
      return [read, protocol.encodePaymentEvidence(read)];
    }),
  ),
];

function shortClaims(protocol: Protocol, vectors: Vectors): Answer {
  const { context, claims, reserve: stored } = vectors.shortClaims;
  const reserve = protocol.restoreReserve(stored as unknown as domain.StoredReserve);
  const requestStart = protocol.requestStartOf(context.channel, context.merchantId);
  const known = { requestStart, certificates: reserve.certificates };
  return claims.map(({ voucher, request, before }) =>
    answer(() => {
      const claim = { voucher: bytes(voucher), requestPayload: bytes(request) };
      const told = before === null ? undefined : bytes(before);
      const read = protocol.unlessMalformed(() => protocol.readBatched(claim, known, told));
      return [protocol.settleClaim(reserve, read, context), read && protocol.wholeClaim(read)];
    }),
  );
}

const changes = (protocol: Protocol, { changes: all, issuers }: Vectors): Answer =>
  all.map(({ known, changes: changed }) =>
    answer(() => {
      const before = protocol.verifyBulletin(bytes(known), issuers);
      const after = protocol.applyBulletinChanges(before, bytes(changed));
      return [after, protocol.verifyBulletin(after, issuers)];
    }),
  );

const malformed = (protocol: Protocol, vectors: Vectors): Answer => {
  const readers = readersOf(protocol, vectors);
  return vectors.malformed.map(({ of, bytes: read }) =>
    answer(() => (readers[of] as (value: Uint8Array) => unknown)(bytes(read))),
  );
};

/** By kind of vector. */
export const vectorAnswers = (protocol: Protocol, vectors: Vectors) => ({
  objects: objects(protocol, vectors),
  acceptance: acceptance(protocol, vectors),
  settlement: settlement(protocol, vectors),
  proofs: proofs(protocol, vectors),
  shown: shown(protocol, vectors),
  shortClaims: shortClaims(protocol, vectors),
  changes: changes(protocol, vectors),
  malformed: malformed(protocol, vectors),
});

/** A signature over a message, both as hex, by a key in one of its two forms. */
export interface HostileSignature {
  readonly spki: string;
  readonly short: string;
  readonly message: string;
  readonly signature: string;
}

/** Of each: whether its two forms are keys, and whether each key verifies. */
export const signatureAnswers = (
  protocol: Protocol,
  all: readonly HostileSignature[],
): readonly (readonly (boolean | null)[])[] =>
  all.map(({ spki, short, message, signature }) =>
    [protocol.importDeviceKey(spki), protocol.importShortKey(short)]
      .map((key) => key && protocol.verifyBytes(key, bytes(message), bytes(signature)))
      .map((verified) => verified ?? null),
  );

/** Of each: whether the authority is believed to have certified the issuer, both as PEM. */
export const certificateAnswers = (
  protocol: Protocol,
  all: readonly (readonly [issuer: string, authority: string])[],
): readonly boolean[] =>
  all.map(([issuer, authority]) => {
    try {
      return protocol.isCertifiedBy(protocol.certifiedIssuer(issuer), authority);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === 'INPUT_INVALID') return false;
      throw error;
    }
  });
