// SPDX-License-Identifier: Apache-2.0
// Personal data as it could leak: plain, escaped, in base64 and hex, and as unsalted SHA-256. Searched for in bytes.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedInput } from '@fabric-offline-pay/run';

export interface Canary {
  /** Says what it is without saying it. */
  readonly name: string;
  readonly forms: readonly Buffer[];
}

/** Bytes; shorter texts turn up by chance. */
const SHORTEST = 6;

/** Base64 of a text depends on how many bytes stand before it, and its ends on what stands beside it: three middles are all that can be. */
function base64Middles(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const first = Math.ceil((before * 8) / 6);
    return encoded.slice(first, Math.floor(((before + bytes.length) * 8) / 6));
  });
}

/** As JSON, Python and logs write what is not ASCII. */
const escaped = (text: string): string =>
  text.replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_');

function formsOf(bytes: Buffer, text: string): string[] {
  const middles = base64Middles(bytes);
  const hex = bytes.toString('hex');
  return [
    ...[text, JSON.stringify(text).slice(1, -1), escaped(text), encodeURIComponent(text)],
    ...[hex, hex.toUpperCase(), ...middles, ...middles.map(urlSafe)],
  ];
}

function hashesOf(bytes: Buffer): Buffer[] {
  const hash = createHash('sha256').update(bytes).digest();
  const texts = (['hex', 'base64', 'base64url'] as const).map((form) => hash.toString(form));
  return [hash, ...texts.map((text) => Buffer.from(text))];
}

/** @returns all forms of a text that nobody may find */
export function canary(name: string, text: string): Canary {
  const bytes = Buffer.from(text);
  const texts = bytes.length < SHORTEST ? [] : [...new Set(formsOf(bytes, text))];
  return { name, forms: [...hashesOf(bytes), ...texts.map((form) => Buffer.from(form))] };
}

/** Coordinates as they are written: micro-degrees in JSON. */
const coordinates = ({
  latitude,
  longitude,
}: {
  readonly latitude: number;
  readonly longitude: number;
}): string[] => [
  `"latitude":${latitude.toString()},"longitude":${longitude.toString()}`,
  latitude.toString(),
  longitude.toString(),
];

/** Everything personal in the customers' file. Places of goods and depots are no secret; a customer's is. */
export function canariesOf(input: LoadedInput): Canary[] {
  return input.customers.flatMap((customer) => {
    const { customerId, name, phone, email, birthDate, password, addresses } = customer;
    const texts = { name, phone, email: email ?? '', birthDate: birthDate ?? '', password };
    const fields = Object.entries(texts).filter(([, text]) => text !== '');
    const places = addresses.flatMap((address) => [
      canary(`${customerId} address ${address.number.toString()}`, address.street),
      ...coordinates(address.place).map((text) =>
        canary(`${customerId} place ${address.number.toString()}`, text),
      ),
    ]);
    return [...fields.map(([field, text]) => canary(`${customerId} ${field}`, text)), ...places];
  });
}

/**
 * One-time codes: hashed, as the customer reads them, and by their name in JSON. Six digits in quotes may be an amount, too; no amount
 * begins with a zero, so codes that do are searched for in quotes alone.
 */
export const codeCanary = (code: string): Canary => ({
  name: 'one-time code',
  forms: hashesOf(Buffer.from(code)).concat(
    [`"code":"${code}"`, `${code} is your`, `${code} confirms`].map((text) => Buffer.from(text)),
    code.startsWith('0') ? [Buffer.from(`"${code}"`)] : [],
  ),
});

/** The first bytes of every form, to pass over most of the input with one look-up a byte. */
const PREFIX = 3;

interface Form {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Finds many texts in one pass. */
export class Search {
  readonly #starts = new Uint8Array(1 << (8 * PREFIX));
  readonly #forms = new Map<number, Form[]>();

  constructor(canaries: readonly Canary[]) {
    for (const { name, forms } of canaries) for (const bytes of forms) this.#add({ name, bytes });
  }

  /** @returns the names of the canaries that the bytes contain. */
  in(bytes: Buffer): string[] {
    const names = new Set<string>();
    const end = bytes.length - PREFIX;
    let window = bytes.length < PREFIX ? 0 : bytes.readUIntBE(0, PREFIX) >> 8;
    for (let at = 0; at <= end; at += 1) {
      window = ((window << 8) | bytes.readUInt8(at + PREFIX - 1)) & 0xffffff;
      if (this.#starts[window] === 1) this.#compare(bytes, at, window, names);
    }
    return [...names];
  }

  #add(form: Form): void {
    const start = form.bytes.readUIntBE(0, PREFIX);
    this.#starts[start] = 1;
    this.#forms.set(start, [...(this.#forms.get(start) ?? []), form]);
  }

  #compare(bytes: Buffer, at: number, window: number, names: Set<string>): void {
    for (const { name, bytes: form } of this.#forms.get(window) ?? [])
      if (bytes.subarray(at, at + form.length).equals(form)) names.add(name);
  }
}

/** All files under a folder whose path no pattern excludes. */
export function filesUnder(folder: string, except: readonly RegExp[]): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (except.some((pattern) => pattern.test(path))) return [];
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) return [];
    return status.isDirectory() ? filesUnder(path, except) : status.isFile() ? [path] : [];
  });
}

export const readBytes = (path: string): Buffer => readFileSync(path);
