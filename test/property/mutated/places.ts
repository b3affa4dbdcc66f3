// SPDX-License-Identifier: Apache-2.0
// Every place where something that travels is believed: what travels there, who really reads it, and what should be made of it.
import type { KeyObject } from 'node:crypto';
import {
  applyBulletinChanges,
  changesBetween,
  decodeBulletin,
  decodeFraudProof,
  DomainError,
  encodeBulletinChanges,
  encodeFraudProof,
  encodePaymentEvidence,
  encodePresented,
  packPayment,
  packRequest,
  parseCose,
  requestStartOf,
  shortenClaims,
  bytesToText,
  verdictOf,
  verifyFraudProof,
  type FraudProof,
} from '@fabric-offline-pay/domain';
import { OfflineError, parseRefusal, RefusedError } from '@fabric-offline-pay/sdk';
import { BANK, CURRENCY, MERCHANT, type Creator } from '@fabric-offline-pay/testing';
import { firstOf, valueFor } from '../../support/defined.js';
import { callerOf, CHANNEL, MSP } from '../../support/memory-world.js';
import { base64, reserveKeyOf } from '../../support/offline-ledger.js';
import { CERTIFICATES, ISSUER, proofSide, VECTOR_KEYS } from '../../support/offline-world.js';
import { DeviceJudge } from './device-judge.js';
import { REFUSED } from './judge.js';
import { LedgerJudge } from './ledger-judge.js';
import { ProofJudge } from './proof-judge.js';
import { TillJudge } from './till-judge.js';
import type { SignedKind } from './reading.js';
import { OTHER_TILL, TILL, tillOf, walletOf, type MutatedWorld, type Subject } from './world.js';

/** One thing that travels. */
export interface Part {
  readonly bytes: Buffer;
  /** What it is, and who may sign it; nobody signs the others. */
  readonly kind?: SignedKind;
  readonly key?: KeyObject;
}

export type Parts<Names extends string = string> = Readonly<Record<Names, Part>>;
export type Travelling<Names extends string = string> = Readonly<Record<Names, Buffer>>;

/**
 * A place is only ever shown what has the names of its own parts. It has methods, because the compiler then takes it for a place of
 * any names, too.
 */
export interface Place<Names extends string = string, Shown extends string = Names> {
  readonly name: string;
  parts(subject: Subject, index: number): Parts<Names>;
  /** Puts the parts into the one thing that is shown, where there is one. @throws {DomainError} when that cannot be written */
  show?(travelling: Travelling<Names>): Buffer;
  /** @returns what the reader answers. */
  believe(shown: Travelling<Shown>, subject: Subject): Promise<string>;
  /** @returns what it should answer. */
  judge(shown: Travelling<Shown>, subject: Subject): string;
}

/** The input that replaces the parts where they are put together. */
export const SHOWN = 'shown';

/** Where the parts are put together. */
interface Whole<Names extends string> extends Place<Names, typeof SHOWN> {
  show(travelling: Travelling<Names>): Buffer;
}

/** Finds out the names of a place from its parts. */
const whole = <Names extends string>(place: Whole<Names>): Place => place;

/** @returns what the work gives, or that it was refused. Anything else that it throws is a fault. */
async function outcomeOf(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    const isRefusal =
      error instanceof DomainError ||
      error instanceof RefusedError ||
      error instanceof OfflineError;
    if (!isRefusal || error.code === 'INTERNAL') throw error;
    return REFUSED;
  }
}

const signedBy = (kind: SignedKind, bytes: Buffer, key: KeyObject): Part => ({ kind, bytes, key });
const { issuer, terminal } = VECTOR_KEYS;

const certificateOf = ({ certificate }: Subject) =>
  signedBy('device-certificate', certificate, issuer);
const voucherOf = ({ voucher, device }: Subject) => signedBy('voucher', voucher, device.key);
const payeeOf = ({ payee }: Subject) => signedBy('payee-certificate', payee, issuer);
const requestOf = ({ signedRequest }: Subject) =>
  signedBy('payment-request', signedRequest, terminal);
const paymentOf = (subject: Subject) => ({
  voucher: voucherOf(subject),
  certificate: certificateOf(subject),
});

/** An endorsement of a peer of the bank; nothing is sent to be ordered. */
async function endorse(
  { ledger }: MutatedWorld,
  creator: Creator,
  transaction: string,
  input: object,
): Promise<unknown> {
  const proposal = ledger.propose(creator, transaction, [JSON.stringify(input)]);
  const { response } = await ledger.endorse(proposal, MSP.bank);
  if (response.status < 400) return JSON.parse(Buffer.from(response.payload).toString());
  const refusal = parseRefusal(response.message);
  if (refusal === undefined || refusal.code === 'INTERNAL') throw new Error(response.message);
  return undefined;
}

const NODE = callerOf(MSP.bank, 'bank-node', BANK);
const TERMINAL = callerOf(MSP.merchant, 'terminal', MERCHANT);

function atTills(world: MutatedWorld): Place[] {
  const judges = new TillJudge(world);
  const { clock, tills, news } = world;
  const till = (terminalId: typeof TILL | typeof OTHER_TILL = TILL) =>
    tillOf(clock, tills[terminalId], terminalId);
  const accepting = (
    name: string,
    show: Whole<'voucher' | 'certificate'>['show'],
  ): Whole<'voucher' | 'certificate'> => ({
    ...{ name, parts: paymentOf, show },
    believe: async ({ shown }, { orderNumber }) =>
      (await (await till()).accept(orderNumber, shown)).accepted ? 'accepted' : REFUSED,
    judge: ({ shown }, subject) => judges.accept(subject, shown),
  });
  const learning = (
    name: string,
    parts: Place<'it'>['parts'],
    believe: (bytes: Buffer) => Promise<Parameters<Awaited<ReturnType<typeof till>>['learn']>[0]>,
    judge: (bytes: Buffer) => string,
  ): Place<'it'> => ({
    name,
    parts,
    believe: ({ it }) =>
      outcomeOf(async () => {
        await (await till()).learn(await believe(it));
        return 'learnt';
      }),
    judge: ({ it }) => judge(it),
  });
  const [known, newest] = [
    parseCose('offpay/bulletin', news[0]),
    parseCose('offpay/bulletin', news[1]),
  ];
  const before = decodeBulletin(known.payload);
  const after = decodeBulletin(newest.payload);
  const changes = encodeBulletinChanges(
    before.number,
    changesBetween(before.revoked, after.revoked),
    after,
    newest,
  );
  return [
    accepting('till: payment', ({ voucher, certificate }) =>
      encodePresented({ voucher, certificate }),
    ),
    accepting('till: packed payment', ({ voucher, certificate }) =>
      packPayment({ voucher, certificate }),
    ),
    learning(
      'till: bulletin',
      () => ({ it: signedBy('bulletin', news[1], issuer) }),
      (bulletin) => Promise.resolve({ bulletin }),
      (bytes) => judges.learnBulletin(bytes),
    ),
    learning(
      'till: bulletin changes',
      () => ({ it: { bytes: changes } }),
      (bytes) => Promise.resolve({ bulletin: applyBulletinChanges(before, bytes) }),
      (bytes) => judges.learnChanges(bytes),
    ),
    learning(
      'till: payee certificate',
      (subject) => ({ it: payeeOf(subject) }),
      (payee) => Promise.resolve({ payee }),
      (bytes) => judges.learnPayee(bytes),
    ),
    whole({
      name: 'till: payment evidence',
      parts: (subject) => ({
        ...{ request: requestOf(subject), payee: payeeOf(subject), ...paymentOf(subject) },
        receipt: signedBy('receipt', subject.receipt, terminal),
      }),
      show: ({ request, voucher, certificate, payee, receipt }) =>
        encodePaymentEvidence({ request, voucher, certificate, payee, receipt }),
      believe: ({ shown }) =>
        outcomeOf(async () => {
          const payment = await (await till(OTHER_TILL)).importPayment(shown);
          return `imported ${payment.orderNumber} ${payment.amount} ${payment.acceptedAt}`;
        }),
      judge: ({ shown }) => judges.importPayment(shown),
    }),
  ];
}

function atDevices(world: MutatedWorld): Place[] {
  const judges = new DeviceJudge(world);
  const { clock, wallets } = world;
  const contentsOf = ({ certificate: { customerId } }: Subject['device']) =>
    valueFor(wallets, customerId);
  const wallet = ({ device }: Subject) => walletOf(clock, contentsOf(device), device.key);
  const viewing = <Names extends string>(
    name: string,
    parts: Whole<Names>['parts'],
    show: Whole<Names>['show'],
  ): Whole<Names> => ({
    ...{ name, parts, show },
    believe: ({ shown }, subject) =>
      outcomeOf(async () => {
        const view = await (await wallet(subject)).view(shown);
        const { merchantId, orderNumber, amount, currency, expiresAt, payee } = view;
        return JSON.stringify([merchantId, orderNumber, amount, currency, expiresAt, payee]);
      }),
    judge: ({ shown }) => judges.view(shown),
  });
  const stating = (kind: 'receipt' | 'cancellation'): Place<'it'> => ({
    name: `device: ${kind}`,
    parts: (subject) => ({ it: signedBy(kind, subject[kind], terminal) }),
    believe: ({ it }, subject) =>
      outcomeOf(async () => {
        const own = await wallet(subject);
        await (kind === 'receipt' ? own.importReceipt(it) : own.importCancellation(it));
        return 'kept';
      }),
    judge: ({ it }, subject) => judges.state(kind, subject, it),
  });
  const certified: Place<'it'> = {
    name: 'device: certificate',
    parts: (subject) => ({ it: certificateOf(subject) }),
    believe: ({ it }, { device }) =>
      outcomeOf(async () => {
        await (await walletOf(clock, new Map(), device.key)).importCertificate(it, [ISSUER]);
        return 'kept';
      }),
    judge: ({ it }, subject) => judges.importCertificate(subject, it),
  };
  return [
    viewing(
      'device: packed request',
      (subject) => ({ request: requestOf(subject), payee: payeeOf(subject) }),
      ({ request, payee }) => packRequest({ request, payee }),
    ),
    viewing(
      'device: request of nobody',
      (subject) => ({ request: requestOf(subject) }),
      ({ request }) => packRequest({ request }),
    ),
    viewing(
      'device: whole request',
      (subject) => ({ request: requestOf(subject) }),
      ({ request }) => request,
    ),
    stating('receipt'),
    stating('cancellation'),
    certified,
  ];
}

interface Settled {
  readonly verdicts: readonly number[];
}

function atTheLedger(world: MutatedWorld): Place[] {
  const judges = new LedgerJudge(world);
  const settling = (
    name: string,
    parts: Place<'voucher' | 'request'>['parts'],
  ): Place<'voucher' | 'request'> => ({
    ...{ name, parts },
    believe: async ({ voucher, request }, { device }) => {
      const vouchers = [{ voucher: base64(voucher), request: base64(request) }];
      const reserves = [{ ...reserveKeyOf(device), vouchers }];
      const batch = { merchantId: MERCHANT, batchId: 'batch-1', currency: CURRENCY, reserves };
      const answer = (await endorse(world, TERMINAL, 'offline:settle', batch)) as
        Settled | undefined;
      const [verdict] = answer?.verdicts ?? [];
      return verdict !== undefined && verdictOf(verdict) === 'settled' ? 'settled' : REFUSED;
    },
    judge: ({ voucher, request }, subject) => judges.settle(subject, voucher, request),
  });
  const answering = <Names extends string>(
    ...[name, parts, transaction, input, done, judge]: readonly [
      name: string,
      parts: Place<Names>['parts'],
      transaction: string,
      input: (shown: Travelling<Names>, subject: Subject) => object,
      done: string,
      judge: Place<Names>['judge'],
    ]
  ): Place<Names> => ({
    ...{ name, parts, judge },
    believe: async (shown, subject) =>
      (await endorse(world, NODE, transaction, input(shown, subject))) === undefined
        ? REFUSED
        : done,
  });
  return [
    settling('ledger: claim', (subject) => ({
      voucher: voucherOf(subject),
      request: { bytes: subject.request },
    })),
    settling('ledger: short claim', (subject) => {
      const known = {
        requestStart: requestStartOf(CHANNEL, MERCHANT),
        certificates: [bytesToText(subject.device.held.digest)],
      };
      const claim = { voucher: subject.voucher, requestPayload: subject.request };
      const short = firstOf(shortenClaims([claim], known));
      return {
        voucher: { bytes: Buffer.from(short.voucher) },
        request: { bytes: Buffer.from(short.requestPayload) },
      };
    }),
    answering(
      'ledger: cancellation',
      (subject) => ({
        voucher: voucherOf(subject),
        request: requestOf(subject),
        cancellation: signedBy('cancellation', subject.cancellation, terminal),
        payee: payeeOf(subject),
      }),
      'offline:cancel',
      (shown, { device }) => ({
        ...reserveKeyOf(device),
        ...Object.fromEntries(Object.entries(shown).map(([name, bytes]) => [name, base64(bytes)])),
      }),
      'returned',
      (shown, subject) => judges.cancel(subject, shown),
    ),
    answering(
      'ledger: device certificate',
      ({ nextCertificate }) => ({ it: signedBy('device-certificate', nextCertificate, issuer) }),
      'offline:fund',
      ({ it }, { device }) => ({ ...reserveKeyOf(device), epoch: 2, certificate: base64(it) }),
      'funded',
      ({ it }, subject) => judges.fund(subject, it),
    ),
    answering(
      'ledger: bulletin',
      () => ({ it: signedBy('bulletin', world.bulletins[1], issuer) }),
      'offline:publishBulletin',
      ({ it }) => ({ bankId: BANK, bulletin: base64(it) }),
      'published',
      ({ it }) => judges.publish(it),
    ),
  ];
}

type Proven = 'kind' | 'certificate' | 'voucher' | 'request' | 'other' | 'asked';

/** Under the same certificate on both sides, by the issuer of the vectors. */
const proofIn = ({ kind, certificate, voucher, request, other, asked }: Travelling<Proven>) => ({
  kind: kind.toString() as FraudProof['kind'],
  sides: [
    proofSide(certificate, { voucher, requestPayload: request }),
    proofSide(certificate, { voucher: other, requestPayload: asked }),
  ] as const,
});

/** Which nobody writes any more. */
function firstFormat(travelling: Travelling<Proven>): string {
  const { kind, sides } = proofIn(travelling);
  const claims = sides.map(({ certificate, voucher, requestPayload }) => ({
    certificate: base64(certificate),
    requestPayload: base64(requestPayload),
    voucher: base64(voucher),
  }));
  const format = 'fabric-offline-pay/fraud-proof/1';
  return JSON.stringify({ format, issuerCertificate: CERTIFICATES.issuer, kind, sides: claims });
}

function ofProofs(world: MutatedWorld): Place[] {
  const judges = new ProofJudge(world);
  const parts: Place<Proven>['parts'] = ({ pair, device, certificate }) => ({
    kind: { bytes: Buffer.from(pair.kind) },
    certificate: signedBy('device-certificate', certificate, issuer),
    voucher: signedBy('voucher', pair.first.voucher, device.key),
    request: { bytes: pair.first.request },
    other: signedBy('voucher', pair.second.voucher, device.key),
    asked: { bytes: pair.second.request },
  });
  const texts = {
    proof: (travelling: Travelling<Proven>) => encodeFraudProof(proofIn(travelling)),
    'proof of the first format': firstFormat,
  };
  return Object.entries(texts).flatMap(([name, write]): Whole<Proven>[] => {
    const show = (travelling: Travelling<Proven>): Buffer => Buffer.from(write(travelling));
    return [
      {
        ...{ name: `verifier: ${name}`, parts, show },
        believe: ({ shown }) =>
          outcomeOf(() => {
            const proof = decodeFraudProof(shown.toString());
            const { ok } = verifyFraudProof(proof, [CERTIFICATES.root]);
            return Promise.resolve(ok ? 'proven' : REFUSED);
          }),
        judge: ({ shown }) => judges.verifyProof(shown),
      },
      {
        ...{ name: `ledger: ${name}`, parts, show },
        believe: async ({ shown }) => {
          const input = { proof: shown.toString() };
          const answer = await endorse(world, TERMINAL, 'offline:submitFraudProof', input);
          return answer === undefined ? REFUSED : 'proven';
        },
        judge: ({ shown }) => judges.submitProof(shown),
      },
    ];
  });
}

export const placesOf = (world: MutatedWorld): readonly Place[] => [
  ...atTills(world),
  ...atDevices(world),
  ...atTheLedger(world),
  ...ofProofs(world),
];
