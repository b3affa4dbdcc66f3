// SPDX-License-Identifier: Apache-2.0
// Statements of backing by a bank's node on a ledger in memory, over its own doors: whose money it is, who is believed, what a customer
// can check by itself, and that a bank without enough behind its money says so.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBankDatabase, type BankClient } from '@fabric-offline-pay/bank-node';
import {
  checkBacking,
  heldIn,
  Holdings,
  isCounted,
  leavesOf,
  sumToUnits,
  verifyStatement,
  type BackingStatement,
  type SupplyRow,
} from '@fabric-offline-pay/domain';
import { BANK, CURRENCY, LOGISTICS, MERCHANT } from '@fabric-offline-pay/testing';
import type { BankDatabase } from '../../network/nodes/bank/src/database/schema.js';
import { BankHouse } from '../../network/nodes/bank/src/testing/bank-house.js';
import { beside, testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { itemWhere } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { OneOrder } from '../support/one-order.js';
import { describeWith, findPython, runScript } from '../support/python.js';

const CUSTOMER = 'customer-1';
const OTHER = 'customer-2';
const POOR = 'customer-3';

let order: OneOrder;
let db: BankDatabase;
let house: BankHouse;
let operator: BankClient;
let channel: BankClient;
let auditor: BankClient;

const loginOf = (customerId: string) => `login-of-${customerId}`;

/** Somebody who has logged in. */
async function admit(customerId: string): Promise<void> {
  await db
    .insertInto('customers')
    .values({
      ...{ customer_id: customerId, name: null, phone: null, email: null, birth_date: null },
      ...{ password_hash: '', password_changed: true, enrolment_mac: '', default_device: null },
      enrolled_at: 1,
    })
    .execute();
  await db
    .insertInto('logins')
    .values({
      ...{ login_id: loginOf(customerId), customer_id: customerId, device_id: 'phone' },
      ...{ state: 'authenticated', filled: '', opened_at: 1, ended_at: Date.now() },
    })
    .execute();
}

beforeAll(async () => {
  order = await OneOrder.open();
  await order.world.customer(OTHER, '70000');
  await order.world.customer(POOR, '0');
  await order.buy('express');
  const place = await testPlace();
  db = await openBankDatabase(place);
  const blocks = new MemoryBlocks(order.memory.ledger);
  house = await BankHouse.open(
    {},
    {
      place: beside(place),
      ledger: (await order.world.bank('auth-service')).identity,
      blocks,
      clients: {
        teller: await order.world.bank('teller'),
        bankNode: await order.world.bank('bank-node'),
        height: () => blocks.height(),
      },
    },
  );
  for (const customerId of [CUSTOMER, OTHER, POOR]) await admit(customerId);
  operator = house.clientOf('operator');
  channel = house.clientOf('customer-channel');
  auditor = house.clientOf('auditor');
});
afterAll(async () => {
  await house.close();
  await db.destroy();
});

/** Nothing that was asked for waits or runs. */
const quiet = (): Promise<true> =>
  eventually('no work', async () => {
    const jobs = await operator.listJobs({});
    const { waiting, running } = itemWhere(jobs, ({ name }) => name === 'publish-backing');
    return waiting + running === 0 ? true : undefined;
  });

/** Asks for a statement and waits for it. */
async function stated(): ReturnType<BankClient['readNewestBacking']> {
  await operator.stateBacking({});
  await quiet();
  return operator.readNewestBacking({});
}

function believed({ statement, certificate }: Readonly<Record<string, unknown>>): BackingStatement {
  const bytes = Buffer.from(String(statement), 'base64');
  const result = verifyStatement(bytes, String(certificate), [house.authority.root]);
  if (!result.ok) throw new Error(result.reason);
  return result.statement;
}

/** What an auditor has of the ledger by itself. */
function ofLedger() {
  const holdings = new Holdings();
  const supply = new Map<string, bigint>();
  for (const [key, text] of order.memory.ledger.state()) {
    const row: unknown = JSON.parse(text);
    holdings.put(key, row);
    if (!key.startsWith(`supply/${BANK}/`)) continue;
    for (const { currency, amount, sign } of heldIn('supply', row as SupplyRow, key))
      supply.set(currency, (supply.get(currency) ?? 0n) - sign * sumToUnits(amount));
  }
  return { liabilities: holdings.of(BANK), supply };
}

const proofOf = (customerId: string, currency = CURRENCY) =>
  channel.readBackingProof({ loginId: loginOf(customerId), currency });

test('an auditor makes the same from the rows, and finds a bank that states less', async () => {
  const statement = believed(await stated());
  expect(statement).toMatchObject({
    ...{ bankId: BANK, height: { block: order.memory.ledger.blocks().length } },
    currencies: {
      [CURRENCY]: {
        supply: '1070000',
        owedToBanks: '0',
        underWay: '0',
        liabilities: { leaves: 3 },
      },
    },
  });
  const { seed } = await auditor.readBackingSeed({ day: statement.day });
  const { liabilities, supply } = ofLedger();
  const leaves = leavesOf(liabilities, Buffer.from(seed, 'hex'));
  // The fee waits for the delivery; until then it is the customer's.
  expect(liabilities.map(({ id }) => id)).toEqual([CUSTOMER, OTHER, MERCHANT]);
  expect(checkBacking(statement, supply, leaves)).toEqual([]);
  const { [CURRENCY]: own } = statement.currencies;
  const less = { ...statement, currencies: { [CURRENCY]: { ...own, backing: [] } } };
  expect(checkBacking(less as BackingStatement, supply, leaves)).toEqual([
    { rule: 'backing', currency: CURRENCY, expected: '1070000', found: '0' },
  ]);
});

test('a day is stated once, however often it is asked for', async () => {
  const first = await stated();
  expect(await stated()).toEqual(first);
  expect(await operator.readBacking({ day: first.day })).toEqual(first);
  const rows = await db.selectFrom('backing_statements').select('day').execute();
  expect(rows).toHaveLength(1);
});

test('a customer gets the proof of its own balance, and nobody else’s', async () => {
  await stated();
  const answer = await proofOf(OTHER);
  expect(answer.proof.leaf).toMatchObject({ kind: 'customer', id: OTHER, amount: '70000' });
  expect(isCounted(believed(answer), answer.proof)).toBe(true);
  const text = JSON.stringify(answer);
  for (const id of [CUSTOMER, MERCHANT, LOGISTICS]) expect(text).not.toContain(id);
  for (const nothing of [proofOf(POOR), proofOf(OTHER, 'USD')])
    await expect(nothing).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(proofOf('nobody')).rejects.toMatchObject({ code: 'LOGIN_NOT_AUTHENTICATED' });
});

test('a bank without enough behind its money states it, and its operators are alerted', async () => {
  await quiet();
  await db.deleteFrom('backing_statements').execute();
  await db.updateTable('supplies').set({ origin: 'bank' }).where('kind', '=', 'issue').execute();
  const statement = believed(await stated());
  expect(statement.currencies[CURRENCY]?.backing).toEqual([]);
  const alerts = await operator.listAlerts({ open: 'true' });
  expect(alerts).toMatchObject([{ kind: 'backingShort', subject: CURRENCY }]);
});

const python = findPython();
const program = 'program' in python ? python.program : '';

describeWith(python)('somebody else’s fifty lines of Python', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backing-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function verified(answer: object): { readonly ok: boolean; readonly output: string } {
    const [authority, file] = [join(folder, 'authority.pem'), join(folder, 'answer.json')];
    writeFileSync(authority, house.authority.root);
    writeFileSync(file, JSON.stringify(answer));
    return runScript(program, 'verify_backing.py', [authority, file]);
  }

  test('find a balance counted, and a changed one not', async () => {
    await stated();
    const answer = await proofOf(OTHER);
    expect(verified(answer)).toEqual({ ok: true, output: 'counted: 70000\n' });
    const { proof } = answer;
    const more = { ...answer, proof: { ...proof, leaf: { ...proof.leaf, amount: '70001' } } };
    expect(verified(more)).toEqual({ ok: false, output: 'not counted\n' });
  });

  test('believe nobody but the bank’s node', async () => {
    await stated();
    const answer = await proofOf(OTHER);
    const { cert } = house.authority.issue({ commonName: 't', role: 'teller', actor: BANK });
    expect(verified({ ...answer, certificate: cert }).ok).toBe(false);
    const bytes = Buffer.from(answer.statement, 'base64');
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    expect(verified({ ...answer, statement: bytes.toString('base64') }).ok).toBe(false);
  });
});
