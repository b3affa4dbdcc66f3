// SPDX-License-Identifier: Apache-2.0
// Checks what a passkey signed. Every reason to refuse is alike for the caller.
import type { DeepReadonly } from '@fabric-offline-pay/domain';
import type { PasskeyConfig } from './passkey-config.js';
import type { Assertion, Registration } from './passkey-shapes.js';

/** COSE algorithms of new passkeys, the preferred first: Ed25519, ECDSA P-256, RSA (Windows Hello). */
export const ALGORITHMS = [-8, -7, -257] as const;

/** Loaded when the first passkey is checked: that takes as long as the start of the node, and many nodes offer none. */
const library = () => import('@simplewebauthn/server');

function parsed(clientDataJSON: string): unknown {
  try {
    return JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** @returns a field of what the browser signed with, undefined when it cannot be read. */
export function fieldOf(clientDataJSON: string, name: string): unknown {
  const data = parsed(clientDataJSON);
  return typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
}

/** A page of somebody else may not show the bank's page and let it sign: the library allows some of that. */
const isFramed = (clientDataJSON: string): boolean =>
  (fieldOf(clientDataJSON, 'crossOrigin') ?? false) !== false;

/** The library throws for all that is wrong, also for what cannot be read. */
async function orUndefined<Result>(check: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await check();
  } catch {
    return undefined;
  }
}

/** What a new passkey is. */
export interface NewPasskey {
  readonly credentialId: string;
  /** COSE, in base64url. */
  readonly publicKey: string;
  readonly counter: number;
  readonly backedUp: boolean;
}

/** @returns the passkey, or undefined when it is refused. */
export const verifyRegistration = (
  { rpId, origins }: PasskeyConfig,
  expectedChallenge: string,
  { response, ...credential }: DeepReadonly<Registration>,
): Promise<NewPasskey | undefined> =>
  orUndefined(async () => {
    if (isFramed(response.clientDataJSON)) return undefined;
    const { verifyRegistrationResponse } = await library();
    const { clientDataJSON, attestationObject } = response;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...credential,
        response: { clientDataJSON, attestationObject },
        clientExtensionResults: {},
      },
      expectedChallenge,
      expectedOrigin: origins,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
    if (!verified || registrationInfo.fmt !== 'none') return undefined;
    const { credential: made, credentialBackedUp: backedUp } = registrationInfo;
    const publicKey = Buffer.from(made.publicKey).toString('base64url');
    return { credentialId: made.id, publicKey, counter: made.counter, backedUp };
  });

/** What is known of the passkey that is said to have signed. */
export interface KnownPasskey {
  readonly credential_id: string;
  readonly public_key: string;
}

/** What the device signed beside the challenge. */
export interface Signed {
  readonly counter: number;
  readonly backedUp: boolean;
}

/**
 * The counter is left to the caller: only a counter that was really signed may suspend a passkey.
 * @returns what was signed, or undefined when it is refused.
 */
export const verifyAssertion = (
  { rpId, origins }: PasskeyConfig,
  expectedChallenge: string,
  { credential_id: id, public_key }: KnownPasskey,
  assertion: Assertion,
): Promise<Signed | undefined> =>
  orUndefined(async () => {
    if (isFramed(assertion.response.clientDataJSON)) return undefined;
    const { verifyAuthenticationResponse } = await library();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...assertion, clientExtensionResults: {} },
      expectedChallenge,
      expectedOrigin: origins,
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: {
        id,
        publicKey: new Uint8Array(Buffer.from(public_key, 'base64url')),
        counter: 0,
      },
    });
    const { newCounter: counter, credentialBackedUp: backedUp } = authenticationInfo;
    return verified ? { counter, backedUp } : undefined;
  });

/** A counter that does not rise says that two devices have the key (WebAuthn, 6.1.1). Devices that do not count say 0. */
export const seemsCopied = (stored: number, signed: number): boolean =>
  (stored > 0 || signed > 0) && signed <= stored;
