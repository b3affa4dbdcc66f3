// SPDX-License-Identifier: Apache-2.0
// The rules of Fabric's peers, each shown with a contract whose transaction is written in the test.
import { createHash } from 'node:crypto';
import { Context, Contract } from 'fabric-contract-api';
import { firstOf, itemAt, valueFor } from '../../../test/support/defined';
import { makeCaller } from './caller';
import { CommitError, ContractDefectError, EndorsementMismatchError } from './errors';
import { MemoryLedger, type MemoryLedgerOptions } from './memory-ledger';
import { and, or } from './policy';
import type { ContractClass, Endorsement } from './types';

type ChaincodeStub = Context['stub'];
type Body = (stub: ChaincodeStub, ctx: Context) => unknown;

const BANK = 'BankMSP';
const MERCHANT = 'MerchantMSP';
const LOGISTICS = 'LogisticsMSP';
const MEMBERS = [{ mspId: BANK }, { mspId: MERCHANT }, { mspId: LOGISTICS }];
const NOON = new Date('2026-03-01T12:00:00.250Z');

const bodies = new Map<string, Body>();
const teller = makeCaller({ mspId: BANK, role: 'teller', actor: 'bank-1' });
const cashier = makeCaller({ mspId: MERCHANT, role: 'cashier', actor: 'shop-1' });

/** Runs the body registered under the name in its argument, so that a test reads from top to bottom. */
class ProbeContract extends Contract {
  constructor() {
    super('probe');
  }

  run(ctx: Context, name: string): unknown {
    return valueFor(bodies, name)(ctx.stub, ctx);
  }
}

function script(body: Body): string {
  const name = `body-${bodies.size}`;
  bodies.set(name, body);
  return name;
}

function newLedger(options: Partial<MemoryLedgerOptions> = {}): MemoryLedger {
  return new MemoryLedger({ contracts: [ProbeContract], members: MEMBERS, now: NOON, ...options });
}

/** The first transaction of a block. */
const firstIn = (ledger: MemoryLedger, block = 0) =>
  firstOf(itemAt(ledger.blocks(), block).transactions);

function endorse(ledger: MemoryLedger, body: Body, mspIds = [BANK, MERCHANT, LOGISTICS]) {
  return ledger.endorseBy(ledger.propose(teller, 'probe:run', [script(body)]), mspIds);
}

function invoke(ledger: MemoryLedger, body: Body): Promise<Uint8Array> {
  return ledger.invoke(teller, 'probe:run', [script(body)]);
}

function hex(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

const put =
  (key: string, value = 'x'): Body =>
  (stub) =>
    stub.putState(key, Buffer.from(value));

const readThenPut =
  (key: string, to: string): Body =>
  async (stub) => {
    const value = await stub.getState(key);
    await stub.putState(to, Buffer.from(`seen ${text(value)}`));
  };

async function codes(ledger: MemoryLedger, envelopes: Endorsement[]): Promise<string[]> {
  return (await ledger.submit(envelopes)).map((commit) => commit.validationCode);
}

async function seeded(rows: string[], options: Partial<MemoryLedgerOptions> = {}) {
  const ledger = newLedger(options);
  await invoke(ledger, async (stub) => {
    for (const key of rows) await stub.putState(key, Buffer.from(`value of ${key}`));
  });
  return ledger;
}

describe('running contracts', () => {
  test('a transaction writes, and another reads what was committed', async () => {
    const ledger = newLedger();
    await invoke(ledger, put('order-1', 'placed'));
    expect(text(await invoke(ledger, async (stub) => text(await stub.getState('order-1'))))).toBe(
      'placed',
    );
    expect(ledger.state()).toEqual(new Map([['order-1', 'placed']]));
    expect(ledger.range('order-')).toEqual([['order-1', 'placed']]);
  });

  test('own context class, hooks, certificate attributes and proposal fields reach the contract', async () => {
    class OwnContext extends Context {
      before = '';
    }
    class OwnContract extends Contract {
      constructor() {
        super('own');
      }
      override createContext(): OwnContext {
        return new OwnContext();
      }
      override beforeTransaction(ctx: OwnContext): Promise<void> {
        ctx.before = ctx.clientIdentity.getAttributeValue('role') ?? '';
        return Promise.resolve();
      }
      show(ctx: OwnContext, first: string): string {
        const { stub, clientIdentity } = ctx;
        return JSON.stringify({
          before: ctx.before,
          actor: clientIdentity.getAttributeValue('actor'),
          msp: clientIdentity.getMSPID(),
          id: clientIdentity.getID(),
          creator: stub.getCreator().mspid,
          first,
          call: stub.getFunctionAndParameters(),
          transient: text(valueFor(stub.getTransient(), 'secret')),
          channel: stub.getChannelID(),
          peer: stub.getMspID(),
          seconds: stub.getTxTimestamp().seconds.toNumber(),
          nanos: stub.getTxTimestamp().nanos,
          date: stub.getDateTimestamp().toISOString(),
          txId: stub.getTxID(),
        });
      }
    }
    const ledger = newLedger({ contracts: [OwnContract, ProbeContract] });
    const proposal = ledger.propose(cashier, 'own:show', ['täst'], { secret: 's1' });
    const { response } = await ledger.endorse(proposal, LOGISTICS);
    expect(JSON.parse(text(response.payload))).toEqual({
      before: 'cashier',
      actor: 'shop-1',
      msp: MERCHANT,
      id: 'x509::/OU=client/CN=cashier-shop-1::/CN=ca.MerchantMSP',
      creator: MERCHANT,
      first: 'täst',
      call: { fcn: 'own:show', params: ['täst'] },
      transient: 's1',
      channel: 'payments',
      peer: LOGISTICS,
      seconds: NOON.getTime() / 1000 - 0.25,
      nanos: 250_000_000,
      date: NOON.toISOString(),
      txId: proposal.txId,
    });
  });

  test.each([
    ['none:run', 'Contract name is not known: none'],
    ['probe:missing', /function that does not exist: probe:missing/i],
  ])('%s is refused as a peer refuses it', async (name, message) => {
    await expect(newLedger().invoke(teller, name, ['a'])).rejects.toThrow(message);
  });

  test('the error text of a transaction reaches the client unchanged, and nothing is committed', async () => {
    const ledger = newLedger();
    const failing = invoke(ledger, async (stub) => {
      await stub.putState('a', Buffer.from('1'));
      throw new Error('NOT_OWNER: shop-2');
    });
    await expect(failing).rejects.toMatchObject({
      name: 'ChaincodeError',
      message: 'NOT_OWNER: shop-2',
      status: 500,
    });
    expect(ledger.blocks()).toEqual([]);
  });

  test('evaluate returns the payload and commits nothing', async () => {
    const ledger = newLedger();
    const name = script(async (stub) => {
      await stub.putState('a', Buffer.from('1'));
      return 'done';
    });
    const payload = await ledger.evaluate(ledger.propose(teller, 'probe:run', [name]));
    expect(text(payload)).toBe('done');
    expect(ledger.state().size).toBe(0);
  });

  test('works under fake timers, whose clock then gives the time of the proposals', async () => {
    jest.useFakeTimers({ now: NOON });
    try {
      const ledger = new MemoryLedger({ contracts: [ProbeContract], members: MEMBERS });
      const shown = script((stub) => stub.getDateTimestamp().toISOString());
      expect(text(await ledger.invoke(teller, 'probe:run', [shown]))).toBe(NOON.toISOString());
    } finally {
      jest.useRealTimers();
    }
  });

  test('an organisation outside the channel can neither propose nor endorse', async () => {
    const ledger = newLedger();
    const stranger = makeCaller({ mspId: 'OtherMSP', role: 'teller' });
    await expect(ledger.invoke(stranger, 'probe:run', [script(put('a'))])).rejects.toThrow(
      'access denied',
    );
    await expect(endorse(ledger, put('a'), ['OtherMSP'])).rejects.toThrow('no peer of OtherMSP');
  });

  test('the last event wins', async () => {
    const ledger = newLedger();
    await invoke(ledger, (stub) => {
      stub.setEvent('first', Buffer.from('1'));
      stub.setEvent('second', Buffer.from('2'));
    });
    const transaction = firstIn(ledger);
    expect(transaction.event).toEqual({ name: 'second', payload: Buffer.from('2') });
  });
});

describe('read and write sets', () => {
  test('no transaction reads its own writes', async () => {
    const payload = await invoke(newLedger(), async (stub) => {
      await stub.putState('a', Buffer.from('1'));
      return `[${text(await stub.getState('a'))}]`;
    });
    expect(text(payload)).toBe('[]');
  });

  test('each key occurs once, in byte order, with the last value and the version read', async () => {
    const ledger = await seeded(['b']);
    const { readSet, writeSet } = await endorse(ledger, async (stub) => {
      await stub.putState('z', Buffer.from('1'));
      await stub.putState('b', Buffer.from('2'));
      await stub.putState('z', Buffer.from('3'));
      await stub.deleteState('c');
      await stub.getState('missing');
      await stub.getState('b');
    });
    expect(readSet).toEqual([
      { key: 'b', version: { block: 1, tx: 0 } },
      { key: 'missing', version: null },
    ]);
    expect(writeSet).toEqual([
      { key: 'b', isDelete: false, value: Buffer.from('2') },
      { key: 'c', isDelete: true, value: Buffer.alloc(0) },
      { key: 'z', isDelete: false, value: Buffer.from('3') },
    ]);
  });

  test('an empty value deletes the key', async () => {
    const ledger = await seeded(['a']);
    await invoke(ledger, put('a', ''));
    expect(ledger.state().size).toBe(0);
  });

  test('LevelDB accepts an empty key, but no range contains it', async () => {
    const ledger = await seeded(['', 'a']);
    const keys = await invoke(ledger, async (stub) => {
      const found: string[] = [];
      for await (const { key } of stub.getStateByRange('', '')) found.push(key);
      return `${text(await stub.getState(''))} ${found.join()}`;
    });
    expect(text(keys)).toBe('value of  a');
  });

  test('a buffer changed after putState does not change the write', async () => {
    const ledger = newLedger();
    await invoke(ledger, async (stub) => {
      const value = Buffer.from('one');
      const written = stub.putState('a', value);
      value.write('two');
      await written;
    });
    expect(ledger.state().get('a')).toBe('one');
  });
});

describe('conflicts', () => {
  test('of two transactions that read and write one key, the second in the block conflicts', async () => {
    const ledger = await seeded(['hot']);
    const envelopes = [
      await endorse(ledger, readThenPut('hot', 'hot')),
      await endorse(ledger, readThenPut('hot', 'hot')),
    ];
    expect(await codes(ledger, envelopes)).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });

  test('the order decides: a reader before the writer is valid, one after it is not', async () => {
    const ledger = await seeded(['a']);
    const write = await endorse(ledger, put('a', 'new'));
    const before = await endorse(ledger, readThenPut('a', 'b'));
    const after = await endorse(ledger, readThenPut('a', 'c'));
    expect(await codes(ledger, [before, write, after])).toEqual([
      'VALID',
      'VALID',
      'MVCC_READ_CONFLICT',
    ]);
    expect(ledger.state().has('c')).toBe(false);
  });

  test('a conflict across blocks: the version is stale', async () => {
    const ledger = await seeded(['a']);
    const stale = await endorse(ledger, readThenPut('a', 'b'));
    await invoke(ledger, put('a', 'new'));
    expect(await ledger.submit(stale)).toEqual({
      txId: stale.proposal.txId,
      blockNumber: 3,
      validationCode: 'MVCC_READ_CONFLICT',
    });
  });

  test('a read of an absent key conflicts with its creation', async () => {
    const ledger = newLedger();
    const envelopes = [
      await endorse(ledger, readThenPut('id', 'id')),
      await endorse(ledger, readThenPut('id', 'id')),
    ];
    expect(await codes(ledger, envelopes)).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });

  test('an absent key deleted earlier in the block conflicts, although its version is the same', async () => {
    const ledger = newLedger();
    const remove = await endorse(ledger, (stub) => stub.deleteState('a'));
    const read = await endorse(ledger, readThenPut('a', 'b'));
    expect(await codes(ledger, [remove, read])).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });

  test('blind writes pass', async () => {
    const ledger = newLedger();
    const envelopes = [await endorse(ledger, put('a', '1')), await endorse(ledger, put('a', '2'))];
    expect(await codes(ledger, envelopes)).toEqual(['VALID', 'VALID']);
    expect(ledger.state().get('a')).toBe('2');
  });

  test('an invalid transaction writes nothing and does not conflict with later ones', async () => {
    const ledger = await seeded(['a']);
    const stale = await endorse(ledger, readThenPut('a', 'b'));
    await invoke(ledger, put('a', 'new'));
    const reader = await endorse(ledger, readThenPut('b', 'c'));
    expect(await codes(ledger, [stale, reader])).toEqual(['MVCC_READ_CONFLICT', 'VALID']);
  });

  test('invoke reports a conflict as a commit error', async () => {
    const ledger = await seeded(['hot']);
    const attempts = await Promise.allSettled(
      Array.from({ length: 5 }, () => invoke(ledger, readThenPut('hot', 'hot'))),
    );
    const failures = attempts.filter((attempt) => attempt.status === 'rejected');
    expect(failures).toHaveLength(4);
    for (const { reason } of failures) {
      expect(reason).toBeInstanceOf(CommitError);
      expect(reason).toMatchObject({ commit: { validationCode: 'MVCC_READ_CONFLICT' } });
    }
  });

  test('the same envelope is committed once, in one block or in two', async () => {
    const ledger = newLedger();
    const envelope = await endorse(ledger, put('a'));
    expect(await codes(ledger, [envelope, envelope])).toEqual(['VALID', 'DUPLICATE_TXID']);
    expect((await ledger.submit(envelope)).validationCode).toBe('DUPLICATE_TXID');
    await expect(ledger.endorse(envelope.proposal)).rejects.toThrow('duplicate transaction found');
  });

  test("a committed transaction id is not endorsed again, and the message is the peer's", async () => {
    const ledger = newLedger();
    const proposal = ledger.propose(teller, 'probe:run', [script(put('a'))]);
    await ledger.submit(await ledger.endorseBy(proposal, [BANK, MERCHANT]));
    const identity = Buffer.concat([
      Buffer.from([0x0a, BANK.length]),
      Buffer.from(BANK),
      Buffer.from([
        0x12,
        0x80 | (teller.certificate.length & 0x7f),
        teller.certificate.length >> 7,
      ]),
      Buffer.from(teller.certificate),
    ]);
    await expect(ledger.endorse(proposal)).rejects.toThrow(
      `duplicate transaction found [${proposal.txId}]. Creator [${identity.toString('hex')}]`,
    );
  });

  test('a commit waits for running simulations, which see one state', async () => {
    const ledger = await seeded(['a', 'b']);
    const change = await endorse(ledger, async (stub) => {
      await stub.putState('a', Buffer.from('new'));
      await stub.putState('b', Buffer.from('new'));
    });
    let committed: Promise<unknown> = Promise.resolve();
    const reader = await endorse(
      ledger,
      async (stub) => {
        const a = text(await stub.getState('a'));
        committed = ledger.submit(change);
        return `${a}, ${text(await stub.getState('b'))}`;
      },
      [BANK],
    );
    await committed;
    expect(text(reader.response.payload)).toBe('value of a, value of b');
    expect(ledger.state().get('b')).toBe('new');
  });
});

describe('ranges', () => {
  const drain =
    (start: string, end: string, to = 'sum'): Body =>
    async (stub) => {
      const keys: string[] = [];
      for await (const { key, value } of stub.getStateByRange(start, end)) {
        keys.push(`${key}=${text(value)}`);
      }
      await stub.putState(to, Buffer.from(keys.join('; ')));
      return keys.join('; ');
    };

  test('the start is included, the end is not, and the record says what was read', async () => {
    const ledger = await seeded(['a', 'b', 'c']);
    const { rangeReads, response, readSet } = await endorse(ledger, drain('a', 'c'));
    expect(text(response.payload)).toBe('a=value of a; b=value of b');
    expect(readSet).toEqual([]);
    const version = { block: 1, tx: 0 };
    expect(rangeReads).toEqual([
      {
        startKey: 'a',
        endKey: 'c',
        exhausted: true,
        reads: [
          { key: 'a', version },
          { key: 'b', version },
        ],
      },
    ]);
  });

  test.each([
    ['a row added', put('ab')],
    ['a row changed', put('b', 'other')],
    ['a row deleted', (stub: ChaincodeStub) => stub.deleteState('a')],
  ] as [string, Body][])('%s in the range is a phantom', async (_what, change) => {
    const ledger = await seeded(['a', 'b', 'd']);
    const first = await endorse(ledger, change);
    const scan = await endorse(ledger, drain('a', 'c'));
    expect(await codes(ledger, [first, scan])).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
    const late = await endorse(ledger, drain('a', 'c'));
    await invoke(ledger, put('aa', 'late'));
    expect((await ledger.submit(late)).validationCode).toBe('PHANTOM_READ_CONFLICT');
  });

  test('a row added at the end key or beyond is no phantom', async () => {
    const ledger = await seeded(['a']);
    const first = await endorse(ledger, put('c'));
    const scan = await endorse(ledger, drain('a', 'c'));
    expect(await codes(ledger, [first, scan])).toEqual(['VALID', 'VALID']);
  });

  test('an abandoned scan covers all 101 rows that the peer fetched', async () => {
    const rows = Array.from({ length: 150 }, (_, i) => `k${String(i).padStart(3, '0')}`);
    const ledger = await seeded(rows);
    const stop: Body = async (stub) => {
      for await (const { key } of stub.getStateByRange('k', 'l')) {
        await stub.putState('first', Buffer.from(key));
        break;
      }
    };
    const abandoned = await endorse(ledger, stop);
    expect(abandoned.rangeReads[0]).toMatchObject({ endKey: 'k100', exhausted: false });
    expect(firstOf(abandoned.rangeReads).reads).toHaveLength(101);
    const [beyond, again, at] = [
      await endorse(ledger, put('k101', 'new')),
      await endorse(ledger, stop),
      await endorse(ledger, put('k100', 'new')),
    ];
    expect(await codes(ledger, [beyond, again, at, abandoned])).toEqual([
      'VALID',
      'VALID',
      'VALID',
      'PHANTOM_READ_CONFLICT',
    ]);
  });

  test('more than one batch arrives in order', async () => {
    const rows = Array.from({ length: 250 }, (_, i) => `k${String(i).padStart(3, '0')}`);
    const ledger = await seeded(rows);
    const payload = await invoke(ledger, async (stub) => {
      const keys: string[] = [];
      for await (const { key } of stub.getStateByRange('', '')) keys.push(key);
      return keys.join();
    });
    expect(text(payload)).toBe(rows.join());
  });

  test('pages follow each other by bookmark', async () => {
    const ledger = await seeded(['a', 'b', 'c', 'd', 'e']);
    const pages: unknown[] = [];
    await endorse(
      ledger,
      async (stub) => {
        let bookmark = '';
        do {
          const page = await stub.getStateByRangeWithPagination('a', 'e', 3, bookmark);
          const keys: string[] = [];
          for (let row = await page.iterator.next(); !row.done; row = await page.iterator.next()) {
            keys.push(row.value.key);
          }
          pages.push([keys, page.metadata.fetchedRecordsCount, page.metadata.bookmark]);
          bookmark = page.metadata.bookmark;
        } while (bookmark !== '');
      },
      [BANK],
    );
    expect(pages).toEqual([
      [['a', 'b', 'c'], 3, 'd'],
      [['d'], 1, ''],
    ]);
  });

  test.each([
    [
      'a write after a paginated query',
      async (stub: ChaincodeStub) => {
        for await (const { key } of stub.getStateByRangeWithPagination('', '', 2))
          expect(key).toBe('a');
        await stub.putState('b', Buffer.from('x'));
      },
      /PUT_STATE failed: .*already performed a paginated query. Writes are not allowed/,
    ],
    [
      'a paginated query after a write',
      async (stub: ChaincodeStub) => {
        await stub.putState('b', Buffer.from('x'));
        for await (const { key } of stub.getStateByRangeWithPagination('', '', 2))
          expect(key).toBe('a');
      },
      /GET_STATE_BY_RANGE failed: .*supported only in a read-only transaction/,
    ],
    [
      'a simple range over composite keys',
      (stub: ChaincodeStub) => stub.getStateByRange('\0a', 'b'),
      'contains a null character',
    ],
    [
      'a rich query',
      (stub: ChaincodeStub) => stub.getQueryResult('{}'),
      'not supported for leveldb',
    ],
    ['the history', (stub: ChaincodeStub) => stub.getHistoryForKey('a'), 'no history of keys'],
    [
      'a key-level policy',
      (stub: ChaincodeStub) => stub.setStateValidationParameter('a', Buffer.from('x')),
      'no key-level endorsement policies',
    ],
    [
      'a call of other chaincode',
      (stub: ChaincodeStub) => stub.invokeChaincode('other', [], ''),
      'no calls of other chaincode',
    ],
  ] as [string, Body, RegExp | string][])('%s is refused', async (_what, body, message) => {
    await expect(invoke(await seeded(['a']), body)).rejects.toThrow(message);
  });

  test('composite keys are found by their first parts', async () => {
    const ledger = newLedger();
    await invoke(ledger, async (stub) => {
      for (const id of ['1', '2', '10']) {
        await stub.putState(stub.createCompositeKey('order', ['shop', id]), Buffer.from(id));
      }
      await stub.putState(stub.createCompositeKey('order', ['shop2', '9']), Buffer.from('9'));
    });
    const payload = await invoke(ledger, async (stub) => {
      const found: string[] = [];
      for await (const { key } of stub.getStateByPartialCompositeKey('order', ['shop'])) {
        found.push(stub.splitCompositeKey(key).attributes.join('/'));
      }
      return found.join();
    });
    expect(text(payload)).toBe('shop/1,shop/10,shop/2');
  });
});

describe('defects that a peer may let pass', () => {
  test('a failed transaction is reported as failed, whatever it left open', async () => {
    const failing = invoke(newLedger(), (stub) => {
      void stub.putState('a', Buffer.from('x'));
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
  });

  test.each([
    [
      'a write not awaited',
      (stub: ChaincodeStub) => {
        void stub.putState('a', Buffer.from('x'));
      },
    ],
    [
      'an iterator left open',
      async (stub: ChaincodeStub) => {
        await (await stub.getStateByRange('', '')).next();
      },
    ],
  ] as [string, Body][])('%s is an error', async (_what, body) => {
    await expect(invoke(await seeded(['a', 'b']), body)).rejects.toBeInstanceOf(
      ContractDefectError,
    );
  });

  test('a closed iterator is no defect', async () => {
    const ledger = await seeded(['a', 'b']);
    await invoke(ledger, async (stub) => {
      const rows = await stub.getStateByRange('', '');
      await rows.next();
      await rows.close();
    });
    expect(ledger.blocks()).toHaveLength(2);
  });
});

describe('endorsement', () => {
  const policy = and(BANK, or(MERCHANT, LOGISTICS));

  test.each([
    [[BANK, MERCHANT], 'VALID'],
    [[BANK, LOGISTICS], 'VALID'],
    [[BANK], 'ENDORSEMENT_POLICY_FAILURE'],
    [[MERCHANT, LOGISTICS], 'ENDORSEMENT_POLICY_FAILURE'],
  ])('%j gives %s', async (endorsedBy, code) => {
    const ledger = newLedger({ policy });
    const commit = await ledger.submit(await endorse(ledger, put('a'), endorsedBy));
    expect(commit.validationCode).toBe(code);
    expect(ledger.state().has('a')).toBe(code === 'VALID');
  });

  test('without a policy a majority must endorse', async () => {
    const ledger = newLedger();
    const one = await endorse(ledger, put('a'), [BANK]);
    const two = await endorse(ledger, put('b'), [MERCHANT, LOGISTICS]);
    expect(await codes(ledger, [one, two])).toEqual(['ENDORSEMENT_POLICY_FAILURE', 'VALID']);
  });

  test('members that run patched chaincode find no honest endorser to agree', async () => {
    class PatchedContract extends ProbeContract {
      override run(ctx: Context): unknown {
        return ctx.stub.putState('account', Buffer.from('1000000'));
      }
    }
    const contracts: ContractClass[] = [PatchedContract];
    const members = [
      { mspId: BANK },
      { mspId: MERCHANT, contracts },
      { mspId: LOGISTICS, contracts },
    ];
    const ledger = newLedger({ members, policy });
    const mismatch = await endorse(ledger, put('account', '1'), [BANK, MERCHANT]).catch(
      (error: unknown) => error,
    );
    expect(mismatch).toBeInstanceOf(EndorsementMismatchError);
    expect(mismatch).toMatchObject({ parts: ['writeSet'] });
    const forged = await endorse(ledger, put('account', '1'), [MERCHANT, LOGISTICS]);
    expect((await ledger.submit(forged)).validationCode).toBe('ENDORSEMENT_POLICY_FAILURE');
  });

  test('an error response cannot be submitted', async () => {
    const ledger = newLedger();
    const name = script(() => {
      throw new Error('refused');
    });
    const envelope = await ledger.endorse(ledger.propose(teller, 'probe:run', [name]));
    expect(envelope.response).toMatchObject({ status: 500, message: 'refused' });
    await expect(ledger.submit(envelope)).rejects.toThrow('refused');
  });
});

describe('private data', () => {
  const collection = {
    name: 'addresses',
    members: [BANK, LOGISTICS],
    memberOnlyRead: true,
    memberOnlyWrite: true,
  };
  const store: Body = (stub) => stub.putPrivateData('addresses', 'ref', Buffer.from('street'));
  const read: Body = async (stub) => {
    await stub.getState('anything');
    return text(await stub.getPrivateData('addresses', 'ref'));
  };
  const as = (ledger: MemoryLedger, caller: typeof teller, body: Body, endorsedBy: string[]) =>
    ledger.invoke(caller, 'probe:run', [script(body)], {}, { endorsedBy });

  async function stored(extra: object = {}) {
    const ledger = newLedger({ collections: [{ ...collection, ...extra }] });
    await as(ledger, teller, store, [BANK, LOGISTICS]);
    return ledger;
  }

  test('members read it, and the block holds only hashes', async () => {
    const ledger = await stored();
    expect(text(await as(ledger, teller, read, [BANK, LOGISTICS]))).toBe('street');
    expect(ledger.privateState('addresses')).toEqual(new Map([['ref', 'street']]));
    const block = JSON.stringify(ledger.blocks()[0]);
    expect(block).not.toContain('street');
    expect(block).not.toContain(JSON.stringify(Buffer.from('street')));
    expect(firstOf(firstIn(ledger).collections).writes).toEqual([
      {
        keyHash: hex('ref'),
        isDelete: false,
        isPurge: false,
        valueHash: hex('street'),
      },
    ]);
  });

  test('transient values are not in the block', async () => {
    const ledger = newLedger();
    await ledger.invoke(teller, 'probe:run', [script(put('a'))], { secret: 'canary' });
    const block = JSON.stringify(ledger.blocks());
    expect(block).not.toContain('canary');
    expect(block).not.toContain(JSON.stringify(Buffer.from('canary')).slice(0, 40));
  });

  test.each([
    ['reads', read],
    ['writes', store],
  ])('an organisation outside cannot %s', async (_what, body) => {
    const ledger = await stored();
    await expect(as(ledger, cashier, body, [BANK])).rejects.toThrow(
      /tx creator does not have (read|write) access permission on privatedata/,
    );
  });

  test("another organisation's peer has the hash but not the data", async () => {
    const ledger = await stored();
    await expect(as(ledger, teller, read, [MERCHANT])).rejects.toThrow(
      'private data matching public hash version is not available',
    );
    const hash: Body = async (stub) =>
      Buffer.from(await stub.getPrivateDataHash('addresses', 'ref')).toString('hex');
    expect(text(await as(ledger, cashier, hash, [MERCHANT, BANK]))).toHaveLength(64);
  });

  test('readers conflict through the hash', async () => {
    const ledger = await stored();
    const envelopes = [
      await endorse(ledger, store, [BANK, LOGISTICS]),
      await endorse(ledger, read, [BANK, LOGISTICS]),
    ];
    expect(await codes(ledger, envelopes)).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });

  test.each(['deletePrivateData', 'purgePrivateData'] as const)(
    '%s removes value and hash',
    async (remove) => {
      const ledger = await stored();
      await as(ledger, teller, (stub) => stub[remove]('addresses', 'ref'), [BANK, LOGISTICS]);
      const hash: Body = async (stub) =>
        `${(await stub.getPrivateDataHash('addresses', 'ref')).length}`;
      expect(text(await as(ledger, teller, hash, [BANK, LOGISTICS]))).toBe('0');
      expect(ledger.privateState('addresses').size).toBe(0);
      expect(text(await as(ledger, teller, read, [BANK, LOGISTICS]))).toBe('');
      const [write] = firstOf(firstIn(ledger, 1).collections).writes;
      expect(write).toMatchObject({ isDelete: true, isPurge: remove === 'purgePrivateData' });
    },
  );

  test('an absent private key deleted earlier in the block conflicts', async () => {
    const ledger = newLedger({ collections: [collection] });
    const envelopes = [
      await endorse(ledger, (stub) => stub.deletePrivateData('addresses', 'ref'), [
        BANK,
        LOGISTICS,
      ]),
      await endorse(ledger, read, [BANK, LOGISTICS]),
    ];
    expect(await codes(ledger, envelopes)).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });

  test('a range over private data is empty on a peer that does not hold it', async () => {
    const ledger = await stored();
    const first: Body = async (stub) => {
      for await (const { key } of stub.getPrivateDataByRange('addresses', '', '')) return key;
      return 'nothing';
    };
    expect(text(await as(ledger, teller, first, [BANK, LOGISTICS]))).toBe('ref');
    const elsewhere = ledger.propose(teller, 'probe:run', [script(first)]);
    expect(text(await ledger.evaluate(elsewhere, MERCHANT))).toBe('nothing');
  });

  test('a private range is for transactions that write nothing', async () => {
    const ledger = await stored();
    const list: Body = async (stub) => {
      const found: string[] = [];
      for await (const { key } of stub.getPrivateDataByRange('addresses', '', '')) found.push(key);
      return found.join();
    };
    expect(text(await as(ledger, teller, list, [BANK, LOGISTICS]))).toBe('ref');
    const both: Body = async (stub, ctx) => {
      await list(stub, ctx);
      await stub.putState('a', Buffer.from('x'));
    };
    await expect(as(ledger, teller, both, [BANK])).rejects.toThrow('queries on pvt data');
    const after: Body = async (stub, ctx) => {
      await stub.putState('a', Buffer.from('x'));
      await list(stub, ctx);
    };
    await expect(as(ledger, teller, after, [BANK])).rejects.toThrow('Queries on pvt data');
  });

  test('the error names an unknown collection', async () => {
    const ledger = newLedger();
    await expect(as(ledger, teller, store, [BANK])).rejects.toThrow(
      'PUT_STATE failed: transaction ID: ',
    );
    await expect(as(ledger, teller, store, [BANK])).rejects.toThrow(
      'collection payments/offline-pay/addresses could not be found',
    );
    const hash: Body = (stub) => stub.getPrivateDataHash('addresses', 'ref');
    await expect(as(ledger, teller, hash, [BANK])).rejects.toThrow(
      'collection [addresses] not defined in the collection config for chaincode [offline-pay]',
    );
    expect(() => ledger.privateState('addresses')).toThrow('no collection addresses');
  });

  test("a collection's own policy replaces the chaincode's, but not for public writes", async () => {
    const ledger = await stored({ endorsementPolicy: LOGISTICS });
    const alone = await endorse(ledger, store, [LOGISTICS]);
    const both: Body = async (stub, ctx) => {
      await store(stub, ctx);
      await stub.putState('a', Buffer.from('x'));
    };
    const mixed = await endorse(ledger, both, [LOGISTICS]);
    const withoutOwner = await endorse(ledger, store, [BANK, MERCHANT]);
    expect(await codes(ledger, [alone, mixed, withoutOwner])).toEqual([
      'VALID',
      'ENDORSEMENT_POLICY_FAILURE',
      'ENDORSEMENT_POLICY_FAILURE',
    ]);
  });

  test('data is purged at the end of its lifetime in blocks', async () => {
    const ledger = await stored({ blockToLive: 1 });
    await invoke(ledger, put('a', '1'));
    expect(ledger.privateState('addresses').size).toBe(1);
    await invoke(ledger, put('a', '2'));
    expect(ledger.privateState('addresses').size).toBe(0);
  });
});

describe('blocks', () => {
  test('show valid and invalid transactions with arguments, and listeners see each block', async () => {
    const ledger = newLedger();
    const seen: number[] = [];
    const stop = ledger.onBlock((block) => {
      seen.push(block.number);
    });
    const first = await endorse(ledger, readThenPut('a', 'a'));
    const second = await endorse(ledger, readThenPut('a', 'a'));
    await ledger.submit([first, second]);
    stop();
    await invoke(ledger, put('b'));
    expect(seen).toEqual([1]);
    expect(ledger.blocks().map((block) => block.transactions.length)).toEqual([2, 1]);
    expect(firstOf(ledger.blocks()).transactions[1]).toMatchObject({
      txId: second.proposal.txId,
      validationCode: 'MVCC_READ_CONFLICT',
      function: 'probe:run',
      args: second.proposal.args,
      endorsedBy: [BANK, MERCHANT, LOGISTICS],
    });
  });

  test('begin with the given number, which the versions of their writes carry', async () => {
    const ledger = newLedger({ firstBlock: 7 });
    await invoke(ledger, put('a'));
    await invoke(ledger, put('a'));
    expect(ledger.blocks().map(({ number }) => number)).toEqual([7, 8]);
    const { readSet } = await endorse(ledger, readThenPut('a', 'b'));
    expect(readSet).toEqual([{ key: 'a', version: { block: 8, tx: 0 } }]);
  });

  test('a listener that throws makes the submit fail', async () => {
    const ledger = newLedger();
    ledger.onBlock(() => {
      throw new Error('money was lost');
    });
    await expect(invoke(ledger, put('a'))).rejects.toThrow('money was lost');
  });

  test('the same steps give the same transaction ids', () => {
    const ids = () => {
      const ledger = newLedger();
      return [1, 2].map(() => ledger.propose(teller, 'probe:run').txId);
    };
    expect(ids()).toEqual(ids());
    expect(new Set(ids()).size).toBe(2);
  });
});

describe('a fork', () => {
  const COLLECTION = { name: 'terms', members: [BANK, MERCHANT, LOGISTICS], blockToLive: 2 };
  const origin = async () => {
    const ledger = newLedger({ collections: [COLLECTION] });
    await invoke(ledger, async (stub) => {
      await stub.putState('common', Buffer.from('1'));
      await stub.putPrivateData('terms', 'secret', Buffer.from('1'));
    });
    return ledger;
  };
  const put = (key: string): Body => {
    return (stub) => stub.putState(key, Buffer.from('2'));
  };

  test('holds the same state and blocks, and neither sees what the other does', async () => {
    const ledger = await origin();
    const fork = ledger.fork();
    expect(fork.state()).toEqual(ledger.state());
    expect(fork.privateState('terms')).toEqual(ledger.privateState('terms'));
    expect(fork.blocks()).toEqual(ledger.blocks());
    await invoke(fork, put('fork'));
    await invoke(ledger, put('origin'));
    expect([...fork.state().keys()]).toEqual(['common', 'fork']);
    expect([...ledger.state().keys()]).toEqual(['common', 'origin']);
    expect(fork.blocks()[1]).not.toEqual(ledger.blocks()[1]);
  });

  test('checks reads against the versions of its origin', async () => {
    const ledger = await origin();
    const envelope = await endorse(ledger, async (stub) => {
      await stub.getState('common');
      await stub.putState('late', Buffer.from('2'));
    });
    const untouched = ledger.fork();
    await invoke(ledger, put('common'));
    expect((await ledger.submit(envelope)).validationCode).toBe('MVCC_READ_CONFLICT');
    expect((await untouched.submit(envelope)).validationCode).toBe('VALID');
  });

  test('refuses an envelope that its origin has committed', async () => {
    const ledger = await origin();
    const envelope = await endorse(ledger, put('once'));
    await ledger.submit(envelope);
    expect((await ledger.fork().submit(envelope)).validationCode).toBe('DUPLICATE_TXID');
  });

  test('purges private data at the end of its lifetime, only in its own copy', async () => {
    const ledger = await origin();
    const fork = ledger.fork();
    for (const key of ['a', 'b', 'c']) await invoke(fork, put(key));
    expect(fork.privateState('terms').size).toBe(0);
    expect(ledger.privateState('terms').size).toBe(1);
  });

  test('does not copy listeners', async () => {
    const ledger = await origin();
    const seen: number[] = [];
    ledger.onBlock(({ number }) => void seen.push(number));
    await invoke(ledger.fork(), put('unheard'));
    expect(seen).toEqual([]);
  });
});
