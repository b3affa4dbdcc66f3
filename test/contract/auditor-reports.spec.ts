// SPDX-License-Identifier: Apache-2.0
// What others tell the auditor, against the ledger: a bank that hides a voucher and one that states less backing than supply are named, by
// block and transaction where there is one; and where everybody is honest, nobody is.
import { createPublicKey } from 'node:crypto';
import {
  Holdings,
  leavesOf,
  signBytes,
  signStatement,
  statementOf,
  sumsOf,
  treesOf,
  type BackingStatement,
  type Liability,
} from '@fabric-offline-pay/domain';
import type { ReportedVoucher } from '@fabric-offline-pay/node-common/client';
import { attributesExtension, BANK, CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import { compareStatements } from '../../network/nodes/auditor/src/backing/compare-statement.js';
import { exposedByStatements } from '../../network/nodes/auditor/src/backing/exposed-banks.js';
import { keepStatement } from '../../network/nodes/auditor/src/backing/keep-statement.js';
import { owedAt, supplyAt } from '../../network/nodes/auditor/src/backing/owed-at.js';
import { exposedByReports } from '../../network/nodes/auditor/src/confirmations/exposed.js';
import {
  keepPayouts,
  keepReceipts,
  keepVouchers,
} from '../../network/nodes/auditor/src/confirmations/keep-reports.js';
import { speaksFor } from '../../network/nodes/auditor/src/confirmations/speaks-for.js';
import { unarrivedPayouts } from '../../network/nodes/auditor/src/confirmations/unarrived.js';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { AuditedMemory, CHAINCODE, hashOf } from '../support/audited-memory.js';
import { defined } from '../support/defined.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import {
  base64,
  cancelledWire,
  nowSeconds,
  OFFLINE,
  OfflineLedger,
  reserveKeyOf,
} from '../support/offline-ledger.js';
import { newDevice, type Device, type Payment } from '../support/offline-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { licenseSecondMerchant, SECOND_MERCHANT } from '../support/second-merchant.js';

const DAY = 86_400;
const CLAIMABLE_SECONDS = OFFLINE.spendSeconds + OFFLINE.claimSeconds;

let memory: MemoryWorld;
let offline: OfflineLedger;
let device: Device;
let audited: AuditedMemory;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  memory = await memoryWorld();
  offline = await OfflineLedger.open(memory);
  device = await offline.device('customer-1');
  await licenseSecondMerchant(offline.bank('teller'));
  audited = await AuditedMemory.open(await testPlace(), memory.ledger);
  await audited.catchUp();
});
afterEach(() => audited.db.destroy());

const reporting = () => ({ db: audited.db, chaincode: CHAINCODE, clock: Date.now });

const exposing = (at = nowSeconds()) => ({ db: audited.db, chaincode: CHAINCODE, at });

const provenBy = (payment: Payment, of: Device = device): ReportedVoucher => ({
  voucher: base64(payment.voucher),
  certificate: base64(of.certificateBytes),
  request: base64(payment.requestPayload),
  acceptedAt: nowSeconds(),
});

const report = (...vouchers: readonly ReportedVoucher[]) =>
  keepVouchers(reporting(), MERCHANT, vouchers);

describe('an accepted voucher', () => {
  it('that is paid exposes nobody, and telling it again changes nothing', async () => {
    const payment = offline.pay(device);
    expect(await report(provenBy(payment))).toEqual(['taken']);
    expect(await report(provenBy(payment))).toEqual(['known']);
    expect(await offline.settle([[device, [payment]]])).toEqual(['settled']);
    passSeconds(CLAIMABLE_SECONDS + DAY);
    await audited.catchUp();
    expect(await exposedByReports(exposing())).toEqual([]);
  });

  it('that the bank hides is named once nobody can settle it any more, and not before', async () => {
    const [hidden, other] = [offline.pay(device), offline.pay(device)];
    await report(provenBy(hidden), provenBy(other));
    await offline.settle([[device, [other]]]);
    await audited.catchUp();
    const { claimUntil } = device.certificate;
    expect(await exposedByReports(exposing(claimUntil + 60))).toEqual([]);
    expect(await exposedByReports(exposing(claimUntil + 61))).toEqual([
      {
        ...{ rule: 'confirmation.voucher', block: 0, place: null, transactionId: '' },
        subject: expect.stringMatching(/^merchant-1\/OFF-1\/[\w-]{43}$/) as unknown,
        expected: `1250 minor units of EUR to merchant-1 by ${new Date(claimUntil * 1000).toISOString()}`,
        found: 'no such voucher on the ledger; the signed voucher was reported',
      },
    ]);
  });

  it('is named no more when the ledger has it after all', async () => {
    const payment = offline.pay(device);
    await report(provenBy(payment));
    const late = device.certificate.claimUntil + DAY;
    expect(await exposedByReports(exposing(late))).toHaveLength(1);
    await offline.settle([[device, [payment]]]);
    await audited.catchUp();
    expect(await exposedByReports(exposing(late))).toEqual([]);
  });

  it.each(['paid after it was told', 'paid before it was told'])(
    'to somebody else than who reports it, %s, is named by block, transaction and rule',
    async (when) => {
      const payment = offline.pay(device);
      const pay = () => offline.settle([[device, [payment]]]);
      if (when === 'paid before it was told') await pay();
      await report(provenBy(payment));
      if (when === 'paid after it was told') await pay();
      await audited.catchUp();
      // What a patched chaincode would leave.
      await audited.db
        .updateTable('voucher_fates')
        .set({ merchant_id: 'merchant-of-a-friend' })
        .execute();
      const { blockNumber, txId } = defined(memory.ledger.blocks().at(-1)?.transactions[0], 'call');
      expect(await exposedByReports(exposing())).toMatchObject([
        {
          ...{ rule: 'confirmation.voucher', block: blockNumber, place: 0, transactionId: txId },
          found: '1250 minor units of EUR to merchant-of-a-friend',
        },
      ]);
      await audited.db
        .updateTable('voucher_fates')
        .set({ merchant_id: MERCHANT, amount: '1249' })
        .execute();
      expect(await exposedByReports(exposing())).toMatchObject([
        { found: '1249 minor units of EUR to merchant-1' },
      ]);
    },
  );

  it('of a device that spent twice exposes nobody: the ledger says so', async () => {
    const copy = newDevice(device.certificate, device.key);
    const [first, second] = [offline.pay(device), offline.pay(copy)];
    await report(provenBy(first), provenBy(second));
    expect(await offline.settle([[device, [first, second]]])).toEqual(['settled', 'conflict']);
    await audited.catchUp();
    const late = device.certificate.claimUntil + DAY;
    expect(await exposedByReports(exposing(late))).toEqual([]);
  });

  it('that is paid stays paid when it is claimed again, here or by somebody else', async () => {
    const payment = offline.pay(device);
    await report(provenBy(payment));
    for (const verdict of ['settled', 'duplicate']) {
      expect(await offline.settle([[device, [payment]]])).toEqual([verdict]);
      await audited.catchUp();
    }
    expect(await offline.settle([[device, [payment]]], SECOND_MERCHANT)).toEqual(['wrongPayee']);
    await audited.catchUp();
    expect(await exposedByReports(exposing(device.certificate.claimUntil + DAY))).toEqual([]);
    const fates = await audited.db.selectFrom('voucher_fates').selectAll().execute();
    expect(fates).toMatchObject([{ verdict: 'settled', merchant_id: MERCHANT, amount: '1250' }]);
  });

  it('that its payee cancelled exposes nobody', async () => {
    const payment = offline.pay(device);
    await report(provenBy(payment));
    await offline.node.offline.cancel({ ...reserveKeyOf(device), ...cancelledWire(payment) });
    await audited.catchUp();
    const late = device.certificate.claimUntil + DAY;
    expect(await exposedByReports(exposing(late))).toEqual([]);
  });

  it('counts by its digest alone until the voucher itself is told', async () => {
    const payment = offline.pay(device);
    await report(provenBy(payment));
    const row = await audited.db
      .selectFrom('reported_vouchers')
      .selectAll()
      .executeTakeFirstOrThrow();
    await audited.db.deleteFrom('reported_vouchers').execute();
    const stated = {
      ...{ digest: row.digest, ...reserveKeyOf(device), counter: row.counter },
      ...{ orderNumber: row.order_number, currency: row.currency, amount: row.amount },
      ...{ acceptedAt: row.accepted_at, claimUntil: row.claim_until },
    };
    expect(await report(stated)).toEqual(['taken']);
    const late = exposing(row.claim_until + DAY);
    expect((await exposedByReports(late))[0]?.found).toContain('its digest alone');
    expect(await report(provenBy(payment))).toEqual(['taken']);
    expect((await exposedByReports(late))[0]?.found).toContain('the signed voucher');
    expect(await report({ ...stated, amount: '1' })).toEqual(['otherBefore']);
  });

  it('does not count when a part of it is wrong', async () => {
    const [payment, other] = [offline.pay(device), offline.pay(device)];
    const foreign = offline.pay(device, { merchantId: 'merchant-2' });
    const proven = provenBy(payment);
    const forged = Buffer.from(payment.voucher);
    forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
    const certificate = Buffer.from(device.certificateBytes);
    certificate.writeUInt8(
      certificate.readUInt8(certificate.length - 1) ^ 1,
      certificate.length - 1,
    );
    expect(
      await report(
        { ...proven, voucher: base64(forged) },
        { ...proven, request: base64(other.requestPayload) },
        { ...proven, certificate: base64(certificate) },
        { ...proven, voucher: 'AAAA' },
        provenBy(foreign),
        proven,
      ),
    ).toEqual(['forged', 'forged', 'forged', 'malformed', 'notYours', 'taken']);
    expect(
      await audited.db.selectFrom('reported_vouchers').select('digest').execute(),
    ).toHaveLength(1);
  });

  it('waits for the block that certifies the issuer of its device', async () => {
    const payment = offline.pay(device);
    const issuers = await audited.db
      .selectFrom('ledger_rows')
      .selectAll()
      .where('key', '>=', Buffer.from('issuer/'))
      .where('key', '<', Buffer.from('issuer0'))
      .execute();
    await audited.db
      .deleteFrom('ledger_rows')
      .where(
        'key',
        'in',
        issuers.map(({ key }) => key),
      )
      .execute();
    expect(await report(provenBy(payment))).toEqual(['issuerUnknown']);
    await audited.db.insertInto('ledger_rows').values(issuers).execute();
    expect(await report(provenBy(payment))).toEqual(['taken']);
  });
});

describe('what a payee was credited', () => {
  async function credited() {
    await offline.settle([[device, [offline.pay(device)]]]);
    const block = await audited.catchUp();
    const transactionId = defined(memory.ledger.blocks().at(-1)?.transactions[0]?.txId, 'call');
    return { block, transactionId, reference: 'batch-1', currency: CURRENCY, amount: '1250' };
  }

  it('exposes nobody when the ledger has it so, told once or twice', async () => {
    const receipt = await credited();
    expect(await keepReceipts(reporting(), MERCHANT, [receipt])).toEqual(['taken']);
    expect(await keepReceipts(reporting(), MERCHANT, [receipt])).toEqual(['known']);
    expect(await exposedByReports(exposing())).toEqual([]);
  });

  it('is named by block and transaction when the ledger has it otherwise', async () => {
    const receipt = await credited();
    await keepReceipts(reporting(), MERCHANT, [{ ...receipt, amount: '1251' }]);
    expect(await exposedByReports(exposing())).toEqual([
      {
        ...{ rule: 'confirmation.receipt', block: receipt.block, place: null },
        ...{ transactionId: receipt.transactionId, subject: 'merchant-1/batch-1' },
        expected: `1251 minor units of EUR credited in block ${receipt.block.toString()}`,
        found: `1250 minor units of EUR in block ${receipt.block.toString()}`,
      },
    ]);
  });

  it('is named when the ledger lacks it, as soon as its block was audited', async () => {
    const receipt = await credited();
    const other = { ...receipt, transactionId: 'ab'.repeat(32), block: receipt.block + 1 };
    await keepReceipts(reporting(), MERCHANT, [other]);
    expect(await exposedByReports(exposing())).toEqual([]);
    await offline.settle([[device, [offline.pay(device)]]]);
    await audited.catchUp();
    expect(await exposedByReports(exposing())).toMatchObject([
      { rule: 'confirmation.receipt', transactionId: other.transactionId, block: other.block },
    ]);
  });
});

test('a reporter speaks for itself, and an organisation for the merchants whose licence names it', async () => {
  const { db, chaincode } = exposing();
  const registry = memory.ledger.state().get('registry') ?? '';
  const { participants } = JSON.parse(registry) as {
    readonly participants: readonly { readonly role: string; readonly actor: string }[];
  };
  const actorOf = (role: string) =>
    defined(
      participants.find((each) => each.role === role),
      role,
    ).actor;
  const speaks = (reporter: string, id: string) => speaksFor({ db, chaincode }, reporter, id);
  expect(await speaks(MERCHANT, MERCHANT)).toBe(true);
  expect(await speaks(BANK, BANK)).toBe(true);
  expect(await speaks(actorOf('merchant'), MERCHANT)).toBe(true);
  expect(await speaks(actorOf('logistics'), MERCHANT)).toBe(false);
  expect(await speaks(MERCHANT, BANK)).toBe(false);
  expect(await speaks('nobody', MERCHANT)).toBe(false);
});

test('redeemed money that its payee does not see arrive is overdue from the first arrival on that it told of', async () => {
  const bank = offline.bank('teller');
  for (const redeemId of ['redeem-1', 'redeem-2', 'redeem-3']) {
    await offline.settle([[device, [offline.pay(device)]]]);
    passSeconds(600);
    await offline.node.settlement.rollUp({
      ...{ payeeId: MERCHANT, currency: CURRENCY, until: nowSeconds() - 120 },
    });
    const payout = { payeeId: MERCHANT, currency: CURRENCY, amount: '1250', redeemId };
    await offline.merchant('cashier').settlement.requestPayout(payout);
    await bank.settlement.redeem(payout);
  }
  await audited.catchUp();
  const late = nowSeconds() + 30 * DAY;
  expect(await unarrivedPayouts(audited.db, late)).toEqual([]);
  const arrived = { currency: CURRENCY, arrivedAt: nowSeconds() };
  await keepPayouts(reporting(), MERCHANT, [
    { ...arrived, redeemId: 'redeem-1', amount: '1250' },
    { ...arrived, redeemId: 'redeem-2', amount: '1000' },
  ]);
  expect(await unarrivedPayouts(audited.db, late)).toMatchObject([
    {
      rule: 'overdue.payout.arrive',
      found: expect.stringContaining('1000 of it arrived') as unknown,
    },
    { rule: 'overdue.payout.arrive', subject: expect.stringContaining('redeem-3') as unknown },
  ]);
});

describe('a statement of backing', () => {
  const SEED = Buffer.alloc(32, 7);

  interface Stated {
    readonly backing?: string;
    readonly supply?: string;
    readonly block?: number;
    readonly liabilities?: readonly Liability[];
    readonly at?: number;
    readonly role?: string;
  }

  const liabilities = (): readonly Liability[] => {
    const holdings = new Holdings();
    for (const [key, text] of memory.ledger.state()) holdings.put(key, JSON.parse(text));
    return holdings.of(BANK);
  };

  async function statement(stated: Stated = {}): Promise<BackingStatement> {
    const block = stated.block ?? (await audited.catchUp());
    const owed = stated.liabilities ?? liabilities();
    const supply = stated.supply ?? (sumsOf(owed).get(CURRENCY) ?? 0n).toString();
    const at = stated.at ?? nowSeconds();
    return statementOf({
      ...{ bankId: BANK, day: new Date(at * 1000).toISOString().slice(0, 10), at },
      height: { block, hash: hashOf(block) },
      stated: {
        [CURRENCY]: {
          ...{ supply, underWay: '0' },
          backing: [{ asset: 'counter', host: null, amount: stated.backing ?? supply }],
        },
      },
      ...{ trees: treesOf(leavesOf(owed, SEED)), owed: sumsOf(owed), seed: SEED },
    });
  }

  async function handOver(content: BackingStatement, role = 'bank-node') {
    const attributes = attributesExtension(JSON.stringify({ attrs: { role, actor: BANK } }));
    const member = audited.channel.bank.ca.issue({ units: ['client'], extensions: [attributes] });
    const spki = createPublicKey(member.key).export({ format: 'der', type: 'spki' });
    const signed = await signStatement(
      content,
      (bytes) => signBytes(member.key, bytes),
      spki.toString('base64'),
    );
    return keepStatement(
      audited.db,
      {
        ...{ bankId: BANK, certificate: member.certificate, seed: SEED.toString('hex') },
        statement: signed.toString('base64'),
      },
      Date.now(),
    );
  }

  async function exposed(at = nowSeconds()) {
    await compareStatements(exposing(), new AbortController().signal);
    return exposedByStatements(exposing(at));
  }

  it('that is right exposes nobody, and its leaves are those of the rows at every height', async () => {
    expect(await handOver(await statement())).toBe('taken');
    const before = liabilities();
    const first = await audited.catchUp();
    await offline.settle([[device, [offline.pay(device)]]]);
    const second = await audited.catchUp();
    expect(await owedAt(audited.db, { bankId: BANK, block: first })).toEqual(before);
    expect(await owedAt(audited.db, { bankId: BANK, block: second })).toEqual(liabilities());
    expect(await supplyAt(audited.db, { bankId: BANK, block: second })).toEqual(
      sumsOf(liabilities()),
    );
    expect(await exposed()).toEqual([]);
  });

  it('of a bank that states less backing than supply is named by block and rule', async () => {
    const content = await statement();
    const { supply } = defined(content.currencies[CURRENCY], 'currency');
    const short = (BigInt(supply) - 1n).toString();
    await handOver(await statement({ backing: short }));
    expect(await exposed()).toMatchObject([
      {
        ...{ rule: 'backing.backing', block: content.height.block, expected: supply, found: short },
        subject: expect.stringMatching(`^${BANK}/${content.day}/${CURRENCY}/`) as unknown,
      },
    ]);
  });

  it('with a supply and a backing that are both too small is named by the supply', async () => {
    await handOver(await statement({ supply: '10', backing: '10' }));
    const rules = (await exposed()).map(({ rule }) => rule);
    expect(rules).toEqual(['backing.backing', 'backing.owedToBanks', 'backing.supply']);
  });

  it('that leaves somebody out is named by its leaves and its root', async () => {
    const content = await statement();
    const { supply } = defined(content.currencies[CURRENCY], 'currency');
    const some = liabilities().slice(1);
    await handOver(await statement({ liabilities: some, supply }));
    const rules = (await exposed()).map(({ rule }) => rule);
    expect(rules).toEqual(['backing.leaves', 'backing.owedToBanks', 'backing.root']);
  });

  it('that comes before its block was audited waits for it', async () => {
    const block = await audited.catchUp();
    const owed = liabilities();
    await handOver(await statement({ block: block + 1, liabilities: owed }));
    expect(await exposed()).toEqual([]);
    await offline.settle([[device, [offline.pay(device)]]]);
    await audited.catchUp();
    expect((await exposed()).map(({ rule }) => rule)).toContain('backing.root');
  });

  it('by another certificate of the bank is not the bank’s', async () => {
    await handOver(await statement(), 'teller');
    expect(await exposed()).toMatchObject([{ rule: 'backing.signature' }]);
  });

  it('about an old block says nothing about its day', async () => {
    const old = await statement();
    await memory.world.customer('customer-2');
    passSeconds(2 * 3_600);
    await audited.catchUp();
    await handOver(await statement({ block: old.height.block }));
    expect(await exposed()).toMatchObject([{ rule: 'backing.height', block: old.height.block }]);
  });

  it('of a day with two of them is named', async () => {
    await handOver(await statement());
    await handOver(await statement({ backing: '99999999999' }));
    expect(await exposed()).toMatchObject([{ rule: 'backing.single', found: '2 of them' }]);
  });

  it('that nobody hands over is missing after a day, and again when no other follows', async () => {
    expect(await exposed(nowSeconds() + DAY)).toEqual([]);
    expect(await exposed(nowSeconds() + 3 * DAY)).toMatchObject([
      { rule: 'backing.missing', subject: BANK, found: 'none ever' },
    ]);
    const content = await statement();
    await handOver(content);
    expect(await exposed(nowSeconds())).toEqual([]);
    expect(await exposed(nowSeconds() + 3 * DAY)).toMatchObject([
      {
        ...{ rule: 'backing.missing', block: content.height.block, subject: BANK },
        found: `none after that of ${content.day}`,
      },
    ]);
  });
});
