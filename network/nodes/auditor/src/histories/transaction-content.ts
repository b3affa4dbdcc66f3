// SPDX-License-Identifier: Apache-2.0
// What a transaction says, decoded for people: everything in a block is public. Kept beside the tables, since an auditor keeps no blocks.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import type { Access, Call } from '../blocks/raw-block.js';
import { fingerprintOf, pemContent } from '../channel/certificate.js';
import { senderOf, type Audited, type Sender } from './seen-transaction.js';

const decoded = z.string().describe('text; base64 behind `base64:` where the bytes are none');
const optional = decoded.nullable();

/** Schema of a transaction's content. */
export const transactionContent = z.object({
  sender: z.object({ mspId: z.string(), role: z.string(), actor: z.string() }),
  endorsers: z.array(z.string()).describe('MSP ids'),
  version: z.string().describe('of the chaincode, as its endorsers name it'),
  function: z.string(),
  arguments: z.array(decoded),
  answer: z.object({ status: z.int(), message: z.string(), payload: decoded }).nullable(),
  event: z.object({ name: z.string(), payload: decoded }).nullable(),
  rows: z
    .array(z.object({ key: z.string(), before: optional, after: optional }))
    .describe('of the audited chaincode, where the peer noted the transaction as valid'),
  otherRows: z
    .array(z.object({ namespace: z.string(), key: z.string(), after: optional }))
    .describe('written in other namespaces'),
  privateRows: z
    .array(
      z.object({
        namespace: z.string(),
        collection: z.string(),
        keyHash: z.string(),
        valueHash: z.string().nullable(),
      }),
    )
    .describe('by their hashes: nobody sees more in a block'),
  settings: z
    .array(z.object({ path: z.string(), what: z.string() }))
    .describe('of the channel, as they changed'),
});

/** What a transaction says. */
export type TransactionContent = z.output<typeof transactionContent>;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns text as it is, other bytes as base64 behind `base64:` */
export function readable(bytes: Uint8Array): string {
  try {
    const text = UTF8.decode(bytes);
    if (!text.includes('\u0000')) return text;
  } catch {
    // No text.
  }
  return `base64:${Buffer.from(bytes).toString('base64')}`;
}

const orNothing = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : readable(bytes);

const othersIn = (access: readonly Access[], audited: string): TransactionContent['otherRows'] =>
  access
    .filter(({ namespace }) => namespace !== audited)
    .flatMap(({ namespace, writes }) =>
      writes.map(({ key, value }) => ({ namespace, key, after: orNothing(value) })),
    );

const privateIn = (access: readonly Access[]): TransactionContent['privateRows'] =>
  access.flatMap(({ namespace, collections }) =>
    collections.flatMap(({ collection, writes }) =>
      writes.map(({ keyHash, valueHash }) => ({ namespace, collection, keyHash, valueHash })),
    ),
  );

const NO_CALL = {
  ...{ endorsers: [], version: '', function: '', arguments: [] },
  ...{ answer: null, event: null, otherRows: [], privateRows: [] },
} satisfies Partial<TransactionContent>;

function callContent(call: Call, audited: string) {
  const [name = new Uint8Array(), ...rest] = call.arguments;
  const { status, message, payload } = call.answer;
  return {
    endorsers: call.endorsements.map(({ identity }) => identity.mspId),
    version: call.ran.version,
    function: readable(name),
    arguments: rest.map(readable),
    answer: { status, message, payload: readable(payload) },
    event: call.announced && {
      name: call.announced.name,
      payload: readable(call.announced.payload),
    },
    otherRows: othersIn(call.access, audited),
    privateRows: privateIn(call.access),
  };
}

/** @param chaincode the audited one */
export function contentOf(
  { transaction, changed, settings = [] }: Audited,
  chaincode: string,
): TransactionContent {
  const { content } = transaction;
  const sender: Sender = senderOf(transaction);
  const rows = (changed?.changes ?? []).map(({ key, before, after }) => ({
    ...{ key, before: orNothing(before), after: orNothing(after) },
  }));
  return {
    sender,
    ...(content.kind === 'call' ? callContent(content, chaincode) : NO_CALL),
    rows,
    settings: [...settings],
  };
}

/** Fast rather than small: it is done for each transaction of the ledger. */
const LEVEL = 1;

/** @returns what {@link unpacked} reads */
export const packed = (content: TransactionContent): Buffer =>
  deflateRawSync(JSON.stringify(content), { level: LEVEL });

export const unpacked = (bytes: Uint8Array): TransactionContent =>
  JSON.parse(inflateRawSync(bytes).toString('utf8')) as TransactionContent;

/** Whoever signed a block: the organisation, and the fingerprint of the certificate. */
export const blockSigner = z.object({ mspId: z.string(), certificate: z.string() });

export type BlockSigner = z.output<typeof blockSigner>;

/** @returns who signed, with the certificate's fingerprint: SHA-256 of its DER */
export const signerOf = ({
  identity,
}: {
  readonly identity: { readonly mspId: string; readonly certificate: string };
}): BlockSigner => ({
  mspId: identity.mspId,
  certificate: fingerprintOf(pemContent(identity.certificate) ?? Buffer.from(identity.certificate)),
});
