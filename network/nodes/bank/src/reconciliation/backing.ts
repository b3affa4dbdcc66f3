// SPDX-License-Identifier: Apache-2.0
// The statement of backing: what is on the ledger, and what backs it outside. Signed, so that an auditor can hold the bank to it.
// A compact JWS (RFC 7515) instead of COSE: it is one line of text that every language's libraries verify, and bytes do not count here.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { sha256Hex } from '@fabric-offline-pay/domain';
import { readOrMake } from '@fabric-offline-pay/node-common/node';
import { compareLedger } from './compare-ledger.js';
import type { LedgerHeight, Snapshot } from './snapshot.js';
import { aheadIn, backingOf, circulatingOf, currenciesOf, partsOf, wholeOf } from './sums.js';

/** Of one currency, in minor units; `paidOut` is at most zero, and the other parts of `backedBy` hardly ever below. */
interface CurrencyBacking {
  readonly circulating: string;
  /** By part: at hosts reserved and completed, less paid out; over the counter; what the bank bears. */
  readonly backedBy: Readonly<Record<string, string>>;
  /** What of the backing is not on the ledger yet, or not any more, because an entry is under way. */
  readonly underWay: string;
  /** backedBy − circulating − underWay; below zero: so much is not backed. */
  readonly unexplained: string;
}

/** What the bank states. */
export interface Backing {
  readonly bankId: string;
  /** UTC, on which it was made. */
  readonly day: string;
  readonly ledger: LedgerHeight;
  readonly currencies: Readonly<Record<string, CurrencyBacking>>;
}

/** Later than any day. */
const ALWAYS = '9999-12-31';

function ofCurrency(currency: string, { until, items }: Snapshot): CurrencyBacking {
  const parts = partsOf(currency, until);
  const backedBy = backingOf(parts);
  const circulating = circulatingOf(parts);
  const ahead = aheadIn(currency, compareLedger(ALWAYS, items).underWay);
  return {
    circulating: circulating.toString(),
    backedBy: Object.fromEntries(
      Object.entries(backedBy).map(([part, units]) => [part, units.toString()]),
    ),
    underWay: ahead.toString(),
    unexplained: (wholeOf(backedBy) - circulating - ahead).toString(),
  };
}

/** @returns the statement of this moment */
export function backingAt(
  { bankId, day }: Pick<Backing, 'bankId' | 'day'>,
  snapshot: Snapshot,
): Backing {
  const currencies = currenciesOf(snapshot.until.ledger, snapshot.until.book);
  return {
    ...{ bankId, day, ledger: snapshot.ledger },
    currencies: Object.fromEntries(
      currencies.map((currency) => [currency, ofCurrency(currency, snapshot)]),
    ),
  };
}

/** Signs statements. */
export interface BackingKey {
  /** JSON Web Key (RFC 8037), to be given to auditors by another way than this node. */
  readonly publicKey: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };
  /** @returns a compact JWS. Ed25519 signs the same text with the same bytes, so that a repetition makes the same statement. */
  readonly sign: (statement: Backing) => string;
}

const base64url = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

const newKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

/**
 * @param file an Ed25519 key as PEM (PKCS #8). It is made when there is none.
 * @throws NetworkError `SETTING_FILE_UNUSABLE` when the file holds no such key
 */
export function backingKey(file: string): BackingKey {
  const named = { setting: 'backingKeyFile', file, content: 'ed25519Key' } as const;
  const privateKey = createPrivateKey(readOrMake(named, newKey));
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = { kty: 'OKP', crv: 'Ed25519', x: x ?? '' } as const;
  // RFC 7638: the members in the order of their names.
  const thumbprint = sha256Hex(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }));
  const kid = Buffer.from(thumbprint, 'hex').toString('base64url');
  const header = base64url({ alg: 'EdDSA', kid, typ: 'backing+jws' });
  return {
    publicKey,
    sign: (statement) => {
      const text = `${header}.${base64url(statement)}`;
      return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
    },
  };
}
