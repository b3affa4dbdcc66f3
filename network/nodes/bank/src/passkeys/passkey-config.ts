// SPDX-License-Identifier: Apache-2.0
// The setting `passkeys` of the bank's node: for which site passkeys are made, and from which pages and apps they may come.
import * as z from 'zod';

/** How an Android app is named: `android:apk-key-hash:` and the digest of the key that signed it. */
const ANDROID_APP = /^android:apk-key-hash:[\w-]{43}$/;

/** A page of the site itself, or of a part of it (WebAuthn, 5.1.3). Plain HTTP is safe on this machine only. */
function isPageOf(rpId: string, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, origin: own } = new URL(origin);
  const isOfSite = hostname === rpId || hostname.endsWith(`.${rpId}`);
  const isPrivate = protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost');
  return own === origin && isOfSite && isPrivate;
}

/** Without the setting the node offers no passkeys. */
export const passkeysSchema = z
  .strictObject({
    rpId: z
      .string()
      .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/)
      .describe('the domain that passkeys are made for, such as bank.example (WebAuthn: RP ID)'),
    rpName: z.string().min(1).max(64).describe("the bank's name, as devices show it"),
    origins: z
      .array(z.string().max(300))
      .min(1)
      .max(20)
      .describe(
        "where passkeys are used: https pages of the domain, or android:apk-key-hash: of the bank's app",
      ),
  })
  .refine(
    ({ rpId, origins }) =>
      origins.every((origin) => ANDROID_APP.test(origin) || isPageOf(rpId, origin)),
    { path: ['origins'], message: 'https pages of rpId, without a path, or android:apk-key-hash:' },
  );

export type PasskeyConfig = z.output<typeof passkeysSchema>;
