// SPDX-License-Identifier: Apache-2.0
// A bank's statement of backing: what it has made on the ledger, what stands against it outside, and the roots of the trees of what
// it owes. It is canonical JSON in a COSE_Sign1, signed with the key of the bank's node.
import * as z from 'zod';
import { attributesOf, isIssuedBy, readCertificate, spkiOf } from '../base/certificate.js';
import { canonicalJson, sha256Hex } from '../base/canonical.js';
import { currency, digest, identifier, instant } from '../base/identifiers.js';
import { importDeviceKey } from '../base/signature.js';
import type { Certificate } from '../platform/x509.js';
import {
  isSignedBy,
  parseCose,
  signCose,
  type CoseParts,
  type CoseSigner,
} from '../offline/cose.js';
import { issuerKid } from '../offline/device-key.js';
import { isInTree, NO_LEAVES, type BackingProof, type LeafTree } from './leaves.js';

const signedSum = z
  .string()
  .regex(/^(0|-?[1-9][0-9]*)$/)
  .describe('minor units, decimal string of any length; may be below zero');

/** What stands against money on the ledger. */
export const ASSETS = {
  reserved: 'Authorised at a host, and neither taken nor given back.',
  completed: 'Taken from customers at a host, less what was given back.',
  paidOut: 'Paid to payees by a host; at most zero.',
  counter: 'Taken by tellers for what they issued, less what they gave for withdrawals.',
  bank: 'What the bank bears itself: losses that it made good with its own money.',
} as const;

/** A kind of asset. */
export type AssetKind = keyof typeof ASSETS;

const asset = z.strictObject({
  asset: z.enum(Object.keys(ASSETS) as [AssetKind, ...AssetKind[]]),
  host: z.string().min(1).max(64).nullable().describe('who keeps it; null: the bank itself'),
  amount: signedSum,
});

const currencyBacking = z.strictObject({
  supply: signedSum.describe('what the bank made on the ledger, less what it took back'),
  backing: z.array(asset).max(256),
  underWay: signedSum.describe(
    'what of the backing is not on the ledger yet, or not any more, because an entry is under way',
  ),
  owedToBanks: signedSum.describe(
    'supply less all leaves: what payees of other banks hold or have redeemed of it; 0 with one bank',
  ),
  liabilities: z.strictObject({
    root: digest.describe('of the Merkle tree (RFC 9162)'),
    leaves: z.int().min(0),
  }),
});

/** Schema of a statement of backing. */
export const backingStatement = z.strictObject({
  version: z.literal(1),
  bankId: identifier,
  day: z.iso.date().describe('of UTC'),
  height: z.strictObject({
    block: z.int().min(0).describe('the last block that counts'),
    hash: z.string().min(1).max(128).describe('SHA-256 of its header, hex'),
  }),
  at: instant,
  currencies: z.record(currency, currencyBacking),
  seedDigest: digest.describe("SHA-256 of the seed of the leaves' blindings"),
});

/** A statement of backing. */
export type BackingStatement = z.output<typeof backingStatement>;
/** What a statement says of one currency. */
export type CurrencyBacking = z.output<typeof currencyBacking>;
/** One asset of a statement. */
export type BackingAsset = z.output<typeof asset>;

/** What a bank says of one currency by its own books. */
export type StatedCurrency = Pick<CurrencyBacking, 'supply' | 'backing' | 'underWay'>;

/** What a statement is made from. */
export interface StatementParts extends Pick<BackingStatement, 'bankId' | 'day' | 'height' | 'at'> {
  readonly stated: Readonly<Record<string, StatedCurrency>>;
  readonly trees: ReadonlyMap<string, LeafTree>;
  /** Minor units of all leaves, by currency. */
  readonly owed: ReadonlyMap<string, bigint>;
  readonly seed: Uint8Array;
}

const NOTHING: StatedCurrency = { supply: '0', backing: [], underWay: '0' };

/** @returns the statement, with every currency that the bank's books or the ledger know */
export function statementOf({
  stated,
  trees,
  owed,
  seed,
  ...head
}: StatementParts): BackingStatement {
  const codes = [...new Set([...Object.keys(stated), ...trees.keys()])].sort();
  const entries = codes.map((code): [string, CurrencyBacking] => {
    const own = stated[code] ?? NOTHING;
    const tree = trees.get(code) ?? NO_LEAVES;
    const owedToBanks = (BigInt(own.supply) - (owed.get(code) ?? 0n)).toString();
    const liabilities = { root: tree.root, leaves: tree.size };
    return [code, { ...own, owedToBanks, liabilities }];
  });
  const currencies = Object.fromEntries(entries);
  return backingStatement.parse({ version: 1, ...head, currencies, seedDigest: sha256Hex(seed) });
}

/** @returns all assets that a statement names for a currency, in minor units */
export const wholeBacking = ({ backing }: Pick<CurrencyBacking, 'backing'>): bigint =>
  backing.reduce((total, { amount }) => total + BigInt(amount), 0n);

/**
 * @returns by how much the backing is less than the supply, in minor units; 0 when it is enough. Assets that already belong to
 * money which comes onto the ledger later back nothing else.
 */
export function missingBacking(entry: StatedCurrency): bigint {
  const underWay = BigInt(entry.underWay);
  const spoken = underWay > 0n ? underWay : 0n;
  const missing = BigInt(entry.supply) + spoken - wholeBacking(entry);
  return missing > 0n ? missing : 0n;
}

/** @returns the currencies whose backing is less than their supply, sorted */
export const shortIn = ({ currencies }: Pick<BackingStatement, 'currencies'>): string[] =>
  Object.keys(currencies)
    .filter((code) => missingBacking(currencies[code] ?? NOTHING) > 0n)
    .sort();

/** The role in the certificate of whoever signs statements of backing. */
export const BACKING_ROLE = 'bank-node';

/** The content type in the protected header. */
const PURPOSE = 'offpay/backing';

/**
 * @param spki base64 DER SubjectPublicKeyInfo of the signing key, P-256
 * @returns a COSE_Sign1 over the statement's canonical JSON, with ES256
 */
export const signStatement = (
  statement: BackingStatement,
  signer: CoseSigner,
  spki: string,
): Promise<Buffer> =>
  signCose(PURPOSE, Buffer.from(canonicalJson(statement), 'utf8'), signer, issuerKid(spki));

/** Why a statement is not believed, in the order of the checks. */
export const STATEMENT_FAULTS = {
  malformed: 'It is no statement of backing in its one form.',
  certificateUntrusted: "None of the bank's authorities issued the certificate.",
  otherRole: `The certificate is not of the role ${BACKING_ROLE}.`,
  otherBank: 'The certificate belongs to another bank than the statement.',
  certificateNotValid: 'The certificate was not valid when the statement was made.',
  signatureForged: "The certificate's key did not sign the statement.",
} as const;

/** Why a statement is not believed. */
export type StatementFault = keyof typeof STATEMENT_FAULTS;

/** A statement that its bank made, or why it is not believed. */
export type StatementResult =
  | { readonly ok: true; readonly statement: BackingStatement }
  | { readonly ok: false; readonly reason: StatementFault };

interface ReadStatement {
  readonly parts: CoseParts;
  readonly statement: BackingStatement;
}

/** One statement has one form: another order of fields, or a field more, is none. */
function readStatement(bytes: Uint8Array): ReadStatement | undefined {
  try {
    const parts = parseCose(PURPOSE, bytes);
    const text = parts.payload.toString('utf8');
    const statement = backingStatement.parse(JSON.parse(text));
    return Buffer.from(canonicalJson(statement)).equals(parts.payload)
      ? { parts, statement }
      : undefined;
  } catch {
    return undefined;
  }
}

const isIssuedByOne = (certificate: Certificate, authorities: readonly string[]): boolean =>
  authorities.some((pem) => {
    const authority = readCertificate(pem);
    return authority !== undefined && isIssuedBy(certificate, authority);
  });

// eslint-disable-next-line no-restricted-globals -- It reads a time that stands in a certificate, and no clock.
const secondsOf = (time: string): number => Date.parse(time) / 1000;

const isValidAt = ({ validFrom, validTo }: Certificate, at: number): boolean =>
  secondsOf(validFrom) <= at && at <= secondsOf(validTo);

function isSignedWith({ parts }: ReadStatement, certificate: Certificate): boolean {
  const spki = spkiOf(certificate) ?? '';
  const key = importDeviceKey(spki);
  return key !== undefined && parts.kid?.equals(issuerKid(spki)) === true && isSignedBy(parts, key);
}

/** In the order of {@link STATEMENT_FAULTS}. */
function faultOf(
  read: ReadStatement,
  certificate: Certificate | undefined,
  authorities: readonly string[],
): StatementFault | undefined {
  if (certificate === undefined || !isIssuedByOne(certificate, authorities))
    return 'certificateUntrusted';
  const { role, actor } = attributesOf(certificate);
  if (role !== BACKING_ROLE) return 'otherRole';
  if (actor !== read.statement.bankId) return 'otherBank';
  if (!isValidAt(certificate, read.statement.at)) return 'certificateNotValid';
  return isSignedWith(read, certificate) ? undefined : 'signatureForged';
}

/**
 * Whoever believes a statement calls this first. An authority certifies clerks, terminals and channels, too; only the bank's node
 * speaks for the bank here. Whether the certificate was revoked, the authority's revocation list says.
 * @param bytes the COSE_Sign1
 * @param certificate PEM, as it was published beside the statement
 * @param authorities PEM of the bank's certificate authorities: from the channel's settings, never from the bank's node
 */
export function verifyStatement(
  bytes: Uint8Array,
  certificate: string,
  authorities: readonly string[],
): StatementResult {
  const read = readStatement(bytes);
  if (read === undefined) return { ok: false, reason: 'malformed' };
  const reason = faultOf(read, readCertificate(certificate), authorities);
  return reason === undefined ? { ok: true, statement: read.statement } : { ok: false, reason };
}

/** @returns whether the proof shows that the bank counted the leaf in this statement. */
export function isCounted(
  { bankId, currencies }: BackingStatement,
  proof: unknown,
): proof is BackingProof {
  const code = (proof as Partial<BackingProof> | null)?.leaf?.currency ?? '';
  const entry = Object.hasOwn(currencies, code) ? currencies[code] : undefined;
  if (entry === undefined) return false;
  const { root, leaves } = entry.liabilities;
  return isInTree(root, leaves, proof) && proof.leaf.bankId === bankId;
}
