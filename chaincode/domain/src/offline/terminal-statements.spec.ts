// SPDX-License-Identifier: Apache-2.0
// Payee certificates, and the statements of a certified terminal.
import {
  ISSUER,
  newCancellation,
  newKey,
  newPayee,
  newRequest,
  OFFLINE_BANK,
  refusal,
  signed,
  VECTOR_KEYS,
} from '../../../../test/support/offline-world';
import { requestHash } from './payment-request';
import {
  decodeCancellation,
  decodeReceipt,
  encodeReceipt,
  verifyCancellation,
  verifyReceipt,
} from './terminal-statements';
import { verifyPayeeCertificate } from './verify-issued';

const payee = verifyPayeeCertificate(newPayee(), [ISSUER]);
const request = newRequest();
const stated = {
  voucherDigest: Buffer.alloc(32, 1),
  requestHash: requestHash(request),
  acceptedAt: 1_800_000_000,
};
const receipt = signed('offpay/receipt', encodeReceipt(stated), VECTOR_KEYS.terminal);

describe('a payee certificate', () => {
  it('is believed only from the issuer of its bank', () => {
    expect(payee).toMatchObject({ bankId: OFFLINE_BANK, name: 'Bäckerei Sørensen' });
    const code = 'OFFLINE_PAYEE_UNTRUSTED';
    expect(refusal(() => verifyPayeeCertificate(newPayee({ bankId: 'bank-2' }), [ISSUER]))).toBe(
      code,
    );
    expect(refusal(() => verifyPayeeCertificate(newPayee(), []))).toBe(code);
  });

  it.each([
    ['a letter and a mark apart', 'Cafe\u0301'],
    ['what turns text round', 'Shop\u202etxt'],
    ['what cannot be seen', 'Sh\u200bop'],
    ['a line break', 'Shop\nTwo'],
    ['a space at an end', 'Shop '],
    ['two spaces', 'Shop  Two'],
    ['more than 64 bytes', 'é'.repeat(33)],
    ['nothing', ''],
  ])('has no name with %s', (_, name) => {
    expect(refusal(() => newPayee({ name }))).toBe('OFFLINE_MALFORMED');
  });

  it.each(['北京市某某商贸有限公司', 'Bäckerei Sørensen & Söhne', 'مخبز', 'Shop 24/7', 'O’Neill'])(
    'may have the name %s',
    (name) => {
      expect(verifyPayeeCertificate(newPayee({ name }), [ISSUER]).name).toBe(name);
    },
  );
});

describe('a receipt', () => {
  it('says what was accepted, and counts only from the terminal itself', () => {
    expect(verifyReceipt(receipt, payee)).toEqual(stated);
    const forged = signed('offpay/receipt', encodeReceipt(stated), newKey());
    expect(refusal(() => verifyReceipt(forged, payee))).toBe('OFFLINE_SIGNATURE_INVALID');
    const nowhere = { terminalKey: Buffer.alloc(64, 1) };
    expect(refusal(() => verifyReceipt(receipt, nowhere))).toBe('OFFLINE_SIGNATURE_INVALID');
  });

  it('fits into a small code', () => expect(receipt.length).toBeLessThanOrEqual(200));

  it('is not a cancellation, and the other way round', () => {
    const cancellation = newCancellation(request);
    expect(verifyCancellation(cancellation, payee).requestHash.length).toBe(32);
    expect(refusal(() => verifyCancellation(receipt, payee))).toBe('OFFLINE_MALFORMED');
    expect(refusal(() => verifyReceipt(cancellation, payee))).toBe('OFFLINE_MALFORMED');
    expect(refusal(() => decodeCancellation(encodeReceipt(stated)))).toBe('OFFLINE_MALFORMED');
    expect(decodeReceipt(encodeReceipt(stated))).toEqual(stated);
  });
});
