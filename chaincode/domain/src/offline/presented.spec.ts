// SPDX-License-Identifier: Apache-2.0
// Voucher and certificate in one piece: they are read back unchanged, and in no other form.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded.js';
import { DomainError } from '../base/errors.js';
import { decodePresented, encodePresented } from './presented.js';

fc.configureGlobal({ seed: SEED });

const bytes = fc.uint8Array({ maxLength: 300 });

test('voucher and certificate are read back unchanged', () => {
  fc.assert(
    fc.property(bytes, bytes, (voucher, certificate) => {
      const read = decodePresented(encodePresented({ voucher, certificate }));
      expect(Buffer.compare(read.voucher, voucher)).toBe(0);
      expect(Buffer.compare(read.certificate, certificate)).toBe(0);
    }),
  );
});

test('any other bytes are refused, and nothing else is thrown', () => {
  fc.assert(
    fc.property(bytes, (hostile) => {
      try {
        const read = decodePresented(hostile);
        expect(Buffer.compare(encodePresented(read), hostile)).toBe(0);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        expect(error.code).toBe('OFFLINE_MALFORMED');
      }
    }),
  );
});

test('missing or additional bytes are refused', () => {
  const whole = encodePresented({ voucher: Buffer.of(1), certificate: Buffer.of(2) });
  const others = [
    whole.subarray(0, -1),
    Buffer.concat([whole, Buffer.of(0)]),
    Buffer.of(0x81, 0x40),
  ];
  for (const other of others) expect(() => decodePresented(other)).toThrow(DomainError);
});
