// SPDX-License-Identifier: Apache-2.0
// Passkeys as a part of the bank's interface. A passkey takes the place of the message code, never that of the password.
import { operations } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { CUSTOMER_CHANNEL } from '../caller.js';
import { INPUTS } from '../inputs.js';
import { authenticationBegun, passkey, registrationBegun, stepUpBegun } from './passkey-shapes.js';

const channel = { roles: [CUSTOMER_CHANNEL] } as const;

const SMALL = 4;
const SIGNED = 32;
const TERMS = 64;

export const PASSKEY_OPERATIONS = operations({
  beginPasskeyAuthentication: {
    ...channel,
    method: 'POST',
    path: '/logins/:loginId/passkey-authentication',
    summary: 'Asks a passkey to sign for the login, instead of sending a code.',
    input: INPUTS.beginPasskeyAuthentication,
    output: authenticationBegun,
    errors: ['PASSKEYS_OFF', 'STATE_CONFLICT', 'PROFILE_INCOMPLETE', 'TOO_MANY_CHALLENGES'],
    bodyKiB: SMALL,
  },
  beginPasskeyStepUp: {
    ...channel,
    method: 'POST',
    path: '/logins/:loginId/passkey-step-up',
    summary: 'Asks a passkey to sign for the payment of these terms only.',
    input: INPUTS.beginPasskeyStepUp,
    output: stepUpBegun,
    errors: ['PASSKEYS_OFF', 'LOGIN_NOT_AUTHENTICATED', 'TOO_MANY_CHALLENGES'],
    bodyKiB: TERMS,
  },
  submitPasskey: {
    ...channel,
    method: 'POST',
    path: '/logins/:loginId/passkey',
    summary: 'Submits what a passkey signed. The answer does not say whether it was accepted.',
    input: INPUTS.submitPasskey,
    output: z.object({ received: z.literal(true) }),
    errors: ['PASSKEYS_OFF', 'NOT_FOUND', 'STATE_CONFLICT', 'LOGIN_NOT_AUTHENTICATED'],
    bodyKiB: SIGNED,
  },
  beginPasskey: {
    ...channel,
    method: 'POST',
    path: '/logins/:loginId/passkey-registrations',
    summary: 'Begins to register a passkey.',
    input: INPUTS.beginPasskey,
    output: registrationBegun,
    errors: ['PASSKEYS_OFF', 'LOGIN_NOT_AUTHENTICATED', 'TOO_MANY_PASSKEYS', 'TOO_MANY_CHALLENGES'],
    bodyKiB: SMALL,
  },
  registerPasskey: {
    ...channel,
    method: 'POST',
    path: '/logins/:loginId/passkeys',
    summary: 'Registers the passkey that the device made. The customer is told.',
    input: INPUTS.registerPasskey,
    output: passkey,
    errors: [
      'PASSKEYS_OFF',
      'LOGIN_NOT_AUTHENTICATED',
      'PASSKEY_REFUSED',
      'TOO_MANY_PASSKEYS',
      'MESSAGE_NOT_SENT',
      'TOO_MANY_MESSAGES',
    ],
    bodyKiB: SIGNED,
  },
  listPasskeys: {
    ...channel,
    method: 'GET',
    path: '/logins/:loginId/passkeys',
    summary: "The customer's passkeys, the newest first.",
    input: INPUTS.listPasskeys,
    output: z.array(passkey),
    errors: ['LOGIN_NOT_AUTHENTICATED'],
    bodyKiB: SMALL,
  },
  renamePasskey: {
    ...channel,
    method: 'PATCH',
    path: '/logins/:loginId/passkeys/:passkeyId',
    summary: 'Names a passkey.',
    input: INPUTS.renamePasskey,
    output: passkey,
    errors: ['LOGIN_NOT_AUTHENTICATED', 'NOT_FOUND'],
    bodyKiB: SMALL,
  },
  removePasskey: {
    ...channel,
    method: 'DELETE',
    path: '/logins/:loginId/passkeys/:passkeyId',
    summary: 'Removes a passkey, which is refused from then on. The customer is told.',
    input: INPUTS.removePasskey,
    output: z.object({ removed: z.literal(true) }),
    errors: ['LOGIN_NOT_AUTHENTICATED', 'NOT_FOUND', 'MESSAGE_NOT_SENT'],
    bodyKiB: SMALL,
  },
});
