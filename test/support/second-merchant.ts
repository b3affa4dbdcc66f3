// SPDX-License-Identifier: Apache-2.0
// A second merchant of the merchant organisation, for payments in which a device meets two payees.
import type { Client } from '@fabric-offline-pay/sdk';
import { BANK } from '@fabric-offline-pay/testing';

export const SECOND_MERCHANT = 'merchant-2';

/** Licenses the merchant; it has no goods. */
export async function licenseSecondMerchant({ goods }: Client): Promise<void> {
  const merchant = {
    merchantId: SECOND_MERCHANT,
    mspId: 'MerchantMSP',
    active: true,
    licence: { number: 'LIC-2', validUntil: 4_102_444_800 },
    categories: ['43000000'],
  };
  await goods.licenseMerchants({ bankId: BANK, merchants: [merchant] });
}
