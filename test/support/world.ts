// SPDX-License-Identifier: Apache-2.0
// The small world of the testing package, which our own tests build on real peers too.
export {
  addressesOf,
  BANK,
  CURRENCY,
  deliverySecretOf,
  GOODS,
  LOGISTICS,
  MERCHANT,
  POLICY,
  World,
  type ClientFor,
  type CustomerDevice,
  type PurchaseOptions,
} from '@fabric-offline-pay/testing';
