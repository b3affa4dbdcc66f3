// SPDX-License-Identifier: Apache-2.0
// The configuration of SMS by SMPP 3.4.
import type { pathIn } from '@fabric-offline-pay/node-common/node';
import * as z from 'zod';

const milliseconds = (fallback: number, what: string) =>
  z.int().min(1).max(600_000).default(fallback).describe(what);

/** SMPP 3.4, 5.3.2: tags from 0x1400 to 0x3FFF are the vendors'. */
const VENDOR_TAGS = { least: 0x1400, most: 0x3fff };

export const smppSchema = (path: ReturnType<typeof pathIn>) =>
  z.strictObject({
    adapter: z.literal('smpp'),
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).default(2775),
    tls: z.boolean().default(false).describe('without it, only over a line that is private anyway'),
    caFile: path.exactOptional().describe("root certificates, PEM; the system's unless given"),
    systemId: z.string().min(1).max(15),
    passwordFile: path.describe('of at most 8 characters'),
    systemType: z.string().max(12).default(''),
    source: z.string().min(1).max(20).describe('the sender that customers see: a name or a number'),
    alphabet: z
      .enum(['gsm', 'ucs2'])
      .default('gsm')
      .describe(
        "gsm: the SMSC's default alphabet is GSM 03.38; ucs2: it is another, so it is never used",
      ),
    referenceTag: z
      .int()
      .min(VENDOR_TAGS.least)
      .max(VENDOR_TAGS.most)
      .exactOptional()
      .describe('the vendor tag under which the SMSC recognises a repeated message'),
    window: z.int().min(1).max(100).default(10).describe('submits without an answer at a time'),
    answerMs: milliseconds(10_000, 'for each answer, and for a send in all'),
    enquireMs: milliseconds(30_000, 'between two questions whether the SMSC is there'),
    throttleMs: milliseconds(1_000, 'pause when the SMSC is asked too much; doubled each time'),
    reconnectMs: z
      .strictObject({
        least: milliseconds(500, 'before the first new connection'),
        most: milliseconds(30_000, '… doubled each time up to this'),
      })
      .prefault({}),
  });

export type SmppConfig = z.output<ReturnType<typeof smppSchema>>;
