// SPDX-License-Identifier: Apache-2.0
// A terminal's ledger, over the typed client of a terminal or a cashier.
import {
  applyBulletinChanges,
  bytesToText,
  coseDigest,
  decodeDeviceCertificate,
  DomainError,
  encodeFraudProof,
  parseCose,
  requestStartOf,
  shortenClaims,
  verdictOf,
  type Bulletin,
  type CertifiedClaim,
  type KnownOfClaims,
  type LedgerVerdict,
  type OutputOf,
} from '@fabric-offline-pay/domain';
import type { Client } from '../../client/client.js';
import { pages } from '../../client/pages.js';
import type { QueryOptions } from '../../client/transport.js';
import { ifFound } from '../../client/if-found.js';
import { fromBase64, toBase64 } from '../base64.js';
import type {
  ClaimedVoucher,
  ContradictingVoucher,
  TerminalLedger,
  VoucherBatch,
} from '../terminal/terminal-ledger.js';
import { claimIn, withCertificate, type Archive } from './archive.js';

type Fraud = OutputOf<'offline', 'listFrauds'>['frauds'][number];

/** A terminal tries again later by itself, so no call should wait a minute for a dead network. */
const RETRIES = { deadlineMs: 15_000 };

const optionsWith = (signal: AbortSignal | undefined) => ({
  retries: RETRIES,
  ...(signal && { signal }),
});

interface Placed {
  readonly claim: ClaimedVoucher;
  readonly index: number;
}

/** The ledger takes vouchers grouped by reserve, and answers in that order. */
function placedByReserve(
  vouchers: readonly ClaimedVoucher[],
): readonly (readonly [Placed, ...Placed[]])[] {
  const groups = new Map<string, [Placed, ...Placed[]]>();
  vouchers.forEach((claim, index) => {
    const key = [claim.customerId, claim.deviceId, claim.epoch].join('/');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ claim, index }]);
    else group.push({ claim, index });
  });
  return [...groups.values()];
}

/** The certificates that the vouchers name, and the common beginning of the merchant's requests on their channel. */
function knownOf(merchantId: string, certificates: readonly string[]): KnownOfClaims {
  const digests: string[] = [];
  let channel = '';
  for (const certificate of new Set(certificates)) {
    const parts = parseCose('offpay/device-certificate', fromBase64(certificate));
    const content = decodeDeviceCertificate(parts.payload);
    digests[content.sequence] = bytesToText(coseDigest(parts));
    channel = content.channel;
  }
  return { requestStart: requestStartOf(channel, merchantId), certificates: digests };
}

/** Leaves out what the ledger can restore, so that blocks stay small. */
function shortClaims(merchantId: string, group: readonly Placed[]) {
  const known = knownOf(
    merchantId,
    group.map(({ claim }) => claim.certificate),
  );
  const claims = group.map(({ claim: { voucher, request } }) => ({
    voucher: fromBase64(voucher),
    requestPayload: fromBase64(request),
  }));
  return shortenClaims(claims, known).map(({ voucher, requestPayload }) => ({
    voucher: toBase64(voucher),
    request: toBase64(requestPayload),
  }));
}

async function settleBatch(
  client: Client,
  { merchantId, batchId, currency, vouchers }: VoucherBatch,
  signal: AbortSignal | undefined,
) {
  const groups = placedByReserve(vouchers);
  const reserves = groups.map((group) => {
    const { customerId, deviceId, epoch } = group[0].claim;
    return { customerId, deviceId, epoch, vouchers: shortClaims(merchantId, group) };
  });
  const input = { merchantId, batchId, currency, reserves };
  const { result } = await client.offline.settle(input, optionsWith(signal));
  const verdicts: LedgerVerdict[] = [];
  groups.flat().forEach(({ index }, at) => {
    verdicts[index] = verdictOf(result.verdicts[at] ?? 0);
  });
  return verdicts;
}

/** The fraud case of a voucher that contradicts another one. */
async function fraudOf(
  { offline }: Client,
  bankId: string,
  digest: string,
  options: QueryOptions,
): Promise<Fraud | undefined> {
  for await (const { frauds } of pages(offline.listFrauds, { bankId, open: false }, options)) {
    const fraud = frauds.find(({ contradicting }) => contradicting[1] === digest);
    if (fraud !== undefined) return fraud;
  }
  return undefined;
}

async function findSettledFirst(
  client: Client,
  archive: Archive,
  voucher: ContradictingVoucher,
  signal: AbortSignal | undefined,
): Promise<CertifiedClaim | undefined> {
  const { bankId, customerId, deviceId, epoch, entry } = voucher;
  const options = optionsWith(signal);
  const fraud = await fraudOf(client, bankId, entry.digest, options);
  if (fraud === undefined) return undefined;
  const [counter, digest] = fraud.settled;
  const reserve = { customerId, deviceId, epoch };
  const payment = await ifFound(client.offline.readPayment({ ...reserve, counter }, options));
  if (payment === undefined) return undefined;
  const atHand = fromBase64(voucher.certificate);
  const { channel } = decodeDeviceCertificate(
    parseCose('offpay/device-certificate', atHand).payload,
  );
  const { certificates } = await client.offline.readReserve(reserve, options);
  const known = { certificates, requestStart: requestStartOf(channel, payment.merchantId) };
  const call = await archive.call(payment.transactionId, signal);
  const claim = call && claimIn(call, digest, known);
  return claim && (await withCertificate(archive, claim, atHand, signal));
}

/** @returns undefined when the ledger has no changes since the known bulletin, or the bulletin is older than changes are kept. */
async function fetchChanges(
  { offline }: Client,
  known: Bulletin,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const { bankId, number: since } = known;
  const answer = await ifFound(offline.readBulletinChanges({ bankId, since }, optionsWith(signal)));
  if (answer === undefined) return undefined;
  try {
    return applyBulletinChanges(known, fromBase64(answer.changes));
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/** A whole bulletin may name thousands of devices, so only the changes are fetched where they are known. */
async function fetchBulletin(
  client: Client,
  bankId: string,
  known: Bulletin | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const bytes = known && (await fetchChanges(client, known, signal));
  if (bytes !== undefined) return bytes;
  const row = await ifFound(client.offline.readBulletin({ bankId }, optionsWith(signal)));
  return row && fromBase64(row.bulletin);
}

/**
 * @returns a ledger for `Terminal.sync`, over any typed client
 * @param client of a certificate with the role `terminal` or `cashier` of the merchant
 * @param archive finds the voucher that a device spent first
 */
export const clientLedger = (client: Client, archive: Archive): TerminalLedger => ({
  issuers: async (bankId, signal) =>
    (await client.offline.listIssuers({ bankId }, optionsWith(signal))).issuers,
  bulletin: (bankId, known, signal) => fetchBulletin(client, bankId, known, signal),
  settle: (batch, signal) => settleBatch(client, batch, signal),
  settledFirst: (voucher, signal) => findSettledFirst(client, archive, voucher, signal),
  submitProof: async (proof, signal) => {
    await client.offline.submitFraudProof({ proof: encodeFraudProof(proof) }, optionsWith(signal));
  },
});
