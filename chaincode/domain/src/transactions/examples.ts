// SPDX-License-Identifier: Apache-2.0
// One purchase through all examples of the table. The ids are the same everywhere, so that the documents tell one story.

export const DIGEST = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
export const ORDER = { merchantId: 'merchant-1', orderNumber: 'ORD-1001' };
export const LOGIN = { loginId: 'login-1' };
export const CUSTOMER_ID = 'customer-1';
export const BANK_ID = 'bank-1';
export const LOGISTICS_ID = 'logistics-1';
export const GTIN = '4006381333931';
export const DEVICE_KEY =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==';
export const ADDRESSES = {
  salt: DIGEST,
  addresses: [
    { ref: 'addr-1', latitude: 52530644, longitude: 13383068, text: 'Example Street 1, Berlin' },
  ],
};
export const BASKET = {
  ...ORDER,
  customerId: CUSTOMER_ID,
  loginId: LOGIN.loginId,
  logisticsId: LOGISTICS_ID,
  currency: 'EUR',
  lines: [{ gtin: GTIN, quantity: 2, unitPrice: '1250', goodsDigest: DIGEST }],
  addressRefs: ['addr-1'],
  addressesDigest: DIGEST,
};
export const TERMS = {
  ...BASKET,
  channel: 'settlement',
  addressRef: 'addr-1',
  courierId: 'courier-1',
  fee: '450',
  goodsTotal: '2500',
  total: '2950',
  holdSeconds: 3600,
  deliveryCommitment: DIGEST,
};
/** An order paid without a network has no login. */
export const OFFLINE_TERMS = { ...TERMS, loginId: 'offline' };
export const RESERVE = { customerId: CUSTOMER_ID, deviceId: 'phone', epoch: 1 };
export const FRAUD = {
  ...RESERVE,
  counter: 2,
  digest: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
};
export const OBJECT = '0oRDoQEmoEGAWEA=';
export const ISSUER_KID = '0123456789abcdef';
export const CERTIFICATE_PEM = '-----BEGIN CERTIFICATE-----';
export const SIGNATURE = 'base64-of-64-bytes';
export const STATEMENT = {
  orderNumber: ORDER.orderNumber,
  lines: [{ gtin: GTIN, quantity: 2 }],
  goodsTotal: '2500',
  currency: 'EUR',
};
