// SPDX-License-Identifier: Apache-2.0
// Statements, proofs and their comparison: who is believed, what a proof shows, and that each lie is named.
import { generateKeyPairSync } from 'node:crypto';
import {
  AUTHORITY,
  attributesExtension,
  COMMON_NAME,
  makeCertificate,
} from '../../../testing/src/x509';
import { canonicalJson } from '../base/canonical.js';
import { signBytes } from '../base/sign.js';
import { signCose } from '../offline/cose.js';
import { issuerKid } from '../offline/device-key.js';
import { checkBacking } from './check-backing.js';
import {
  backingProof,
  leafBytes,
  leavesOf,
  LeafTree,
  treesOf,
  type BackingProof,
} from './leaves.js';
import { sumsOf, type Liability } from './liabilities.js';
import {
  isCounted,
  missingBacking,
  shortIn,
  signStatement,
  STATEMENT_FAULTS,
  statementOf,
  verifyStatement,
  type BackingStatement,
  type StatedCurrency,
} from './statement.js';

const SEED = Buffer.alloc(32, 7);
const BANK_ID = 'bank-1';

const newPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const named = (text: string) => [[COMMON_NAME, text]] as const;

const root = newPair();
const node = newPair();
const spkiOf = ({ publicKey }: ReturnType<typeof newPair>): string =>
  publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

const authority = makeCertificate(
  {
    subject: named('bank ca'),
    issuer: named('bank ca'),
    publicKey: root.publicKey,
    extensions: [AUTHORITY],
  },
  root.privateKey,
);

const certificateOf = (attributes: object, { privateKey } = root): string =>
  makeCertificate(
    {
      subject: named('bank-node'),
      issuer: named('bank ca'),
      publicKey: node.publicKey,
      extensions: [attributesExtension(JSON.stringify({ attrs: attributes }))],
    },
    privateKey,
  );

const certificate = certificateOf({ role: 'bank-node', actor: BANK_ID });

const owes = (id: string, amount: string, kind: Liability['kind'] = 'customer'): Liability => ({
  ...{ bankId: BANK_ID, currency: 'EUR', kind, id, amount },
});

const LIABILITIES = [owes('c-1', '700'), owes('c-2', '250'), owes('m-1', '50', 'payee')];
const LEAVES = leavesOf(LIABILITIES, SEED);
const TREE = new LeafTree(LEAVES);
const SUPPLY = new Map([['EUR', 1000n]]);

const EUR: StatedCurrency = {
  supply: '1000',
  backing: [
    { asset: 'completed', host: 'iso8583', amount: '1200' },
    { asset: 'paidOut', host: 'iso8583', amount: '-200' },
  ],
  underWay: '0',
};

const stating = (eur: Partial<StatedCurrency> = {}, leaves = LEAVES): BackingStatement =>
  statementOf({
    ...{ bankId: BANK_ID, day: '2026-11-30', height: { block: 7, hash: 'ab' }, at: 1_796_000_000 },
    stated: { EUR: { ...EUR, ...eur } },
    ...{ trees: treesOf(leaves), owed: sumsOf(LIABILITIES), seed: SEED },
  });

const sign = (bytes: Uint8Array) => signBytes(node.privateKey, bytes);
const signed = (statement = stating()) => signStatement(statement, sign, spkiOf(node));

/** Signed in the right envelope, whatever it says. */
const signedText = (text: string, kid = issuerKid(spkiOf(node))) =>
  signCose('offpay/backing', Buffer.from(text), sign, kid);

const proofOf = (id: string): BackingProof =>
  backingProof.parse(TREE.proofOf({ kind: 'customer', id }));

test('a statement by the bank’s node is believed, and says what was stated', async () => {
  const result = verifyStatement(await signed(), certificate, [authority]);
  expect(result).toEqual({ ok: true, statement: stating() });
});

const FAULTS: Readonly<Record<keyof typeof STATEMENT_FAULTS, () => Promise<unknown>>> = {
  malformed: async () => {
    const whole = { ...stating(), more: 1 };
    const other = verifyStatement(await signedText(canonicalJson(whole)), certificate, [authority]);
    const spaced = JSON.stringify(stating(), null, 1);
    expect(verifyStatement(await signedText(spaced), certificate, [authority])).toEqual(other);
    return other;
  },
  certificateUntrusted: async () => {
    const foreign = certificateOf({ role: 'bank-node', actor: BANK_ID }, newPair());
    const bytes = await signed();
    const unread = { ok: false, reason: 'certificateUntrusted' };
    expect(verifyStatement(bytes, certificate, [])).toEqual(unread);
    expect(verifyStatement(bytes, 'no certificate', [authority])).toEqual(unread);
    return verifyStatement(bytes, foreign, [authority]);
  },
  otherRole: async () =>
    verifyStatement(await signed(), certificateOf({ role: 'teller', actor: BANK_ID }), [authority]),
  otherBank: async () =>
    verifyStatement(await signed(), certificateOf({ role: 'bank-node', actor: 'bank-2' }), [
      authority,
    ]),
  certificateNotValid: async () =>
    verifyStatement(await signed({ ...stating(), at: 1_500_000_000 }), certificate, [authority]),
  signatureForged: async () => {
    const bytes = await signed();
    const wrongKid = await signedText(canonicalJson(stating()), Buffer.alloc(8));
    const forged = { ok: false, reason: 'signatureForged' };
    expect(verifyStatement(wrongKid, certificate, [authority])).toEqual(forged);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    return verifyStatement(bytes, certificate, [authority]);
  },
};

test.each(Object.keys(FAULTS) as (keyof typeof FAULTS)[])(
  'one is not believed: %s',
  async (reason) => {
    expect(await FAULTS[reason]()).toEqual({ ok: false, reason });
  },
);

test('any changed byte of a signed statement is noticed', async () => {
  const bytes = await signed();
  for (let place = 0; place < bytes.length; place += 1) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(place) ^ 4, place);
    expect(verifyStatement(changed, certificate, [authority]).ok).toBe(false);
  }
});

describe('a proof', () => {
  test('shows that a balance is counted', () => {
    for (const id of ['c-1', 'c-2']) expect(isCounted(stating(), proofOf(id))).toBe(true);
    expect(TREE.proofOf({ kind: 'customer', id: 'c-3' })).toBeUndefined();
    expect(TREE.proofOf({ kind: 'payee', id: 'c-1' })).toBeUndefined();
  });

  test.each([
    ['amount', { amount: '701' }],
    ['holder', { id: 'c-2' }],
    ['kind', { kind: 'payee' as const }],
    ['bank', { bankId: 'bank-2' }],
    ['blinding', { blinding: '0'.repeat(64) }],
    ['amount below zero', { amount: '-700' }],
    ['currency that is not stated', { currency: 'USD' }],
  ])('with another %s shows nothing', (_, change) => {
    const proof = proofOf('c-1');
    expect(isCounted(stating(), { ...proof, leaf: { ...proof.leaf, ...change } })).toBe(false);
  });

  test('of another statement, of another size, or of nothing shows nothing', () => {
    const other = stating({}, leavesOf(LIABILITIES, Buffer.alloc(32, 8)));
    expect(isCounted(other, proofOf('c-1'))).toBe(false);
    expect(isCounted(stating(), { ...proofOf('c-1'), size: 4 })).toBe(false);
    for (const nothing of [null, undefined, 'x', {}, { leaf: null }])
      expect(isCounted(stating(), nothing)).toBe(false);
  });

  test('does not let its reader guess the balance beside it', () => {
    const { path } = proofOf('c-1');
    const unblinded = LIABILITIES.map((each) => leavesOf([each], Buffer.alloc(32)));
    for (const leaves of unblinded) expect(path).not.toContain(new LeafTree(leaves).root);
    const blindings = new Set(LEAVES.map(({ blinding }) => blinding));
    expect(blindings.size).toBe(LEAVES.length);
  });

  test('is over the canonical JSON of its leaf', () => {
    for (const leaf of LEAVES) expect(leafBytes(leaf).toString()).toBe(canonicalJson(leaf));
  });

  test('is made in time among a hundred thousand leaves', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => owes(`c-${index}`, `${index + 1}`));
    const tree = new LeafTree(leavesOf(many, SEED));
    const proof = tree.proofOf({ kind: 'customer', id: 'c-99999' });
    expect(tree.size).toBe(100_000);
    expect(proof?.path.length).toBeLessThanOrEqual(17);
  });
});

describe('compared with the ledger', () => {
  test('a right statement differs in nothing', () => {
    expect(checkBacking(stating(), SUPPLY, LEAVES)).toEqual([]);
  });

  const moved = leavesOf([owes('c-1', '600'), ...LIABILITIES.slice(1)], SEED);
  const fewer = leavesOf(LIABILITIES.slice(1), SEED);

  test.each([
    ['less backing than supply', stating({ backing: [] }), ['backing'], '1000', '0'],
    ['less supply', stating({ supply: '900' }), ['supply', 'owedToBanks'], '1000', '900'],
    ['another balance', stating({}, moved), ['root'], TREE.root, new LeafTree(moved).root],
    ['a holder less', stating({}, fewer), ['leaves', 'root'], '3', '2'],
  ])('%s is named', (_, statement, rules, expected, found) => {
    const differences = checkBacking(statement, SUPPLY, LEAVES);
    expect(differences.map(({ rule }) => rule)).toEqual(rules);
    expect(differences[0]).toMatchObject({ currency: 'EUR', expected, found });
  });

  test('less supply and less backing together are both named', () => {
    const statement = stating({
      supply: '900',
      backing: [{ asset: 'completed', host: null, amount: '900' }],
    });
    const rules = checkBacking(statement, SUPPLY, LEAVES).map(({ rule }) => rule);
    expect(rules).toEqual(['supply', 'owedToBanks', 'backing']);
  });

  test('a currency that is not stated is named, unless nobody has any', () => {
    const silent = { ...stating(), currencies: {} };
    expect(checkBacking(silent, SUPPLY, LEAVES)).toEqual([
      { rule: 'currency', currency: 'EUR', expected: 'stated', found: 'missing' },
    ]);
    expect(checkBacking(silent, new Map([['EUR', 0n]]), [])).toEqual([]);
  });

  test('what payees of other banks got is owed to these banks', () => {
    const supply = new Map([['EUR', 1040n]]);
    const { currencies } = stating({ supply: '1040' });
    expect(currencies['EUR']?.owedToBanks).toBe('40');
    expect(checkBacking(stating({ supply: '1040' }), supply, LEAVES)).toMatchObject([
      { rule: 'backing', expected: '1040', found: '1000' },
    ]);
  });
});

test.each([
  ['0', '0'],
  ['30', '30'],
  ['-30', '0'],
])(
  'with %s under way, %s is missing: what is reserved for money to come backs nothing else',
  (underWay, missing) => {
    expect(missingBacking({ ...EUR, underWay }).toString()).toBe(missing);
    expect(shortIn(stating({ underWay }))).toEqual(missing === '0' ? [] : ['EUR']);
  },
);
