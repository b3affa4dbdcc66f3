// SPDX-License-Identifier: Apache-2.0
// A wallet that somebody else could have written, in another language and from the specification alone, pays a terminal of ours,
// whose vouchers the real contracts settle; and a reader that shares nothing with it holds each vector against the text. Skipped,
// with the reason, where there is no Python with its two modules.
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  firstStanding,
  offlineLimits,
  packRequest,
  parseCose,
  spkiOfPoint,
  unpackRequest,
} from '@fabric-offline-pay/domain';
import {
  clientLedger,
  Issuer,
  memoryStore,
  softwareKey,
  Terminal,
  type TerminalLedger,
} from '@fabric-offline-pay/sdk/offline';
import { BANK, CURRENCY, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { defined, firstOf, itemAt } from '../support/defined.js';
import { CHANNEL, memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import { issuerOn } from '../support/offline-issuer.js';
import { base64, nowSeconds, OFFLINE, OfflineLedger } from '../support/offline-ledger.js';
import {
  CERTIFICATES,
  newCancellation,
  newKey,
  newRequest,
  signRequest,
  spkiOf,
} from '../support/offline-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import {
  describeWith,
  FAILING_AT_SIGNATURE,
  findPython,
  PythonWallet,
  runScript,
  type Answer,
} from '../support/python.js';
import vectors from '../vectors/offline.json';

const RESERVE = { customerId: 'customer-1', deviceId: 'python', epoch: 1 };
const TOTAL = 10_000;
const PAYEE_SECONDS = 86_400;

const VECTORS = join(__dirname, '..', 'vectors', 'offline.json');

const tillKey = newKey();

const python = findPython();
const describePython = describeWith(python);
const program = 'program' in python ? python.program : '';
const fromBase64 = (answer: Answer, member: string): Buffer =>
  Buffer.from(String(answer[member]), 'base64');

beforeAll(stopTime);
afterAll(resumeTime);

describePython('a wallet in Python', () => {
  let folder: string;
  let memory: MemoryWorld;
  let ledger: OfflineLedger;
  let issuer: Issuer;
  let wallet: PythonWallet;
  let till: Terminal;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'interop-python-'));
    wallet = started();
    memory = await memoryWorld();
    ledger = await OfflineLedger.open(memory);
    issuer = issuerOn(CHANNEL);
    await memory.world.customer(RESERVE.customerId);
    await fund();
    till = await openTill();
  });

  afterEach(async () => {
    await wallet.end();
    rmSync(folder, { recursive: true });
    expect(missingMoney(memory.ledger.state())).toBe(0n);
  });

  const started = (start?: readonly string[]) =>
    new PythonWallet(program, join(folder, 'wallet.json'), start);

  const merchantLedger = (): TerminalLedger =>
    clientLedger(ledger.merchant(), {
      call: () => Promise.resolve(undefined),
      calls: async function* () {
        // Nothing is proven here.
      },
    });

  /** The bank registers the wallet's key, reserves the money and signs the certificate. */
  async function fund(): Promise<void> {
    const publicKey = spkiOfPoint(fromBase64(await wallet.ask('key'), 'key'));
    const { customerId, deviceId } = RESERVE;
    await ledger.bank('teller').identity.registerDevice({ customerId, deviceId, publicKey });
    const limits = defined(
      offlineLimits(POLICY, firstStanding(POLICY.reputation), CURRENCY),
      'limits',
    );
    const { bytes } = await issuer.certify({
      ...{ ...RESERVE, publicKey, currency: CURRENCY, total: TOTAL.toString() },
      ...{ limits: { ...limits, perPayment: '4000' }, policy: OFFLINE },
    });
    await ledger.node.offline.fund({ ...RESERVE, certificate: base64(bytes) });
    expect(await wallet.ask('certificate', { bytes: base64(bytes) })).toMatchObject({
      code: 'OFFLINE_CERTIFICATE_FORGED',
    });
    await wallet.ask('trust', { bankId: BANK, publicKey: issuer.row.publicKey });
    const taken = { counter: 0, cumulative: 0, total: TOTAL };
    expect(await wallet.ask('certificate', { bytes: base64(bytes) })).toEqual(taken);
  }

  const payeeOf = (terminalId: string, key: KeyObject): Promise<Buffer> =>
    issuer.certifyPayee({
      ...{ publicKey: spkiOf(key), merchantId: MERCHANT, terminalId, licence: 'LIC-7' },
      ...{ name: 'Bäckerei Sørensen', validUntil: nowSeconds() + PAYEE_SECONDS },
    });

  /** A terminal that customers can tell by its name. */
  async function openTill(): Promise<Terminal> {
    const opened = await Terminal.open({
      ...{ store: memoryStore(), key: softwareKey(tillKey), channel: CHANNEL },
      ...{ merchantId: MERCHANT, terminalId: 'till-1', roots: { [BANK]: [CERTIFICATES.root] } },
    });
    await opened.sync(merchantLedger());
    await opened.learn({ payee: await payeeOf('till-1', tillKey) });
    return opened;
  }

  const requestOf = async (orderNumber: string, amount = 1_250): Promise<Buffer> => {
    const asked = { orderNumber, amount: amount.toString(), currency: CURRENCY };
    return (await till.request(asked)).bytes;
  };

  const asked = (op: 'read' | 'pay', bytes: Uint8Array, now = nowSeconds()): Promise<Answer> =>
    wallet.ask(op, { bytes: base64(bytes), now });

  /** One payment with both sides offline, and the receipt. */
  async function payOrder(orderNumber: string, amount?: number): Promise<Buffer> {
    const payment = fromBase64(await asked('pay', await requestOf(orderNumber, amount)), 'payment');
    const acceptance = await till.accept(orderNumber, payment);
    if (!acceptance.accepted) throw new Error(acceptance.code);
    const receipt = await wallet.ask('receipt', { bytes: base64(acceptance.receipt) });
    expect(receipt).toEqual({ acceptedAt: acceptance.payment.acceptedAt });
    return payment;
  }

  test('pays a terminal, is cancelled once, and both sides have their money on the ledger', async () => {
    const request = await requestOf('OFF-1');
    expect(await asked('read', request)).toEqual({
      ...{ name: 'Bäckerei Sørensen', licence: 'LIC-7', merchantId: MERCHANT },
      ...{ orderNumber: 'OFF-1', amount: 1_250, currency: CURRENCY, delivery: false },
    });
    const payments = [await payOrder('OFF-1'), await payOrder('OFF-2', 750)];
    passSeconds(3_600);
    for (const [index, orderNumber] of ['OFF-1', 'OFF-2'].entries())
      expect(await till.accept(orderNumber, itemAt(payments, index))).toMatchObject({
        repeated: true,
      });

    const unread = await asked('pay', await requestOf('OFF-3', 500));
    const cancellation = firstOf(await till.cancel('OFF-3'));
    const claim = await wallet.ask('cancellation', { bytes: base64(cancellation) });
    expect(await till.accept('OFF-3', fromBase64(unread, 'payment'))).toMatchObject({
      code: 'OFFLINE_CANCELLED',
    });
    await payOrder('OFF-4', 1_000);

    expect(await till.sync(merchantLedger())).toMatchObject({ settled: 3, refused: 0 });
    const brought = claim as {
      voucher: string;
      request: string;
      cancellation: string;
      payee: string;
    };
    const { result } = await ledger.node.offline.cancel({ ...RESERVE, ...brought });
    expect(result).toMatchObject({ returned: '500' });
    expect(await ledger.node.offline.readReserve(RESERVE)).toMatchObject({
      ...{ settled: '3000', returned: '500', status: 'active' },
    });
  });

  test('gives the same bytes for the same request, also after its power failed', async () => {
    const request = await requestOf('OFF-1');
    const payment = await asked('pay', request);
    passSeconds(301);
    expect(await asked('pay', request)).toEqual(payment);
    wallet.kill();
    await wallet.end();
    wallet = started();
    expect(await asked('pay', request)).toEqual(payment);
    expect(await till.accept('OFF-1', fromBase64(payment, 'payment'))).toMatchObject({
      code: 'OFFLINE_REQUEST_EXPIRED',
    });
    await payOrder('OFF-2');
  });

  test('counts a voucher before it signs it', async () => {
    const requests = [await requestOf('OFF-1'), await requestOf('OFF-2')] as const;
    await wallet.end();
    wallet = started(FAILING_AT_SIGNATURE);
    await expect(asked('pay', requests[0])).rejects.toThrow('the wallet ended');
    await wallet.end();
    wallet = started();
    for (const [orderNumber, request, counter] of [
      ['OFF-2', requests[1], 2],
      ['OFF-1', requests[0], 1],
    ] as const) {
      const payment = fromBase64(await asked('pay', request), 'payment');
      const acceptance = await till.accept(orderNumber, payment);
      expect(acceptance).toMatchObject({ accepted: true, payment: { counter } });
    }
  });

  test('refuses by the rules of the text, and nothing is spent by it', async () => {
    const request = await requestOf('OFF-1');
    const { request: whole } = unpackRequest(request, CHANNEL);
    // By another key than the request, and of another terminal than the request.
    const payees = [await payeeOf('till-1', newKey()), await payeeOf('till-2', tillKey)];
    // By another key that is certified for the terminal, and signed what the till asks for.
    const otherKey = newKey();
    const taken = packRequest({
      request: signRequest(parseCose('offpay/payment-request', whole).payload, otherKey),
      payee: await payeeOf('till-1', otherKey),
    });
    const refusals: readonly (readonly [string, Uint8Array, number?])[] = [
      ...payees.map(
        (payee) => ['OFFLINE_PAYEE_UNTRUSTED', packRequest({ request: whole, payee })] as const,
      ),
      ['OFFLINE_PAYEE_UNTRUSTED', taken],
      ['OFFLINE_PAYEE_UNTRUSTED', request, PAYEE_SECONDS + 1],
      ['OFFLINE_CLOCK_WRONG', request, -61],
      ['OFFLINE_REQUEST_EXPIRED', request, 301],
      ['OFFLINE_OVER_PAYMENT_CAP', await requestOf('OFF-2', 4_001)],
      ['OFFLINE_MALFORMED', Buffer.concat([request, Buffer.alloc(1)])],
      // The head of its array, in two bytes.
      ['OFFLINE_MALFORMED', Buffer.concat([Buffer.from('980d', 'hex'), request.subarray(1)])],
    ];
    for (const [code, shown, seconds = 0] of refusals)
      expect(await asked('pay', shown, nowSeconds() + seconds)).toMatchObject({ code });
    for (const orderNumber of ['OFF-3', 'OFF-4']) await payOrder(orderNumber, 4_000);
    expect(await asked('pay', await requestOf('OFF-5', 2_001))).toMatchObject({
      code: 'OFFLINE_OVER_TOTAL_CAP',
    });
  });

  test('pays who does not say who it is, and tells the customer so', async () => {
    const { request } = unpackRequest(await requestOf('OFF-1'), CHANNEL);
    for (const shown of [request, packRequest({ request })])
      expect(await asked('read', shown)).toMatchObject({ name: null, orderNumber: 'OFF-1' });
    const payment = fromBase64(await asked('pay', request, nowSeconds() - 60), 'payment');
    const acceptance = await till.accept('OFF-1', payment);
    expect(acceptance).toMatchObject({ accepted: true });
    expect(
      await wallet.ask('receipt', { bytes: base64(await till.receipt('OFF-1')) }),
    ).toMatchObject({
      code: 'OFFLINE_PAYEE_UNTRUSTED',
    });
  });

  test('believes a receipt and a cancellation by the terminal that asked, and the first of the two', async () => {
    await payOrder('OFF-1');
    const receipt = await till.receipt('OFF-1');
    const { request } = unpackRequest(await requestOf('OFF-1'), CHANNEL);
    const { payload } = parseCose('offpay/payment-request', request);
    const changed = Buffer.from(receipt);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    const statements: readonly (readonly [string, 'receipt' | 'cancellation', Uint8Array])[] = [
      ['OFFLINE_SIGNATURE_INVALID', 'receipt', changed],
      ['OFFLINE_SIGNATURE_INVALID', 'cancellation', newCancellation(payload, newKey())],
      ['OFFLINE_MALFORMED', 'cancellation', receipt],
      ['NOT_FOUND', 'cancellation', newCancellation(newRequest())],
      ['IDEMPOTENCY_CONFLICT', 'cancellation', newCancellation(payload, tillKey)],
    ];
    for (const [code, op, bytes] of statements)
      expect(await wallet.ask(op, { bytes: base64(bytes) })).toMatchObject({ code });
  });

  test('reads nothing in another form than its one', async () => {
    for (const { of, name, bytes } of vectors.malformed) {
      const op = { 'packed-request': 'read', 'signed device-certificate': 'certificate' }[of];
      if (op === undefined) continue;
      const shown = { bytes: base64(Buffer.from(bytes, 'hex')), ...(op === 'read' && { now: 0 }) };
      expect({ name, ...(await wallet.ask(op, shown)) }).toMatchObject({
        ...{ name, code: 'OFFLINE_MALFORMED' },
      });
    }
  });
});

describePython('a reader in Python', () => {
  test('finds every vector as the text says', () => {
    const { ok, output } = runScript(program, 'check_vectors.py', [VECTORS]);
    expect(output).not.toContain('does not hold');
    expect(output).toContain(
      `malformed: ${vectors.malformed.length} of ${vectors.malformed.length}`,
    );
    expect(ok).toBe(true);
  });

  test('finds a vector of each kind that is not', () => {
    const changed = structuredClone(vectors);
    const spoil = (text: string): string => text.slice(0, -2) + (text.endsWith('00') ? '01' : '00');
    const [object, packed] = [firstOf(changed.objects), firstOf(changed.packedRequests)];
    object.bytes = spoil(object.bytes);
    packed.request = spoil(packed.request);
    firstOf(changed.packedPayments).voucher = spoil(firstOf(changed.packedPayments).voucher);
    firstOf(changed.evidence).receipt = spoil(firstOf(changed.evidence).receipt);
    firstOf(changed.shortClaims.claims).expected = 'malformed';
    firstOf(changed.changes).expected = 'OFFLINE_MALFORMED';
    firstOf(changed.malformed).bytes = object.payload;
    const folder = mkdtempSync(join(tmpdir(), 'interop-vectors-'));
    try {
      const file = join(folder, 'spoilt.json');
      writeFileSync(file, JSON.stringify(changed));
      const { ok, output } = runScript(program, 'check_vectors.py', [file]);
      expect(output.match(/does not hold/g)).toHaveLength(7);
      expect(ok).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
