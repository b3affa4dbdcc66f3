// SPDX-License-Identifier: Apache-2.0
// Personal data as it could leak: plain, and as unsalted SHA-256 in hex and base64. Searched for in bytes.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedInput } from '@fabric-offline-pay/run';

export interface Canary {
  /** Says what it is without saying it. */
  readonly name: string;
  readonly forms: readonly Buffer[];
}

/** Shorter texts turn up by chance. */
const SHORTEST = 6;

function canary(name: string, text: string): Canary {
  const hash = createHash('sha256').update(text).digest();
  const plain = text.length < SHORTEST ? [] : [Buffer.from(text)];
  return {
    name,
    forms: [
      ...plain,
      hash,
      Buffer.from(hash.toString('hex')),
      Buffer.from(hash.toString('base64')),
    ],
  };
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
  forms: canary('', code)
    .forms.slice(1)
    .concat(
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
