// SPDX-License-Identifier: Apache-2.0
// What travels between the bank's node and a browser or an app (WebAuthn Level 3, 5.1: the JSON forms). All bytes are base64url.
import {
  amount,
  currency,
  digest,
  identifier,
  type DeepReadonly,
} from '@fabric-offline-pay/domain';
import * as z from 'zod';

const CREDENTIAL_ID = 1_400;
const CLIENT_DATA = 8_192;
const AUTHENTICATOR_DATA = 4_096;
const ATTESTATION = 16_384;
const SIGNATURE = 2_048;
const USER_HANDLE = 100;

const bytes = (most: number) =>
  z
    .string()
    .regex(/^[\w-]+$/)
    .max(most)
    .describe('base64url');

const TRANSPORTS = [
  ...(['ble', 'cable', 'hybrid', 'internal'] as const),
  ...(['nfc', 'smart-card', 'usb'] as const),
] as const;

const transports = z.array(z.enum(TRANSPORTS)).max(TRANSPORTS.length);

const credentialKey = {
  id: bytes(CREDENTIAL_ID),
  rawId: bytes(CREDENTIAL_ID),
  type: z.literal('public-key'),
};

/** What a device answers to creation options. Fields that nobody reads are dropped. */
export const registration = z.object({
  ...credentialKey,
  response: z.object({
    clientDataJSON: bytes(CLIENT_DATA),
    attestationObject: bytes(ATTESTATION),
    transports: transports.optional(),
  }),
});

/** What a device answers to request options. */
export const assertion = z.object({
  ...credentialKey,
  response: z.object({
    clientDataJSON: bytes(CLIENT_DATA),
    authenticatorData: bytes(AUTHENTICATOR_DATA),
    signature: bytes(SIGNATURE),
    userHandle: bytes(USER_HANDLE).describe('which customer the device signs for'),
  }),
});

export type Registration = z.output<typeof registration>;
export type Assertion = z.output<typeof assertion>;

const seconds = z.int().describe('seconds since 1970-01-01T00:00Z');

const challenge = z.string().describe('base64url; signed once');
const timeout = z.int().describe('milliseconds');

/** For `navigator.credentials.create`. */
const creationOptions = z.object({
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({
    id: z.string().describe('base64url; says nothing of who it is'),
    name: z.string(),
    displayName: z.string(),
  }),
  challenge,
  pubKeyCredParams: z.array(
    z.object({ type: z.literal('public-key'), alg: z.int().describe('COSE algorithm') }),
  ),
  timeout,
  excludeCredentials: z.array(
    z.object({ type: z.literal('public-key'), id: z.string(), transports }),
  ),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
  attestation: z.literal('none'),
});

/** For `navigator.credentials.get`. It names no credential: that would tell who has one. */
const requestOptions = z.object({
  challenge,
  rpId: z.string(),
  timeout,
  userVerification: z.literal('required'),
});

export const registrationBegun = z.object({ options: creationOptions, expiresAt: seconds });

export const authenticationBegun = z.object({ options: requestOptions, expiresAt: seconds });

export const stepUpBegun = authenticationBegun.extend({
  boundTo: digest.describe('of the terms; submitted with the factors'),
  payment: z
    .object({ payee: identifier, amount, currency })
    .describe('what the page has to show before the device signs'),
});

export const passkey = z.object({
  passkeyId: z.string(),
  name: z.string(),
  registeredAt: seconds,
  usedAt: seconds.nullable(),
  backedUp: z.boolean().describe("whether the device's maker copies it to other devices"),
  suspended: z.boolean().describe('it seems to be copied, and is no longer accepted'),
});

export type RegistrationBegun = DeepReadonly<z.output<typeof registrationBegun>>;
export type AuthenticationBegun = DeepReadonly<z.output<typeof authenticationBegun>>;
export type StepUpBegun = DeepReadonly<z.output<typeof stepUpBegun>>;
export type PasskeyRecord = DeepReadonly<z.output<typeof passkey>>;
