// SPDX-License-Identifier: Apache-2.0
// Somebody whose data stands in every personal field, and what of it nobody may find where it does not belong.
import { canary, type Canary } from './canaries.js';

/** Somebody writes Chinese in one place and German in another. */
export const PERSON = {
  name: '林小满 Brandt-Quillhaven',
  phone: '+491713920001',
  newPhone: '+8613800138000',
  email: 'kunde5680@quillhaven.example',
  newEmail: 'xiaoman.lin@quillhaven.example',
  birthDate: '1988-04-17',
  password: 'Mistel-Fjord-15',
  newPassword: '竹林-Fjord-77-Quill',
  wrongPassword: 'Mistel-Fjord-16',
  /** Looks like the number of a card; its last digit is right (ISO/IEC 7812). */
  cardNumber: '4539578763621486',
  passkeyName: 'Brandts Schlüsselbund',
  evidence: 'Signed by 林小满 at the door of Wiesengrund 94',
  addresses: [
    {
      ...{ label: 'Zuhause bei Quillhaven', street: 'Wiesengrund 94', city: 'Hamburg-Eidelstedt' },
      ...{ country: 'DE', latitude: 52_531_207, longitude: 13_384_551 },
    },
    {
      ...{ label: '办公室前台', street: '南京东路299号12楼', city: '上海市黄浦区' },
      ...{ country: 'CN', latitude: 52_527_349, longitude: 13_379_983 },
    },
  ],
} as const;

const { addresses, ...texts } = PERSON;

/** Of a test whose ledger gets a pseudonym only. */
export const PLANTED: readonly Canary[] = [
  ...Object.entries(texts).map(([name, text]) => canary(name, text)),
  ...[...PERSON.name.split(' '), '1713920001', '13800138000'].map((part) =>
    canary(`part of ${part.length} signs`, part),
  ),
  ...addresses.flatMap(({ country, ...address }, index) =>
    Object.entries(address).map(([field, value]) =>
      canary(`${field} ${index + 1} (${country})`, value.toString()),
    ),
  ),
];

/** @returns all bytes and texts of a value, however deep, one after the other */
export function bytesOf(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value !== 'object' || value === null) return Buffer.from(`${String(value)}\n`);
  const parts = value instanceof Map ? [...value] : Object.entries(value);
  return Buffer.concat(parts.map((part: unknown) => bytesOfPair(part)));
}

const bytesOfPair = (pair: unknown): Buffer =>
  Buffer.concat((pair as readonly unknown[]).map((each) => bytesOf(each)));
