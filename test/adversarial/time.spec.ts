// SPDX-License-Identifier: Apache-2.0
// Time as a weapon: back-dated proposals, envelopes held back, replays, holds that ran out.
import { StatusCode, type Transaction } from '@hyperledger/fabric-gateway';
import { common, gateway as messages, peer } from '@hyperledger/fabric-protos';
import { runStepwise, type Client } from '@fabric-offline-pay/sdk';
import { BANK, CURRENCY, MERCHANT, type CustomerDevice } from '@fabric-offline-pay/testing';
import { defined } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';
import { RawGateways, soon, textOf, type RawGateway } from '../support/raw-gateway.js';

const ENDORSERS = ['BankMSP', 'MerchantMSP'] as const;
const CUSTOMER = 'customer-1';
const MONEY = '1000000';
const HOLD_SECONDS = 3600;
const MINUTES = 60;

let network: NetworkWorld;
let gateways: RawGateways;
let raw: RawGateway;
let device: CustomerDevice;
let loginId: string;
let bankNode: Client;

beforeAll(async () => {
  network = await networkWorld();
  gateways = new RawGateways(network.home, network.clients.description);
  raw = await gateways.as('bank', 'bank-node', BANK);
  bankNode = await network.world.bank('bank-node');
  device = await network.world.customer(CUSTOMER, MONEY);
  loginId = await network.world.login(device);
}, 300_000);
afterAll(async () => {
  await gateways.close();
  await network.end();
}, 60_000);

const keyOf = (orderNumber: string) => ({ merchantId: MERCHANT, orderNumber });

/** An order that matched, whose money nobody has claimed; returns its total. */
async function matchedOrder(orderNumber: string, holdSeconds = HOLD_SECONDS): Promise<string> {
  const { world } = network;
  const purchase = world.purchase(device, loginId, { orderNumber, holdSeconds, claim: null });
  const { state } = await runStepwise(await world.parties(), purchase);
  expect(state).toBe('matched');
  return (await bankNode.orderNumber.readTerms(keyOf(orderNumber))).terms.total;
}

const captureOf = (orderNumber: string, amount: string) => ({
  transaction: 'settlement:capture',
  input: JSON.stringify({ ...keyOf(orderNumber), captureId: 'claim', amount }),
  by: ENDORSERS,
});

/** Everything that a theft would change. */
async function money() {
  const { available } = await bankNode.settlement.readAccount({
    customerId: CUSTOMER,
    currency: CURRENCY,
  });
  const payee = await bankNode.settlement.readPayee({ payeeId: MERCHANT, currency: CURRENCY });
  const { balance, withheld, owed, open } = payee;
  const { currencies } = await bankNode.settlement.totals({});
  return { available, ...{ balance, withheld, owed, open }, totals: currencies[CURRENCY] };
}

async function codeOfSent(envelope: Transaction): Promise<string> {
  const { code } = await (await envelope.submit(soon())).getStatus(soon());
  return Object.entries(StatusCode).find(([, value]) => value === code)?.[0] ?? String(code);
}

/** `google.protobuf.Timestamp`, whose types the library lacks. */
interface Timestamp {
  getSeconds(): number;
  setSeconds(seconds: number): unknown;
}

/** The same proposal with another time in its channel header, which its signature and its transaction id cover as well. */
function shifted(proposal: Uint8Array, seconds: number): Uint8Array {
  const proposed = messages.ProposedTransaction.deserializeBinary(proposal);
  const signed = defined(proposed.getProposal(), 'signed proposal');
  const inner = peer.Proposal.deserializeBinary(signed.getProposalBytes_asU8());
  const header = common.Header.deserializeBinary(inner.getHeader_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const timestamp = channelHeader.getTimestamp() as unknown as Timestamp;
  timestamp.setSeconds(timestamp.getSeconds() + seconds);
  header.setChannelHeader(channelHeader.serializeBinary());
  inner.setHeader(header.serializeBinary());
  signed.setProposalBytes(inner.serializeBinary());
  return proposed.serializeBinary();
}

describe("a proposal's own time", () => {
  const linking = (token: string) => ({
    transaction: 'settlement:linkInstrument',
    input: JSON.stringify({ customerId: CUSTOMER, token, kind: 'card' }),
    by: ENDORSERS,
  });

  const endorsedAt = async (seconds: number): Promise<string> => {
    const teller = await gateways.as('bank', 'teller', BANK);
    const bytes = teller.proposal(linking('tok-late')).getBytes();
    const proposal = teller.gateway.newProposal(shifted(bytes, seconds));
    return proposal.endorse(soon()).then(() => 'endorsed', textOf);
  };

  it.each([-10 * MINUTES, 10 * MINUTES, -70, 70])('%d s from now is refused', async (seconds) => {
    expect(await endorsedAt(seconds)).toContain('"CLOCK_SKEW"');
  });

  it.each([-40, 0, 40])('%d s from now is close enough', async (seconds) => {
    expect(await endorsedAt(seconds)).toBe('endorsed');
  });
});

describe('an envelope held back', () => {
  it('captures nothing once the hold was voided', async () => {
    const total = await matchedOrder('ORD-VOIDED');
    const capture = await raw.proposal(captureOf('ORD-VOIDED', total)).endorse(soon());
    const { result } = await bankNode.settlement.void(keyOf('ORD-VOIDED'));
    expect(result.state).toBe('voided');
    const before = await money();
    expect(await codeOfSent(capture)).toBe('MVCC_READ_CONFLICT');
    expect(await money()).toEqual(before);
    expect(before.available).toBe(MONEY);
    expect((await bankNode.orderNumber.readOrder(keyOf('ORD-VOIDED'))).state).toBe('voided');
  });

  it('pays only one of two captures that were endorsed on the same state', async () => {
    const total = await matchedOrder('ORD-TWICE');
    const captures = await Promise.all(
      ['first', 'second'].map((captureId) =>
        raw
          .proposal({
            ...captureOf('ORD-TWICE', total),
            input: JSON.stringify({ ...keyOf('ORD-TWICE'), captureId, amount: total }),
          })
          .endorse(soon()),
      ),
    );
    const codes = await Promise.all(captures.map(codeOfSent));
    expect(codes.sort()).toEqual(['MVCC_READ_CONFLICT', 'VALID']);
    const { hold } = await bankNode.orderNumber.readOrder(keyOf('ORD-TWICE'));
    const { fee } = (await bankNode.orderNumber.readTerms(keyOf('ORD-TWICE'))).terms;
    const released = (BigInt(total) - BigInt(fee)).toString();
    expect(hold).toMatchObject({ captured: total, released });
  });
});

describe('an envelope sent again', () => {
  it('moves nothing', async () => {
    const total = await matchedOrder('ORD-AGAIN');
    const capture = await raw.proposal(captureOf('ORD-AGAIN', total)).endorse(soon());
    expect(await codeOfSent(capture)).toBe('VALID');
    const before = await money();
    const next = await (await network.clients.connection('bank', 'bank-node')).height();
    await capture.submit(soon());
    expect(await secondCodeOf(capture.getTransactionId(), next)).toBe('DUPLICATE_TXID');
    expect(await money()).toEqual(before);
  });

  /** The verdict on a transaction id in the blocks from this one on. */
  async function secondCodeOf(transactionId: string, startBlock: bigint): Promise<string> {
    const blocks = await raw.network.getFilteredBlockEvents({ startBlock });
    try {
      for await (const block of blocks) {
        const found = block
          .getFilteredTransactionsList()
          .find((tx) => tx.getTxid() === transactionId);
        const code = found?.getTxValidationCode();
        if (code !== undefined)
          return (
            Object.entries(StatusCode).find(([, value]) => value === code)?.[0] ?? String(code)
          );
      }
    } finally {
      blocks.close();
    }
    return 'never came';
  }
});

describe('a hold', () => {
  it('cannot be expired as long as it runs', async () => {
    await matchedOrder('ORD-RUNS');
    const expiring = bankNode.settlement.expire(keyOf('ORD-RUNS'));
    await expect(expiring).rejects.toMatchObject({ code: 'HOLD_NOT_EXPIRED' });
  });

  it('cannot be captured once it ran out, and then gives the money back, once', async () => {
    const { available: before } = await money();
    const total = await matchedOrder('ORD-LATE', 1);
    const code = await eventually('the hold to run out', async () => {
      const answer = await raw.codeOf(captureOf('ORD-LATE', total));
      return answer === 'OK' ? undefined : answer;
    });
    expect(code).toBe('HOLD_EXPIRED');
    expect(BigInt((await money()).available)).toBe(BigInt(before) - BigInt(total));
    expect((await bankNode.settlement.expire(keyOf('ORD-LATE'))).result.state).toBe('expired');
    const again = await bankNode.settlement.expire(keyOf('ORD-LATE'));
    expect(again.result.replayed).toBe(true);
    expect((await money()).available).toBe(before);
  });
});
