// SPDX-License-Identifier: Apache-2.0
// The client over the ledger in memory behaves like the one over peers: it chooses the same endorsers, retries and errors.
import { contracts } from '@fabric-offline-pay/chaincode';
import { ERRORS } from '@fabric-offline-pay/domain';
import {
  ConfigurationError,
  ConflictError,
  EndorsementError,
  RefusedError,
  runExpress,
  type Client,
} from '@fabric-offline-pay/sdk';
import { Context, Contract } from 'fabric-contract-api';
import { makeCaller } from './caller';
import { DEFAULT_NETWORK, MSP_IDS } from './default-network';
import { memoryClient } from './memory-client';
import { MemoryLedger, type MemoryLedgerOptions } from './memory-ledger';
import { memoryNetwork } from './memory-network';
import { testNetwork } from './test-network';
import { BANK, CURRENCY, GOODS, LOGISTICS, MERCHANT } from './world';

const ONCE = { retries: { attempts: 1 } };
const KEY = { merchantId: MERCHANT, orderNumber: 'ORD-1' };

const thrownBy = (calling: Promise<unknown>): Promise<unknown> =>
  calling.then(
    () => undefined,
    (error: unknown) => error,
  );

/** A client of the bank's teller on a ledger without a registry. */
function tellerOn(options: Partial<MemoryLedgerOptions>, mspId: string = MSP_IDS.bank): Client {
  const ledger = new MemoryLedger({ ...DEFAULT_NETWORK, contracts, ...options });
  const caller = makeCaller({ mspId, role: 'teller', actor: BANK });
  return memoryClient(ledger, caller, { organisations: MSP_IDS });
}

const enrol = (client: Client) =>
  client.identity.enrolCustomer({ customerId: 'c-1', bankId: BANK, missing: [] });

describe('who endorses', () => {
  test.each([
    ['the bank and the merchant', 'bank', [MSP_IDS.bank, MSP_IDS.merchant]],
    ['the bank and logistics', 'logistics', [MSP_IDS.bank, MSP_IDS.logistics]],
  ] as const)('is %s, for a client of %s', async (_, role, endorsers) => {
    const { ledger } = await memoryNetwork();
    const own = ledger
      .blocks()
      .flatMap(({ transactions }) => transactions)
      .filter(({ creator }) => creator.mspId === MSP_IDS[role]);
    expect(own.map(({ endorsedBy }) => endorsedBy)).toEqual(own.map(() => endorsers));
    expect(own.length).toBeGreaterThan(0);
  });

  test('can be named by the call, and the policy then judges them', async () => {
    const { clientFor } = await memoryNetwork();
    const teller = clientFor('bank', 'teller', BANK);
    const input = { customerId: 'c-1', bankId: BANK, missing: [] };
    const alone = teller.identity.enrolCustomer(input, { endorsers: [MSP_IDS.bank] });
    expect(await thrownBy(alone)).toMatchObject({
      constructor: EndorsementError,
      code: 'ENDORSEMENT_POLICY_FAILURE',
      details: { validation: 'ENDORSEMENT_POLICY_FAILURE' },
    });
  });

  test('must be known where private data limits them', async () => {
    const network = await testNetwork();
    const caller = makeCaller({ mspId: MSP_IDS.logistics, role: 'dispatcher', actor: LOGISTICS });
    const organisations = { logistics: MSP_IDS.logistics };
    const dispatcher = memoryClient(network.ledger, caller, { organisations });
    const quoting = runExpress({ ...network.parties, dispatcher }, network.purchase(KEY));
    expect(await thrownBy(quoting)).toBeInstanceOf(ConfigurationError);
  });
});

describe('conflicts', () => {
  test('are tried again, with the same input', async () => {
    const { clientFor } = await memoryNetwork();
    const teller = clientFor('bank', 'teller', BANK);
    const both = await Promise.all([enrol(teller), enrol(teller)]);
    expect(both.map(({ attempts }) => attempts).sort()).toEqual([1, 2]);
    expect(both.map(({ result }) => result.replayed).sort()).toEqual([false, true]);
  });

  test('end as a ConflictError when the call allows no other attempt', async () => {
    const { clientFor } = await memoryNetwork();
    const cashier = clientFor('merchant', 'cashier', MERCHANT);
    const register = (price: string) =>
      cashier.goods.registerGoods(
        { merchantId: MERCHANT, goods: [{ ...GOODS.charger, price }] },
        ONCE,
      );
    const [won, lost] = await Promise.allSettled([register('1'), register('2')]);
    expect(won.status).toBe('fulfilled');
    expect(lost).toMatchObject({
      status: 'rejected',
      reason: { constructor: ConflictError, details: { validation: 'MVCC_READ_CONFLICT' } },
    });
  });
});

describe('errors', () => {
  test('a refusal keeps its code, number and details', async () => {
    const network = await testNetwork({ money: '10' });
    const refused = await thrownBy(runExpress(network.parties, network.purchase(KEY)));
    expect(refused).toBeInstanceOf(RefusedError);
    expect(refused).toMatchObject({
      code: 'INSUFFICIENT_FUNDS',
      number: ERRORS.INSUFFICIENT_FUNDS.number,
    });
  });

  test('a refused query has the same error', async () => {
    const { clientFor } = await memoryNetwork();
    const read = clientFor('merchant', 'cashier', MERCHANT).orderNumber.readOrder(KEY);
    expect(await thrownBy(read)).toMatchObject({
      constructor: RefusedError,
      code: 'NOT_FOUND',
    });
  });

  test('an organisation that is not on the channel', async () => {
    expect(await thrownBy(enrol(tellerOn({}, 'StrangerMSP')))).toMatchObject({
      constructor: EndorsementError,
      code: 'IDENTITY_REJECTED',
    });
  });

  test('endorsers that compute different results', async () => {
    class Enrolling extends Contract {
      constructor() {
        super('identity');
      }
      async enrolCustomer({ stub }: Context) {
        await stub.putState('who', Buffer.from(stub.getTxID() + String(answers++)));
        return JSON.stringify({ replayed: false, units: [] });
      }
    }
    let answers = 0;
    expect(await thrownBy(enrol(tellerOn({ contracts: [Enrolling] })))).toMatchObject({
      constructor: EndorsementError,
      code: 'ENDORSEMENT_MISMATCH',
      details: { parts: ['writeSet'] },
    });
  });

  test('chaincode that lacks the transaction, or that breaks', async () => {
    class Nothing extends Contract {}
    expect(await thrownBy(enrol(tellerOn({ contracts: [Nothing] })))).toMatchObject({
      constructor: EndorsementError,
      code: 'ENDORSEMENT_FAILED',
    });
  });

  test('a transaction with an unreadable answer is never sent', async () => {
    class Answering extends Contract {
      constructor() {
        super('identity');
      }
      async enrolCustomer({ stub }: Context) {
        await stub.putState('row', Buffer.from('x'));
        return '{}';
      }
    }
    const ledger = new MemoryLedger({ ...DEFAULT_NETWORK, contracts: [Answering] });
    const caller = makeCaller({ mspId: MSP_IDS.bank, role: 'teller', actor: BANK });
    const client = memoryClient(ledger, caller, { organisations: MSP_IDS });
    expect(await thrownBy(enrol(client))).toMatchObject({ code: 'OUTPUT_INVALID' });
    expect(ledger.blocks()).toEqual([]);
  });

  test('a call whose signal was aborted before', async () => {
    const { clientFor } = await memoryNetwork();
    const reason = new Error('the till was closed');
    const signal = AbortSignal.abort(reason);
    const teller = clientFor('bank', 'teller', BANK);
    const account = { customerId: 'c-1', currency: CURRENCY };
    expect(await thrownBy(teller.settlement.readAccount(account, { signal }))).toBe(reason);
    const input = { customerId: 'c-1', bankId: BANK, missing: [] };
    expect(await thrownBy(teller.identity.enrolCustomer(input, { signal }))).toBe(reason);
  });
});
