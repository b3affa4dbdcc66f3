// SPDX-License-Identifier: Apache-2.0
// The third way of an order: to deliver, and paid by a device without a network.
import { OFFLINE_LOGIN, termsDigest } from '@fabric-offline-pay/domain';
import { termsOf, type Parties, type PipelineResult, type Purchase } from '@fabric-offline-pay/sdk';
import { quoteLeg, settleLeg } from './express-legs.js';
import { reserveKeyOf, wire, type OfflineLedger } from './offline-ledger.js';
import type { Device } from './offline-world.js';

/** Places the order by a voucher of the device, and has the bank settle it. */
export const runOffline =
  (ledger: OfflineLedger, device: Device) =>
  async (
    parties: Parties,
    { basket, ...rest }: Purchase,
  ): Promise<Pick<PipelineResult, 'state'>> => {
    const purchase = { ...rest, basket: { ...basket, loginId: OFFLINE_LOGIN } };
    const { result } = await quoteLeg(parties, purchase);
    const terms = termsOf(purchase, result, purchase.choose(result));
    const payment = ledger.pay(device, {
      orderNumber: terms.orderNumber,
      amount: BigInt(terms.total),
      purpose: { kind: 'delivery', termsDigest: Buffer.from(termsDigest(terms), 'hex') },
    });
    const { deviceId, epoch } = reserveKeyOf(device);
    await parties.cashier.offline.order({
      terms,
      statement: purchase.merchantStatement,
      ...{ deviceId, epoch, ...wire(payment) },
    });
    const { merchantId, orderNumber } = basket;
    return { state: (await settleLeg(parties, { merchantId, orderNumber })).result.state };
  };
