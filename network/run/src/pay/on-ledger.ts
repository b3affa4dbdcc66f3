// SPDX-License-Identifier: Apache-2.0
// The organisations by their certificates alone: every step is a transaction of this program.
import type { OrderKey, OrderState } from '@fabric-offline-pay/domain';
import type { LedgerClients } from '@fabric-offline-pay/operate';
import { CAPTURE_ID, type Passages } from '@fabric-offline-pay/sdk';
import type { BankDesk, CourierDesk, MerchantDesk, Organisations } from './organisations.js';

const stateOf = async (noted: Promise<{ readonly state: OrderState }>): Promise<OrderState> =>
  (await noted).state;

async function merchantDesk(clients: LedgerClients, merchantId: string): Promise<MerchantDesk> {
  const { settlement } = await clients.client('merchant', 'cashier', merchantId);
  return {
    void: (passages, key) => stateOf(passages.note('settlement:void', () => settlement.void(key))),
    refund: (passages, refund) =>
      stateOf(passages.note('settlement:refund', () => settlement.refund(refund))),
  };
}

async function courierDesk(clients: LedgerClients): Promise<CourierDesk> {
  const { logistics } = await clients.client('logistics', 'courier');
  return {
    pickUp: async (passages, key, book) => {
      const transient = { ...book };
      await passages.note('logistics:pickUp', () => logistics.pickUp(key, { transient }));
    },
    deliver: (passages, delivery) =>
      stateOf(passages.note('logistics:deliver', () => logistics.deliver(delivery))),
  };
}

/** What the merchant claims: nothing was captured before the alarm. */
async function captureClaimed(
  clients: LedgerClients,
  passages: Passages,
  key: OrderKey,
): Promise<OrderState> {
  const { orderNumber, settlement, feedback } = await clients.client('bank', 'bank-node');
  await passages.caughtUp();
  const { hold, claimed } = await orderNumber.readOrder(key);
  const amount = claimed ?? hold?.authorised ?? '0';
  const claim = { ...key, captureId: CAPTURE_ID, amount };
  const state = await stateOf(passages.note('settlement:capture', () => settlement.capture(claim)));
  await passages.note('feedback:storePurchase', () => feedback.storePurchase(key));
  return state;
}

/** When a hold has expired, the bank gives the money back. A bank's node does the same by its clock. */
async function expire(
  clients: LedgerClients,
  passages: Passages,
  key: OrderKey,
): Promise<OrderState> {
  const { settlement } = await clients.client('bank', 'bank-node');
  return stateOf(passages.note('settlement:expire', () => settlement.expire(key)));
}

const bankDesk = (clients: LedgerClients): BankDesk => ({
  resolved: (passages, key) => captureClaimed(clients, passages, key),
  upheld: async (passages, key) => {
    const { settlement } = await clients.client('bank', 'bank-node');
    return stateOf(passages.note('settlement:void', () => settlement.void(key)));
  },
  expired: (passages, key) => expire(clients, passages, key),
  payOut: async (request) => {
    const cashier = await clients.client('merchant', 'cashier', request.payeeId);
    const teller = await clients.client('bank', 'teller');
    const { blockNumber } = await cashier.settlement.requestPayout({ ...request });
    await clients.catchUp(blockNumber);
    await teller.settlement.redeem({ ...request });
  },
});

export const organisationsOnLedger = (clients: LedgerClients): Organisations => ({
  parties: (merchantId) => clients.parties(merchantId),
  merchant: (merchantId) => merchantDesk(clients, merchantId),
  courier: () => courierDesk(clients),
  bank: bankDesk(clients),
});
