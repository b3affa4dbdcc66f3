// SPDX-License-Identifier: Apache-2.0
// The states of logins and changes, and the results of tries.

export const FACTORS = ['password', 'sms', 'passkey'] as const;

export type Factor = (typeof FACTORS)[number];

/** What a factor proves. An authentication needs one of each (PSD2 RTS, Art. 4): a passkey takes the place of a message code. */
export const PROVES: Readonly<Record<Factor, 'knowledge' | 'possession'>> = {
  password: 'knowledge',
  sms: 'possession',
  passkey: 'possession',
};

export const ATTEMPT_RESULTS = [
  ...(['PASSED', 'PASSWORD_WRONG', 'CODE_WRONG'] as const),
  ...(['CODE_EXPIRED', 'CODE_EXHAUSTED', 'LOCKED'] as const),
  ...(['PASSKEY_WRONG', 'PASSKEY_COPIED', 'CHALLENGE_OVER'] as const),
] as const;

/** The result of a try of a factor; for the bank's operator only. */
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];

export const CHANGE_KINDS = ['change', 'recovery'] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

export const CHANGE_STATES = ['asked', 'unconfirmed', 'waiting', 'cancelled', 'done'] as const;

export type ChangeState = (typeof CHANGE_STATES)[number];

export const LOGIN_STATES = [
  ...(['opened', 'authenticating', 'completing'] as const),
  ...(['authenticated', 'failing', 'failed'] as const),
] as const;

export type LoginState = (typeof LOGIN_STATES)[number];
