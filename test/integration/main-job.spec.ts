// SPDX-License-Identifier: Apache-2.0
// The main job as a newcomer runs it: start, read, continue, stop. Real files, real peers, real CAs, real databases. While its orders are
// paid, some of its processes are killed: that must change nothing.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditOutcome } from '@fabric-offline-pay/auditor-node';
import { Clients, killNode, readDescription } from '@fabric-offline-pay/operate';
import { ROWS } from '@fabric-offline-pay/domain';
import { rowChange } from '@fabric-offline-pay/sdk';
import {
  type AskedStatus,
  askNodes,
  auditorClient,
  bankClient,
  type Check,
  type PayReport,
  standInsDesk,
  type StandInsDesk,
} from '@fabric-offline-pay/run';
import { Attacks } from '../support/attacks.js';
import {
  canariesOf,
  codeCanary,
  filesUnder,
  readBytes,
  Search,
  type Canary,
} from '../support/canaries.js';
import { commandBlocks, reasonNotToRun } from '../support/command-blocks.js';
import { offpay, processesIn } from '../support/command-line.js';
import { defined, itemWhere } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { runBlock } from '../support/run-block.js';
import { offpayHere } from '../support/offpay-here.js';
import {
  expectBalanced,
  expectedOrders,
  expectSampleOutcomes,
  readReport,
  sampleInput,
  SAMPLE,
} from '../support/sample.js';

const UNITS = [
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '10',
  '11',
  '1101',
  '1102',
  '1103',
  '1104',
  '12',
  '13',
  '14',
  '15',
  '16',
  '17',
  '18',
];

/** What the documents' commands decide. */
const README_ORDERS = new Set(['KE-10418']);

const home = mkdtempSync(join(tmpdir(), 'offpay-main-'));
const reportFile = join(home, 'report.json');
const here = ['--home', home];

const attacks = new Attacks(home);

const succeed = (...args: string[]): Promise<string> => succeedHeard(args);

async function succeedHeard(
  args: readonly string[],
  onLine?: (line: string) => void,
): Promise<string> {
  const { code, stdout, stderr } = await offpay([...args, ...here], onLine);
  if (code !== 0) throw new Error(`offpay ${args.join(' ')} ended with ${String(code)}\n${stderr}`);
  return stdout;
}

let report: PayReport;

/** The desk of the hosts and the message centre that stand in for the outside world. */
const desk = (): StandInsDesk => defined(standInsDesk(home), 'service stand-ins');

beforeAll(async () => {
  await succeedHeard(['start', '--report', reportFile], attacks.hear);
  report = readReport(reportFile);
}, 400_000);

afterAll(async () => {
  await offpay(['network', 'reset', ...here]);
  rmSync(home, { recursive: true, force: true });
}, 60_000);

test('every row of the sample ends as it must, with its own refusal', () => {
  expectSampleOutcomes(report);
  const refusals = expectedOrders().flatMap(({ refusal }) => refusal ?? []);
  expect(Object.keys(report.refusals).sort()).toEqual([...new Set(refusals)].sort());
});

test('bank chaincode, a peer and the leading orderer were killed meanwhile, and came back', async () => {
  for (const restarts of await attacks.restarts()) expect(restarts).toBeGreaterThan(0);
});

test('payments without a network end as they must: settled, refused by the terminal, or reported as a double spend', () => {
  const ends = report.offline.outcomes.map(({ orderNumber, state, reason }) => [
    ...[orderNumber, state, reason],
  ]);
  expect(ends).toEqual([
    ['OF-1001', 'settled', 'settled'],
    ['OF-2001', 'settled', 'settled'],
    ['OF-1002', 'settled', 'settled'],
    ['OF-3001', 'settled', 'settled'],
    ['OF-1003', 'refusedOffline', 'OFFLINE_OVER_PAYMENT_CAP'],
    ['OF-1004', 'settled', 'settled'],
    ['OF-2002', 'refused', 'conflict'],
  ]);
  expect(report.offline.receipts).toBe(6);
});

test('the double spend is proven by a file, and a payment without a network has its trail', async () => {
  const folder = join(home, 'pay', 'offline');
  const proof = join(folder, 'OF-2002.fraud-proof.json');
  const trust = join(folder, 'bank-ca.pem');
  const { code, stdout } = await offpay(['verify-fraud', proof, '--trust', trust]);
  expect([code, stdout]).toEqual([0, expect.stringContaining('PROVEN')]);
  expect(await succeed('trail', 'merchant-01/OF-1001')).toContain('paid offline');
  expect(readdirSync(join(folder, 'qr'))).toContain('merchant-01-OF-1001-voucher.png');
});

test('every unit from 2 to 18 left receipts', () => {
  expect(UNITS.filter((unit) => (report.units[unit] ?? 0) === 0)).toEqual([]);
});

test('the money balances in every currency, and some was redeemed', () => {
  expect(Object.keys(report.money).sort()).toEqual(['CNY', 'EUR']);
  expectBalanced(report);
});

test('an audit of its own finds nothing in the blocks, and says what the auditor’s node says', async () => {
  const signed = join(home, 'audit.cose');
  const { report: audited, incomplete } = JSON.parse(
    await succeed('audit', '--json', '--signed', signed),
  ) as AuditOutcome;
  expect(incomplete).toBeUndefined();
  expect([...audited.findings, ...audited.overdue]).toEqual([]);
  expect(audited.transactions.valid).toBeGreaterThan(1_000);
  const identities = readDescription(home).organisations.flatMap((each) => each.identities);
  const codes: (number | null)[] = [];
  for (const { certPath } of identities.filter(({ role }) => role === 'auditor'))
    codes.push((await offpayHere(['audit', 'verify', signed, '--certificate', certPath])).code);
  expect(codes).toEqual([1, 1, 1, 0]);
  const node = auditorClient(home);
  try {
    const same = await eventually("the auditor's node to be as far", async () => {
      const said = await node.readReport({});
      return said.block.number >= audited.block.number ? said : undefined;
    });
    expect(same).toEqual(audited);
  } finally {
    node.close();
  }
});

test('an order can be followed from login to payment, with organisation, transaction and block', async () => {
  const order = itemWhere(
    report.outcomes,
    ({ state, line }) => state === 'released' && line % 2 === 1,
  );
  const trail = JSON.parse(
    await succeed('trail', `${order.merchantId}/${order.orderNumber}`, '--json'),
  ) as { receipts: { unit: string | null; block: string; mspId: string }[] };
  const units = new Set(trail.receipts.map(({ unit }) => unit));
  expect(UNITS.filter((unit) => !units.has(unit) && unit !== '16' && unit !== '18')).toEqual([]);
  expect(new Set(trail.receipts.map(({ mspId }) => mspId))).toEqual(
    new Set(['BankMSP', 'MerchantMSP', 'LogisticsMSP']),
  );
  expect(trail.receipts.every(({ block }) => Number(block) > 0)).toBe(true);
});

test('every customer was told what was deducted', async () => {
  const paid = report.outcomes.filter(({ state }) => state === 'released');
  expect(paid.length).toBeGreaterThan(30);
  await eventually('a text for each', async () => {
    const texts = await desk().texts(undefined, 'Paid: ');
    const isTold = ({ merchantId, orderNumber }: (typeof paid)[number]): boolean =>
      texts.some((text) => text.endsWith(` for order ${orderNumber} at ${merchantId}.`));
    return paid.every(isTold) ? true : undefined;
  });
});

test('instruments paid what accounts lacked, and all that was authorised is completed or given back', async () => {
  expect(report.bank?.deductions).toBeGreaterThan(10);
  const operator = bankClient(home, 'operator');
  const { deductions, ended } = await eventually('every deduction to end', async () => {
    const activity = await operator.readActivity({});
    return activity.open === 0 ? { deductions: activity.deductions, ended: activity } : undefined;
  });
  operator.close();
  expect(ended.completions).toBeGreaterThan(0);
  expect(ended.returns).toBeGreaterThan(0);
  expect(deductions).toBe(report.bank?.deductions);
});

test('hosts and message centre did over their protocols what the node says, and ledger, book and hosts agree', async () => {
  const { reconciliation, orders } = report;
  const bank = defined(report.bank, 'count of the node');
  const outside = defined(report.outside, 'count of the hosts');
  const { approvals, reversals, texts, receipts } = outside;
  expect(approvals).toBeGreaterThan(10);
  expect(outside.completions).toBeGreaterThan(0);
  expect(reversals).toBeGreaterThan(0);
  expect(receipts).toBeGreaterThan(orders.total);
  expect(texts).toBe(receipts);
  expect(bank).toMatchObject({ approvals, reversals, texts, receipts, delivered: bank.messages });
  expect(reconciliation).toMatchObject({ ledgerBook: 0, bookHost: 0, underWay: 0 });
  const operator = bankClient(home, 'operator');
  const up = { answers: true, required: false };
  expect(await operator.ready()).toMatchObject({ cardHost: up, mobileHost: up, sms: up });
  operator.close();
});

test('the report counts what the nodes did for operators, payees and customers', () => {
  const decided = expectedOrders().filter(({ finalState }) => finalState === 'voided');
  expect(report.bank?.acknowledged).toBeGreaterThanOrEqual(decided.length);
  expect(report.bank?.payOuts).toBeGreaterThan(5);
  expect(report.customers?.statements).toBeGreaterThan(20);
  expect(report.customers?.entries).toBeGreaterThan(report.customers?.statements ?? 0);
  expect(report.customers?.recommendations).toBeGreaterThan(20);
});

test("the operator sees each open alarm as an alert, acknowledges one, and sees the node's work", async () => {
  interface Alert {
    readonly alertId: string;
    readonly subject: string;
    readonly acknowledgedBy: string | null;
  }
  const blocked = report.outcomes.filter(({ state }) => state === 'blocked');
  const alerts = await eventually('an alert for each', async () => {
    const shown = JSON.parse(await succeed('alerts', '--json')) as Alert[];
    return shown.length >= blocked.length ? shown : undefined;
  });
  const subjects = alerts.map(({ subject }) => subject);
  for (const { merchantId, orderNumber } of blocked)
    expect(subjects).toContainEqual(expect.stringContaining(`${merchantId}/${orderNumber}`));
  const { alertId } = itemWhere(alerts, ({ alertId: id }) => id.startsWith('alarm/'));
  await succeed('alerts', '--acknowledge', alertId);
  const [after] = (JSON.parse(await succeed('alerts', '--json')) as Alert[]).filter(
    (alert) => alert.alertId === alertId,
  );
  expect(after?.acknowledgedBy).toEqual(expect.any(String));
  const jobs = JSON.parse(await succeed('jobs', '--json')) as { readonly name: string }[];
  expect(jobs.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['fund-customer', 'find-what-is-due', 'reconcile-day', 'pay-payee']),
  );
});

describe('nothing personal outside the bank and the private collection', () => {
  const input = sampleInput();
  let canaries: Canary[];
  let search: Search;

  beforeAll(async () => {
    const texts = await desk().texts(undefined, '');
    const codes = texts.map((text) => /^\d+/.exec(text)?.[0]);
    canaries = [
      ...canariesOf(input),
      ...codes.flatMap((code) => (code === undefined ? [] : [codeCanary(code)])),
    ];
    search = new Search(canaries);
  });

  test('the search finds what is there: the message centre has the codes', () => {
    expect(canaries.length).toBeGreaterThan(400);
    const texts = join(home, 'stand-ins', 'done', 'texts.jsonl');
    expect(search.in(readBytes(texts))).not.toEqual([]);
  });

  test('not in any block, nor in any event, which are parts of blocks', async () => {
    const clients = new Clients(home);
    try {
      const connection = await clients.connection('bank', 'auditor');
      const height = await connection.height();
      const hits: string[] = [];
      for await (const block of connection.blocks(0n)) {
        hits.push(...search.in(Buffer.from(block.serializeBinary())));
        if (BigInt(block.getHeader()?.getNumber() ?? 0) + 1n >= height) break;
      }
      expect(hits).toEqual([]);
    } finally {
      await clients.close();
    }
  });

  test('blocks continue each other, and their rows are those that the ledger answers with', async () => {
    const clients = new Clients(home);
    try {
      const connection = await clients.connection('bank', 'auditor');
      const height = await connection.height();
      const rows = new Map<string, string | null>();
      let last = '';
      for await (const {
        number,
        hash,
        previousHash,
        transactions,
      } of connection.committedBlocks()) {
        expect(previousHash).toBe(last);
        last = hash;
        for (const { changes } of transactions)
          for (const { key, value } of changes) rows.set(key, value);
        if (number + 1n >= height) break;
      }
      const { merchantId, orderNumber } = itemWhere(
        report.outcomes,
        ({ state }) => state === 'released',
      );
      const order = rowChange({
        key: ROWS.order.key(merchantId, orderNumber),
        value: rows.get(ROWS.order.key(merchantId, orderNumber)) ?? null,
      });
      const read = await connection.client.orderNumber.readOrder({ merchantId, orderNumber });
      expect(order?.row).toMatchObject({ state: read.state });
    } finally {
      await clients.close();
    }
  });

  test('not in any file of peers, orderers, chaincode or logs, but in the private stores of bank and logistics', () => {
    const privateStores = [
      /\/bank\/database/,
      // The telephones of the sample's customers.
      /\/stand-ins\/done\/texts\.jsonl$/,
      // Addresses of goods that are still to be picked up.
      /\/logistics\/database/,
      /\/(bank|logistics)-peer\/.*(pvtdataStore|transientstore|stateLeveldb)/i,
    ];
    const files = filesUnder(home, privateStores);
    expect(files.length).toBeGreaterThan(100);
    expect(files.some((file) => file.includes('merchant') && file.includes('stateLeveldb'))).toBe(
      true,
    );
    const hits = files.flatMap((file) =>
      search.in(readBytes(file)).map((name) => `${file}: ${name}`),
    );
    expect(hits).toEqual([]);
  });

  test('after delivery the private address is gone', async () => {
    const clients = new Clients(home);
    try {
      const dispatcher = await clients.client('logistics', 'dispatcher');
      const { merchantId, orderNumber } = itemWhere(
        report.outcomes,
        ({ state }) => state === 'released',
      );
      const { terms } = await dispatcher.orderNumber.readTerms({ merchantId, orderNumber });
      await expect(
        dispatcher.logistics.readAddress({ merchantId, orderNumber, ref: terms.addressRef }),
      ).rejects.toMatchObject({ code: 'ADDRESS_UNKNOWN' });
    } finally {
      await clients.close();
    }
  });
});

test('an operator sees the open alarms and decides one', async () => {
  const open = JSON.parse(await succeed('alarms', '--json')) as {
    alarms: { merchantId: string; orderNumber: string }[];
  };
  expect(open.alarms).toHaveLength(
    expectedOrders().filter(({ finalState }) => finalState === 'blocked').length,
  );
  const { merchantId, orderNumber } = itemWhere(
    open.alarms,
    (alarm) => !README_ORDERS.has(alarm.orderNumber),
  );
  const decided = JSON.parse(
    await succeed(
      'resolve',
      `${merchantId}/${orderNumber}`,
      '--uphold',
      '--reason',
      'checked by hand',
      '--json',
    ),
  ) as { state: string };
  expect(decided.state).toBe('voided');
});

describe('every block of commands in the documents runs as it is printed, in their order', () => {
  const blocks = commandBlocks().filter((block) => reasonNotToRun(block) === undefined);

  test.each(blocks.map((block) => [`${block.document}:${block.line.toString()}`, block] as const))(
    '%s',
    async (_, { text }) => {
      const { code, stderr } = await runBlock(text, home);
      expect([code, stderr]).toEqual([0, '']);
    },
    60_000,
  );
});

test('by hand: a certified till, a receipt, and the money of a cancelled voucher back', async () => {
  process.env['OFFPAY_PASSPHRASE'] = 'of the test';
  const [phone, till] = [join(home, 'phone'), join(home, 'till')];
  const [device, terminal] = [
    ['--device', phone],
    ['--terminal', till],
  ] as const;
  const at = (name: string): string => join(home, name);
  const available = async (): Promise<unknown> =>
    JSON.parse(await succeed('balance', '--customer', 'customer-03', '--json'));
  await succeed('device', 'fund', ...device, '--customer', 'customer-03', '--amount', '60.00');
  const name = 'Kontorhaus Elektronik GmbH';
  const merchant = ['--merchant', 'merchant-01', '--terminal-id', 'till-2', '--name', name];
  expect(await succeed('terminal', 'setup', ...terminal, ...merchant)).toContain(
    `certified as ${name}`,
  );
  const ask = async (order: string): Promise<void> => {
    const files = { request: at(`${order}.png`), voucher: at(`${order}-voucher.png`) };
    const of = ['--order', order, '--amount', '12.50'];
    await succeed('terminal', 'request', ...terminal, ...of, '--qr', files.request);
    const paid = ['--request', files.request, '--qr', files.voucher];
    expect(await succeed('device', 'pay', ...device, ...paid)).toContain(
      `payee: ${name}, licence BAFIN-DE-20731`,
    );
  };
  await ask('HAND-1');
  const accepted = ['--order', 'HAND-1', '--voucher', at('HAND-1-voucher.png')];
  await succeed('terminal', 'accept', ...terminal, ...accepted, '--qr', at('receipt.png'));
  await succeed('device', 'receipt', at('receipt.png'), ...device);
  await ask('HAND-2');
  await succeed('terminal', 'cancel', 'HAND-2', ...terminal, '--out', at('HAND-2'));
  await succeed('device', 'cancellation', at('HAND-2.offpay-cancellation'), ...device);
  const before = await available();
  expect(await succeed('device', 'sync', ...device)).toBe('returned: 12.50 EUR of HAND-2\n');
  expect(await available()).not.toEqual(before);
  expect(await succeed('terminal', 'sync', ...terminal)).toContain('settled 1, refused 0');
  const history = JSON.parse(await succeed('device', 'history', ...device, '--json')) as object;
  expect(history).toMatchObject([{ state: 'accepted' }, { state: 'cancelled' }]);
}, 120_000);

test('bad rows are named by file, line and field; the rest goes on', async () => {
  const orders = join(home, 'orders.csv');
  const [header, first = '', ...rest] = readFileSync(join(SAMPLE, 'orders.csv'), 'utf8').split(
    '\n',
  );
  const good = rest.find((line) => line.split(',').length > 4 && /,,,,,$/.test(line)) ?? '';
  const renamed = good.replace(/^[^,]+/, 'OWN-1');
  writeFileSync(orders, [header, first.replace(/\d{13}/, '4006381333930'), renamed, ''].join('\n'));
  // What came in by hand is paid out with it: the close is that of the sellers of all files named.
  const files = ['--orders', orders, '--offline-payments', join(SAMPLE, 'offline-payments.csv')];
  const { code, stderr, stdout } = await offpay(['pay', ...files, '--json', ...here]);
  expect(code).toBe(1);
  expect(stderr).toContain(`${orders}:2: lines: INPUT_`);
  const { orders: ran, files: read } = JSON.parse(stdout) as PayReport;
  expect(ran).toEqual({ total: 1, byState: { released: 1 } });
  expect(read.orders).toMatchObject({ rows: 2, done: 1, leftOut: 1 });
}, 120_000);

test('started again with --keep, every order answers replayed and nothing moves', async () => {
  const before = JSON.parse(await succeed('balance', '--json')) as object;
  const figures = await desk().figures();
  await succeed('start', '--keep', '--report', reportFile);
  const { outside, reconciliation } = readReport(reportFile);
  expect(await desk().figures()).toEqual(figures);
  expect(new Set(Object.values(outside ?? {}))).toEqual(new Set([0]));
  // The documents' commands redeemed for a payee that has no account yet: that is under way.
  expect(reconciliation).toMatchObject({ ledgerBook: 0, bookHost: 0, underWay: 1 });
  expect(readReport(reportFile).orders.byState).toEqual({ replayed: expectedOrders().length });
  expect(JSON.parse(await succeed('balance', '--json'))).toEqual(before);
}, 200_000);

describe('one node of every kind hangs', () => {
  const HANGING = [
    'logistics-ca',
    'merchant-orderer',
    'bank-peer',
    'merchant-chaincode',
    'bank-authentication',
    'bank-bulletins',
    'stand-ins',
  ];
  const namesOf = (found: readonly { readonly name: string }[]): readonly string[] =>
    found.map(({ name }) => name);
  const failed = (checks: readonly Check[]): readonly string[] =>
    namesOf(checks.filter(({ outcome }) => outcome === 'failed'));

  beforeAll(() => Promise.all(HANGING.map((name) => killNode(home, name, 'SIGSTOP'))));
  afterAll(() => Promise.all(HANGING.map((name) => killNode(home, name, 'SIGCONT'))));

  test('doctor and status name exactly these within 5 s each; a query ends in time and names the nodes', async () => {
    const asked = offpay(['balance', ...here]);
    const began = performance.now();
    const looked = await offpayHere(['doctor', '--json', ...here]);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(failed((JSON.parse(looked.stdout) as { checks: Check[] }).checks)).toEqual(HANGING);
    expect(looked.code).toBe(1);
    const status = await offpayHere(['network', 'status', '--json', ...here]);
    const { isUp, nodes } = JSON.parse(status.stdout) as AskedStatus;
    expect(namesOf(nodes.filter(({ state }) => state === 'not answering'))).toEqual(HANGING);
    expect([status.code, isUp]).toEqual([1, false]);
    const balance = await asked;
    // 10 s for the query, 3 s for the look at the nodes; the rest is for a machine that is busy.
    expect(performance.now() - began).toBeLessThan(60_000);
    expect([balance.code, balance.stdout]).toEqual([3, '']);
    expect(balance.stderr).toMatch(/NETWORK_UNAVAILABLE: .* Not answering: .*bank-peer/);
    expect(balance.stderr).toContain('npx offpay doctor');
  }, 60_000);
});

test('every node answers again when it goes on', async () => {
  expect(await askNodes(home)).toMatchObject({ isUp: true });
});

test('stop leaves no process, and a query says at once that nothing runs', async () => {
  await succeed('stop');
  expect(processesIn(home)).toEqual([]);
  const { code, stderr } = await offpayHere(['balance', ...here]);
  expect([code, stderr]).toEqual([3, expect.stringMatching(/^NETWORK_NOT_UP: .* is down/)]);
}, 60_000);
