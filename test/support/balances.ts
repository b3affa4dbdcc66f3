// SPDX-License-Identifier: Apache-2.0
// The money of one party, as the ledger's queries answer it, in minor units.
import type { Client } from '@fabric-offline-pay/sdk';
import { CURRENCY } from '@fabric-offline-pay/testing';

/** The money that a payee was credited with, rolled up or not. */
export async function earnedBy({ settlement }: Client, payeeId: string): Promise<bigint> {
  const { balance, open } = await settlement.readPayee({ payeeId, currency: CURRENCY });
  return BigInt(balance) + BigInt(open);
}

/** The money that a customer can spend. */
export async function availableTo({ settlement }: Client, customerId: string): Promise<bigint> {
  return BigInt((await settlement.readAccount({ customerId, currency: CURRENCY })).available);
}

/** Every currency balances: the ledger holds the issued money less the redeemed money. */
export async function expectLedgerBalanced({ settlement }: Client): Promise<void> {
  const { currencies } = await settlement.totals({});
  expect(Object.keys(currencies)).not.toEqual([]);
  for (const { issued, redeemed, onLedger } of Object.values(currencies))
    expect(BigInt(onLedger)).toBe(BigInt(issued) - BigInt(redeemed));
}
