// SPDX-License-Identifier: Apache-2.0
// The report of a day's reconciliation: as it is stored and as it is read. Keys, codes and amounts; no personal data.
import type { SupplyKind } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import type { MovementKind } from '../core-banking/core-banking.js';

/** A day of UTC, `2026-11-29`. */
export const day = z.iso.date().describe('a day of UTC, such as 2026-11-29');

const sum = z.string().describe('minor units, of any length');
const value = z.string().nullable().describe('null: this side has no such entry');
const kind = z.string().describe('a kind of supply on the ledger, or of a movement at the host');
const key = z.string().describe('natural key: of the request at the host, or of the ledger');

/**
 * One field of one entry that two sides say differently. `entry`: one side has it, and the other does not. `statement`: a host has given
 * none, and nothing of it was compared; the key is the host's name.
 */
export const difference = z.discriminatedUnion('pair', [
  z.object({ pair: z.literal('ledger-book'), key, field: z.string(), ledger: value, book: value }),
  z.object({ pair: z.literal('book-host'), key, field: z.string(), book: value, host: value }),
]);

/** An entry that one side does not have yet: neither lost nor wrong. */
export const underWay = z.object({
  key,
  kind,
  currency: z.string(),
  amount: z.string(),
  missing: z.enum(['ledger', 'book', 'host']).describe('who does not have it yet'),
});

export const SUPPLY_KINDS = [
  ...(['issue', 'compensate', 'bear', 'redeem', 'withdraw', 'recover'] as const),
] satisfies readonly SupplyKind[];

export const MOVEMENT_KINDS = [
  ...(['authorise', 'complete', 'release', 'refund', 'payOut'] as const),
] satisfies readonly MovementKind[];

const supplies = z.record(z.enum(SUPPLY_KINDS), sum).describe('made or taken back, by kind');
const movements = z.record(z.enum(MOVEMENT_KINDS), sum).describe('by kind');
const counter = z
  .object({ issue: sum, withdraw: sum })
  .describe('of the ledger: by tellers over the counter');

const currencySums = z.object({
  day: z.object({ ledger: supplies, counter, book: movements, host: movements }),
  until: z.object({ ledger: supplies, counter, book: movements }).describe('with all days before'),
  circulating: sum.describe('on the ledger'),
  backing: z
    .string()
    .describe('reserved and completed at hosts, less paid out, and what the counter took'),
  underWay: z.string().describe('what one side is ahead of the other'),
  unexplained: z.string().describe('backing − circulating − underWay; 0 when all is well'),
});

export const ledgerHeight = z.object({
  block: z.int().describe('the last block that was read'),
  hash: z.string(),
});

export const report = z.object({
  day,
  ledger: ledgerHeight,
  hosts: z
    .record(
      z.string(),
      z.object({
        entries: z.int().nullable().describe('in its statement; null: nothing was compared'),
        missing: z
          .string()
          .nullable()
          .describe('why there was no statement; null without entries: the host gives none'),
      }),
    )
    .default({})
    .describe('what was compared, by host'),
  counts: z.object({ 'ledger-book': z.int(), 'book-host': z.int(), underWay: z.int() }),
  differences: z.array(difference).describe('the first thousand'),
  underWay: z.array(underWay).describe('the first thousand'),
  sums: z.record(z.string(), currencySums).describe('by currency'),
});

export type Difference = z.output<typeof difference>;
export type UnderWay = z.output<typeof underWay>;
export type CurrencySums = z.output<typeof currencySums>;
export type Report = z.output<typeof report>;
