// SPDX-License-Identifier: Apache-2.0
// How many messages without a code may go to one telephone number, so that nobody earns by having the bank send them (toll fraud), or floods
// a telephone. Each kind has a count of its own: what is cheap to cause crowds out nothing that a customer must know.
import * as z from 'zod';
import { TREATMENT, type MessageKind } from './kinds.js';

const cap = (fallback: number, what: string) =>
  z.int().min(1).max(1_000_000).default(fallback).describe(what);

export const noticeCapsSchema = z
  .strictObject({
    windowSeconds: z.int().min(60).max(86_400).default(3_600).describe('seconds'),
    news: cap(10, 'messages of one kind to one number, whoever its customers are'),
    protecting: cap(30, '… of a kind that protects money or account'),
  })
  .prefault({});

export type NoticeCaps = z.output<typeof noticeCapsSchema>;

export const DEFAULT_NOTICE_CAPS: NoticeCaps = noticeCapsSchema.parse(undefined);

/** @returns how many messages of this kind may go to one number in the window */
export const capOf = (kind: MessageKind, caps: NoticeCaps): number =>
  caps[TREATMENT[kind].protects ? 'protecting' : 'news'];
