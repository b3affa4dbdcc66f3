// SPDX-License-Identifier: Apache-2.0
// The chaincode accepts customers' signatures.
import { generateKeyPairSync } from 'node:crypto';
import { ratingsText, signedText, TRANSACTIONS, verifyEs256 } from '@fabric-offline-pay/domain';
import { signRatings, signTerms } from './customer-signature.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const { terms } = TRANSACTIONS.express.order.example;
const rating = TRANSACTIONS.feedback.rate.example;

test('signTerms signs exactly these terms', () => {
  const signature = signTerms(privateKey, terms);
  expect(verifyEs256(spki, signedText(terms), signature)).toBe(true);
  expect(verifyEs256(spki, signedText({ ...terms, total: '1' }), signature)).toBe(false);
});

test('signRatings signs these ratings of this order, from PEM too', () => {
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signature = signRatings(pem, rating, rating.ratings);
  expect(verifyEs256(spki, ratingsText(rating, rating.ratings), signature)).toBe(true);
  expect(
    verifyEs256(spki, ratingsText({ ...rating, orderNumber: 'other' }, rating.ratings), signature),
  ).toBe(false);
});
