// SPDX-License-Identifier: Apache-2.0
// Two of each thing that belongs to somebody, on the ledger and in the nodes: a caller's own, and another's.
import { createHash } from 'node:crypto';
import { runExpress, type Choice, type QuoteView } from '@fabric-offline-pay/sdk';
import { MERCHANT, World, type CustomerDevice } from '@fabric-offline-pay/testing';
import { ENROLMENT, PASSWORD } from '../../network/nodes/bank/src/testing/bank-fixture.js';
import { readLatestCode } from '../../network/nodes/bank/src/messages/read-latest-code.js';
import { defined, itemWhere } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { CHANNEL } from '../support/memory-world.js';
import { ORGANISATIONS } from '../support/rivals.js';
import type { AttackedNodes } from './attacked-nodes.js';

/** Whose a thing is, as the names of all things say. */
export type Side = 'own' | 'other';

export const SIDES: readonly Side[] = ['own', 'other'];

/** The couriers of the small world that may carry its goods; the customer's choice of one makes an order its own. */
export const COURIERS = { own: 'courier-cheap', other: 'courier-dear' } as const;

/** A merchant of the attacked organisation, and one of the rival. */
export const MERCHANTS = { own: MERCHANT, other: 'merchant-rival' } as const;

/** What one side has. */
export interface Belongings {
  readonly customerId: string;
  /** An authenticated login. */
  readonly loginId: string;
  /** A login of the same customer that was only begun. */
  readonly begunLoginId: string;
  readonly changeId: string;
  readonly token: string;
  /** 32 hex digits. */
  readonly passkeyId: string;
  readonly deviceId: string;
  /** At the side's merchant, carried by the side's courier; the other courier has one of this number at the own merchant, too. */
  readonly orderNumber: string;
  readonly disputeId: string;
  readonly courierId: string;
  readonly merchantId: string;
}

export type AllBelongings = Readonly<Record<Side, Belongings>>;

const namesOf = (side: Side): Belongings => ({
  customerId: `customer-${side}`,
  loginId: `login-${side}`,
  begunLoginId: `begun-${side}`,
  changeId: `change-${side}`,
  token: `tok-customer-${side}`,
  passkeyId: createHash('md5').update(side).digest('hex'),
  deviceId: `device-${side}`,
  orderNumber: `ORDER-${side}`,
  disputeId: `dispute-${side}`,
  courierId: COURIERS[side],
  merchantId: MERCHANTS[side],
});

/** What both sides are named, also before it exists. */
export const NAMES: AllBelongings = { own: namesOf('own'), other: namesOf('other') };

/** @returns the name in a role's certificate: a courier's and a shop's is its id on the ledger. */
export const nameOf = (role: string): string =>
  ({ courier: NAMES.own.courierId, 'shop-channel': NAMES.own.merchantId })[role] ?? role;

const PHONES = { own: '+491713920001', other: '+491713920002' } as const;

/** A passkey that some device registered. */
async function addPasskey({ bankTables }: AttackedNodes, side: Side): Promise<void> {
  const { customerId, passkeyId } = NAMES[side];
  await bankTables.query(
    `insert into passkeys (passkey_id, customer_id, credential_id, name, public_key, counter, transports,
       backed_up, registered_with, registered_at)
     values ($1, $2, $3, 'a key', '', 0, '', false, $3, 0)`,
    [passkeyId, customerId, passkeyId],
  );
}

/** The customer as ledger and bank know it, with a session. */
async function addCustomer(nodes: AttackedNodes, side: Side) {
  const { bank, rivals } = nodes;
  const { customerId, loginId, begunLoginId, changeId } = NAMES[side];
  const device = await rivals.world.customer(customerId);
  const [teller, channel] = [bank.clientOf('teller'), bank.clientOf('customer-channel')];
  const phone = PHONES[side];
  await teller.enrol({ ...ENROLMENT, customerId, phone, deviceId: 'phone' });
  for (const id of [loginId, begunLoginId])
    await channel.openLogin({ loginId: id, customerId, deviceId: 'phone' });
  await channel.beginAuthentication({ loginId });
  const code = await eventually(`the code of ${loginId}`, () =>
    readLatestCode(bank.outbox, { phone, loginId }),
  );
  await channel.submitPassword({ loginId, password: PASSWORD });
  await channel.submitCode({ loginId, code });
  await channel.complete({ loginId });
  await teller.startRecovery({ customerId, changeId, phone: '+491713920009' });
  await addPasskey(nodes, side);
  return device;
}

/** Couriers earn by the fees that are credited from now on. */
async function setShares({ logistics }: AttackedNodes): Promise<void> {
  const operator = logistics.clientOf('operator', 'operator');
  for (const side of SIDES)
    await operator.setCourierShare({ courierId: COURIERS[side], basisPoints: 5_000 });
}

/** The customer chooses this courier for its first address. */
const choosing =
  (courierId: string) =>
  ({ offers: [offer] }: QuoteView): Choice => {
    const { addressRef, couriers } = defined(offer, 'offer');
    return { addressRef, ...itemWhere(couriers, (each) => each.courierId === courierId) };
  };

/** An order that was bought and paid, carried by the side's courier. */
async function buy(
  { rivals: { world } }: AttackedNodes,
  shop: World,
  { side, orderNumber, device }: Sale,
): Promise<void> {
  const loginId = await world.login(device);
  const purchase = shop.purchase(device, loginId, { orderNumber });
  const choose = choosing(NAMES[side].courierId);
  await runExpress(await shop.parties(), { ...purchase, choose });
}

interface Sale {
  readonly side: Side;
  readonly orderNumber: string;
  readonly device: CustomerDevice;
}

/** An order with a dispute. */
async function addOrder(nodes: AttackedNodes, shop: World, side: Side, device: CustomerDevice) {
  const { orderNumber, disputeId } = NAMES[side];
  await buy(nodes, shop, { side, orderNumber, device });
  await shop.dispute(device, orderNumber, disputeId);
}

/** An order that was delivered: its courier has earned something. */
async function addDelivery(nodes: AttackedNodes, side: Side, device: CustomerDevice) {
  const { world } = nodes.rivals;
  const orderNumber = `DELIVERED-${side}`;
  await buy(nodes, world, { side, orderNumber, device });
  await world.deliver(orderNumber);
}

/** The shop of a merchant of the rival organisation. */
async function rivalShop({ rivals: { clientOf } }: AttackedNodes): Promise<World> {
  const rival = ORGANISATIONS.merchant[1];
  const shop = new World(
    (role, attribute, actor) =>
      clientOf(role === 'merchant' ? rival : ORGANISATIONS[role][0], attribute, actor),
    CHANNEL,
    MERCHANTS.other,
  );
  await shop.openShop({ mspId: rival });
  return shop;
}

/** The nodes' tables have what was written. */
async function followed({ bank, merchant, logistics }: AttackedNodes): Promise<void> {
  const channel = bank.clientOf('customer-channel');
  const cashier = merchant.clientOf('cashier');
  const dispatcher = logistics.clientOf('dispatcher', 'dispatcher-1');
  const isThere = (there: boolean) => (there ? true : undefined);
  for (const side of SIDES)
    await eventually(`the instrument of ${side}`, async () =>
      isThere((await channel.listInstruments({ loginId: NAMES[side].loginId })).length === 1),
    );
  await eventually('the disputes', async () =>
    isThere((await cashier.listDisputes({})).length === SIDES.length),
  );
  await eventually('the earnings', async () =>
    isThere((await dispatcher.listOwed({})).owed.length === SIDES.length),
  );
  await eventually('the waybills', async () =>
    isThere((await dispatcher.listWaybills({})).waybills.length === 2 * SIDES.length + 1),
  );
}

/** Fills ledger and nodes, and waits until each node's tables have it. */
export async function populate(nodes: AttackedNodes): Promise<void> {
  const { world } = nodes.rivals;
  await setShares(nodes);
  const own = await addCustomer(nodes, 'own');
  const other = await addCustomer(nodes, 'other');
  await addDelivery(nodes, 'own', own);
  await addDelivery(nodes, 'other', other);
  await addOrder(nodes, world, 'own', own);
  await addOrder(nodes, world, 'other', other);
  await addOrder(nodes, await rivalShop(nodes), 'other', other);
  await followed(nodes);
}
