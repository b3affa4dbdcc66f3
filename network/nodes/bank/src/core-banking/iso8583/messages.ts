// SPDX-License-Identifier: Apache-2.0
// What is said to a card host about a request. A repetition has the same fields as the message before it, and another type.
import { code as iso4217, number as iso4217Number } from 'currency-codes';
import type { MovementKind } from '../core-banking.js';
import type { HostRequest } from '../requests/begin.js';
import type { Fields, IsoMessage } from './codec.js';

/** How the host knows this bank. */
export interface Acquirer {
  /** Field 32: at most 11 digits. */
  readonly institution: string;
  /** Field 41: 8 characters. */
  readonly terminal: string;
  /** Field 42: at most 15 characters. */
  readonly acceptor: string;
}

/** `undo`: a reversal of an authorisation whose answer got lost. */
export type CardMessage = MovementKind | 'undo';

interface Form {
  readonly type: string;
  /** Field 3: what for, from and to which account. */
  readonly processing: string;
}

/** Authorisation, advices (completion, refund, deposit) and reversals, by ISO 8583:1987. */
const FORMS: Record<CardMessage, Form> = {
  authorise: { type: '0100', processing: '000000' },
  complete: { type: '0220', processing: '000000' },
  refund: { type: '0220', processing: '200000' },
  payOut: { type: '0220', processing: '210000' },
  release: { type: '0420', processing: '000000' },
  undo: { type: '0420', processing: '000000' },
};

/** Field 4 holds no more. */
const AMOUNT_DIGITS = 12;

export const fitsAmount = (amount: string): boolean => amount.length <= AMOUNT_DIGITS;

const amountField = (amount: string): string => amount.padStart(AMOUNT_DIGITS, '0');

/** @returns field 49: three digits of ISO 4217, or undefined when there are none */
export const currencyNumber = (currency: string): string | undefined => iso4217(currency)?.number;

/** @returns the letters of ISO 4217 for field 49, or undefined when there are none */
export const currencyOf = (number: string): string | undefined => iso4217Number(number)?.code;

/** Field 48 has parts: two digits say which, three how long. A token is no card number and has letters, so that field 2 cannot hold it. */
const part = (tag: string, value: string): string =>
  tag + value.length.toString().padStart(3, '0') + value;

const TOKEN_PART = '01';
const KEY_PART = '02';

/** @param at milliseconds since 1970 @returns `MMDDhhmmss`, UTC */
const transmission = (at: number): string =>
  new Date(at).toISOString().replace(/\D/g, '').slice(4, 14);

const DAY_MS = 86_400_000;

/** @param at milliseconds since 1970 @returns field 37: last digit of the year, day of the year, hour, field 11 */
export function referenceNumber(at: number, stan: string): string {
  const year = new Date(at).getUTCFullYear();
  const day = Math.floor((at - Date.UTC(year, 0, 1)) / DAY_MS) + 1;
  const hour = new Date(at).getUTCHours();
  return `${year % 10}${day.toString().padStart(3, '0')}${hour.toString().padStart(2, '0')}${stan}`;
}

/** Field 90: type, field 11, field 7, field 32 and field 33 of the message that this one is about. */
const originalElements = ({ institution }: Acquirer, { stan, sent_at }: HostRequest): string =>
  [
    FORMS.authorise.type,
    stan ?? '',
    transmission(sent_at ?? 0),
    institution.padStart(11, '0'),
    '0'.repeat(11),
  ].join('');

/** Field 95: the amount that stays authorised; no settlement amount and no fees. */
const replacementAmounts = (amount: string): string => amountField(amount).padEnd(42, '0');

/** What a message is about. */
export interface About {
  readonly kind: CardMessage;
  readonly request: HostRequest;
  /** The authorisation, for whatever comes after it. */
  readonly original?: HostRequest | undefined;
  /** Minor units that stay authorised after a release. */
  readonly remaining?: string;
}

const timesOf = (at: number): Fields => {
  const time = transmission(at);
  return { 7: time, 12: time.slice(4), 13: time.slice(0, 4) };
};

/** What names the message, and what it is about. */
function namesOf({ kind, request }: About): Fields {
  const { stan, undo_stan, rrn, token, request_key: key } = request;
  return {
    11: (kind === 'undo' ? undo_stan : stan) ?? '',
    37: rrn ?? '',
    48: part(TOKEN_PART, token) + part(KEY_PART, key),
  };
}

/** What refers to the authorisation. */
function originalOf(acquirer: Acquirer, { original, remaining }: About): Fields {
  if (original === undefined) return {};
  return {
    90: originalElements(acquirer, original),
    ...(original.approval !== null && { 38: original.approval }),
    ...(remaining !== undefined && { 95: replacementAmounts(remaining) }),
  };
}

/** A release names the amount that was authorised first, and in field 95 what stays. */
const amountOf = ({ kind, request, original = request }: About): string =>
  kind === 'release' ? original.amount : request.amount;

/** @returns field 4 of an answer by a host that names what it released, and not what it was sent; undefined for anything but a release */
export const releasedField = ({ kind, request }: About): string | undefined =>
  kind === 'release' ? amountField(request.amount) : undefined;

/** @throws {IsoFormatError} later, when the message is encoded, for what does not fit. */
export function cardMessage(acquirer: Acquirer, about: About): IsoMessage {
  const { type, processing } = FORMS[about.kind];
  return {
    type,
    fields: {
      ...timesOf(about.request.sent_at ?? 0),
      ...namesOf(about),
      ...originalOf(acquirer, about),
      3: processing,
      4: amountField(amountOf(about)),
      32: acquirer.institution,
      41: acquirer.terminal.padEnd(8),
      42: acquirer.acceptor.padEnd(15),
      49: currencyNumber(about.request.currency) ?? '',
    },
  };
}

/** A message says by its last digit that it was sent before. */
export const repetitionOf = ({ type, fields }: IsoMessage): IsoMessage => ({
  type: `${type.slice(0, 3)}1`,
  fields,
});

/** Field 70. */
export const NETWORK_CODES = { signOn: '001', echo: '301' } as const;

export const networkMessage = (
  purpose: keyof typeof NETWORK_CODES,
  stan: string,
  at: number,
): IsoMessage => ({
  type: '0800',
  fields: { 7: transmission(at), 11: stan, 70: NETWORK_CODES[purpose] },
});

/** @returns the type of the answer: `0100` is answered by `0110`, `0421` by `0430` */
export const answerType = (type: string): string =>
  `${type.slice(0, 2)}${Number(type.slice(2, 3)) + 1}0`;
