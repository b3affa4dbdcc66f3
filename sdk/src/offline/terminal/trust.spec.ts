// SPDX-License-Identifier: Apache-2.0
// Whom a terminal trusts: the bank's issuers, nobody else certified by its authority, and current bulletins by those issuers.
import {
  coseDigest,
  decodeFraudProof,
  encodeBulletin,
  encodePresented,
  issuerKid,
  parseCose,
  verifyFraudProof,
  type Bulletin,
  type IssuerRow,
  type RegisteredIssuerRow,
} from '@fabric-offline-pay/domain';
import { RefusedError } from '@fabric-offline-pay/sdk';
import {
  memoryStore,
  softwareKey,
  Terminal,
  type Device,
  type Roots,
  type Store,
  type TerminalLedger,
} from '@fabric-offline-pay/sdk/offline';
import { defined } from '../../../../test/support/defined';
import { exchange, OfflineRoom, ROOTS } from '../../../../test/support/offline-room';
import {
  CERTIFICATES,
  CHANNEL,
  newBulletin,
  newDevice,
  OFFLINE_BANK,
  OFFLINE_MERCHANT,
  OFFLINE_POLICY,
  pay,
  payloadIn,
  signCertificate,
  signed,
  spkiOf,
  type Device as FundedDevice,
  VECTOR_KEYS,
} from '../../../../test/support/offline-world';

const TOLERANCE = OFFLINE_POLICY.clockToleranceSeconds;
const HIGHEST = 4_294_967_295;
const REVOKED = [{ customerId: 'customer-1', deviceId: 'phone', epoch: 'all' as const }];

let room: OfflineRoom;
let device: Device;
let store: Store;
let terminal: Terminal;

beforeEach(async () => {
  room = new OfflineRoom();
  device = await room.device();
  store = memoryStore();
  terminal = await room.terminal(store);
});

type Signer = 'issuer' | 'auditor';

const bulletinBy = (signer: Signer, values: Partial<Bulletin>): Buffer => {
  const key = VECTOR_KEYS[signer];
  const content = newBulletin({ number: 2, issuedAt: room.now, ...values });
  return signed('offpay/bulletin', encodeBulletin(content), key, issuerKid(spkiOf(key)));
};

const AUDITOR: IssuerRow = {
  bankId: OFFLINE_BANK,
  kid: issuerKid(spkiOf(VECTOR_KEYS.auditor)).toString('hex'),
  publicKey: spkiOf(VECTOR_KEYS.auditor),
  certificate: CERTIFICATES.auditor,
  authority: CERTIFICATES.root,
};

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'taken',
    (error: unknown) => (error as RefusedError).code,
  );

/** @returns the codes that a synchronisation reports. */
async function refusedNews(ledger: TerminalLedger, till = terminal): Promise<string[]> {
  const heard: string[] = [];
  const events = till.events();
  const reading = (async () => {
    for await (const event of events) {
      if (event.kind === 'newsRefused') heard.push(`${event.bankId}: ${event.code}`);
      if (event.kind === 'synchronised') return;
    }
  })();
  await till.sync(ledger);
  await reading;
  return heard;
}

let orders = 0;

/** @returns `accepted`, or the code of the refusal. */
async function payment(from = device): Promise<string> {
  orders += 1;
  try {
    const acceptance = await exchange(terminal, from, `ORD-${orders}`);
    return acceptance.accepted ? 'accepted' : acceptance.code;
  } catch (error) {
    return (error as RefusedError).code;
  }
}

describe('a bulletin', () => {
  test.each([
    [TOLERANCE, 'taken'],
    [TOLERANCE + 1, 'OFFLINE_CLOCK_WRONG'],
    [500 * 365 * 86_400, 'OFFLINE_CLOCK_WRONG'],
  ])('that is %i seconds ahead of the terminal: %s', async (ahead, code) => {
    const bulletin = bulletinBy('issuer', { issuedAt: room.now + ahead });
    expect(await codeOf(terminal.learn({ bulletin }))).toBe(code);
  });

  test('that is refused replaces no other', async () => {
    const bulletin = bulletinBy('issuer', { number: HIGHEST, issuedAt: room.now + 86_400 });
    room.ledger.newestBulletin = bulletin;
    expect(await refusedNews(room.ledger)).toEqual([`${OFFLINE_BANK}: OFFLINE_CLOCK_WRONG`]);
    expect(await payment()).toBe('accepted');
    await terminal.learn({ bulletin: await room.publish(REVOKED) });
    expect(await payment()).toBe('OFFLINE_REVOKED');
  });

  test('is accepted, however many the terminal has missed', async () => {
    await terminal.learn({ bulletin: bulletinBy('issuer', { number: 1_000, revoked: REVOKED }) });
    expect(await payment()).toBe('OFFLINE_REVOKED');
  });

  test('with the highest number blocks the news only until the bank signs the next one', async () => {
    await terminal.learn({ bulletin: bulletinBy('issuer', { number: HIGHEST }) });
    room.now += TOLERANCE;
    await terminal.learn({ bulletin: await room.publish(REVOKED) });
    expect(await payment()).toBe('accepted');
    room.now += 1;
    await terminal.learn({ bulletin: await room.publish(REVOKED) });
    expect(await payment()).toBe('OFFLINE_REVOKED');
  });

  test('with a lower number and an earlier date is never accepted again', async () => {
    const first = defined(room.ledger.newestBulletin, 'bulletin');
    room.now += 10 * TOLERANCE;
    await terminal.learn({ bulletin: await room.publish(REVOKED) });
    await terminal.learn({ bulletin: first });
    expect(await payment()).toBe('OFFLINE_REVOKED');
  });
});

describe('when a key is declared compromised', () => {
  const leaked = () => ({ at: room.now, compromised: true, trustedUntil: room.now });

  test('its bulletin no longer counts, for requests and for acceptance', async () => {
    const { bytes } = await terminal.request({ orderNumber: 'A-1', amount: '1', currency: 'EUR' });
    const paid = await device.pay(bytes);
    room.ledger.retired = leaked();
    await terminal.sync(room.ledger);
    expect(await payment()).toBe('OFFLINE_BULLETIN_MISSING');
    expect(await terminal.accept('A-1', paid.bytes)).toMatchObject({
      code: 'OFFLINE_BULLETIN_MISSING',
    });
  });

  test('a bulletin of the next issuer replaces its bulletin, whatever the numbers', async () => {
    await terminal.learn({ bulletin: bulletinBy('issuer', { number: HIGHEST }) });
    room.ledger.retired = leaked();
    await room.takeOver();
    expect(await refusedNews(room.ledger)).toEqual([]);
    const asked = await terminal.request({ orderNumber: 'A-1', amount: '1', currency: 'EUR' });
    expect(asked.repeated).toBe(false);
    expect(await payment()).toBe('OFFLINE_CERTIFICATE_FORGED');
  });

  test('nobody can make the terminal trust it again by a file', async () => {
    room.ledger.retired = leaked();
    await terminal.sync(room.ledger);
    const news = { issuers: [room.issuer.row], bulletin: bulletinBy('issuer', { number: 9 }) };
    expect(await codeOf(terminal.learn(news))).toBe('ISSUER_UNTRUSTED');
    room.ledger.retired = null;
    await terminal.sync(room.ledger);
    expect(await codeOf(terminal.learn(news))).toBe('taken');
  });
});

/** A device that no bank funded. */
function certifiedByAuditor(): FundedDevice {
  const own = newDevice();
  const certificateBytes = signCertificate(own.certificate, VECTOR_KEYS.auditor);
  const digest = coseDigest(parseCose('offpay/device-certificate', certificateBytes));
  return { ...own, certificateBytes, held: { certificate: own.certificate, digest } };
}

describe('an auditor of the bank', () => {
  test('is no issuer, and nobody trusts its bulletin', async () => {
    const bulletin = bulletinBy('auditor', { number: HIGHEST });
    expect(await codeOf(terminal.learn({ issuers: [AUDITOR], bulletin }))).toBe('ISSUER_UNTRUSTED');
    expect(await codeOf(terminal.learn({ bulletin }))).toBe('OFFLINE_SIGNATURE_INVALID');
    await terminal.learn({ bulletin: await room.publish(REVOKED) });
    expect(await payment()).toBe('OFFLINE_REVOKED');
  });

  test('cannot certify devices, even if a peer lists it', async () => {
    room.ledger.others.push({ ...AUDITOR, retired: null });
    expect(await refusedNews(room.ledger)).toEqual([`${OFFLINE_BANK}: ISSUER_UNTRUSTED`]);
    const { bytes } = await terminal.request({ orderNumber: 'A-1', amount: '1', currency: 'EUR' });
    const payload = payloadIn(bytes);
    const worthless = certifiedByAuditor();
    const { voucher } = pay(worthless, payload, room.now);
    const presented = encodePresented({ voucher, certificate: worthless.certificateBytes });
    expect(await terminal.accept('A-1', presented)).toMatchObject({
      code: 'OFFLINE_CERTIFICATE_FORGED',
    });
    expect(await payment()).toBe('accepted');
  });
});

describe('a problem with one bank’s news stops nothing else:', () => {
  const refusing = (change: Partial<TerminalLedger>): TerminalLedger => {
    const { ledger } = room;
    return {
      issuers: () => ledger.issuers(),
      bulletin: () => ledger.bulletin(),
      settle: (batch) => ledger.settle(batch),
      settledFirst: (voucher) => ledger.settledFirst(voucher),
      submitProof: (proof) => ledger.submitProof(proof),
      ...change,
    };
  };
  const stranger = (): Promise<readonly RegisteredIssuerRow[]> =>
    Promise.resolve([
      { ...room.issuer.row, bankId: 'bank-2', retired: null },
      { ...room.issuer.row, retired: null },
    ]);
  const refused = () =>
    Promise.reject(new RefusedError({ code: 'NOT_FOUND', message: 'No such bank.', details: {} }));
  const bulletin = (bytes: () => Buffer): Partial<TerminalLedger> => ({
    bulletin: () => Promise.resolve(bytes()),
  });

  test.each<[string, string, () => Partial<TerminalLedger>]>([
    ['a bulletin cut short', 'OFFLINE_MALFORMED', () => bulletin(() => Buffer.of(0xd2))],
    ['an empty bulletin', 'OFFLINE_MALFORMED', () => bulletin(() => Buffer.alloc(0))],
    [
      'a bulletin of another channel',
      'OFFLINE_WRONG_CHANNEL',
      () => bulletin(() => bulletinBy('issuer', { channel: 'other' })),
    ],
    [
      'a bulletin signed with an unknown key',
      'OFFLINE_SIGNATURE_INVALID',
      () => bulletin(() => bulletinBy('auditor', {})),
    ],
    ['an issuer of another bank', 'ISSUER_UNTRUSTED', () => ({ issuers: stranger })],
    ['a ledger that refuses', 'NOT_FOUND', () => ({ issuers: refused })],
  ])('%s', async (_, code, change) => {
    expect(await payment()).toBe('accepted');
    const ledger = refusing(change());
    expect(await refusedNews(ledger)).toEqual([`${OFFLINE_BANK}: ${code}`]);
    expect(await terminal.waiting()).toMatchObject({ count: 0 });
    expect(await payment()).toBe('accepted');
  });

  const openFor = (roots: Roots): Promise<Terminal> =>
    Terminal.open({
      store: memoryStore(),
      key: softwareKey(VECTOR_KEYS.terminal),
      channel: CHANNEL,
      merchantId: OFFLINE_MERCHANT,
      terminalId: 'till-1',
      roots,
      clock: room.clock,
    });

  test('the news of another bank are still learnt', async () => {
    terminal = await openFor({ 'bank-0': [CERTIFICATES.otherRoot], ...ROOTS });
    const ledger = refusing({
      issuers: (bankId) => (bankId === OFFLINE_BANK ? room.ledger.issuers() : refused()),
    });
    expect(await refusedNews(ledger)).toEqual(['bank-0: NOT_FOUND']);
    expect(await payment()).toBe('accepted');
  });

  test('the list of one bank cannot make an issuer of another bank', async () => {
    terminal = await openFor({ ...ROOTS, 'bank-2': [CERTIFICATES.otherRoot] });
    room.ledger.retired = { at: room.now, compromised: true, trustedUntil: room.now };
    await room.takeOver();
    const listed = [{ ...room.issuer.row, retired: null }];
    const ledger = refusing({
      issuers: (bankId) =>
        bankId === OFFLINE_BANK ? room.ledger.issuers() : Promise.resolve(listed),
    });
    expect(await refusedNews(ledger)).toEqual(['bank-2: ISSUER_UNTRUSTED']);
    expect(await payment()).toBe('OFFLINE_CERTIFICATE_FORGED');
  });
});

test('an issuer whose certificate has expired is removed when the terminal synchronises', async () => {
  room.now = Date.parse('2126-01-01') / 1000;
  room.ledger.newestBulletin = bulletinBy('issuer', {});
  expect(await refusedNews(room.ledger)).toEqual([`${OFFLINE_BANK}: OFFLINE_SIGNATURE_INVALID`]);
});

describe('a double spend under two issuers is proven', () => {
  /** A device, and a copy of it that the next issuer has topped up. */
  async function copied(): Promise<readonly [Device, Device]> {
    const contents = new Map<string, string>();
    const key = softwareKey(VECTOR_KEYS.secondDevice);
    const original = await room.openDevice(memoryStore(contents), key);
    const { certificate, bytes } = await room.certify(key, { customerId: 'customer-2' });
    await original.importCertificate(bytes, [room.issuer.row]);
    const copy = await room.openDevice(memoryStore(new Map(contents)), key);
    await room.takeOver();
    const more = await room.nextIssuer.topUp(certificate, '1000', OFFLINE_POLICY);
    room.ledger.fund(more.bytes);
    await copy.importCertificate(more.bytes, [room.nextIssuer.row]);
    return [original, copy];
  }

  const proven = (): unknown[] =>
    room.ledger.proofs.map((text) => verifyFraudProof(decodeFraudProof(text), ROOTS[OFFLINE_BANK]));

  test('by the terminal that received both vouchers', async () => {
    const [original, copy] = await copied();
    await terminal.sync(room.ledger);
    expect([await payment(original), await payment(copy)]).toEqual([
      'accepted',
      'OFFLINE_DOUBLE_SPEND',
    ]);
    await terminal.sync(room.ledger);
    expect(proven()).toMatchObject([{ ok: true, fraud: { customerId: 'customer-2' } }]);
  });

  test.each([false, true])(
    'with the first voucher from the ledger, also when its issuer has ended: %s',
    async (compromised) => {
      const [original, copy] = await copied();
      const elsewhere = await room.openTerminal(memoryStore(), 'merchant-2');
      await elsewhere.sync(room.ledger);
      expect(await exchange(elsewhere, original, 'ORD-1')).toMatchObject({ accepted: true });
      await elsewhere.sync(room.ledger);
      if (compromised) room.ledger.retired = { at: room.now, compromised, trustedUntil: room.now };
      terminal = await room.openTerminal();
      await terminal.sync(room.ledger);
      expect(await payment(copy)).toBe('accepted');
      expect(await terminal.sync(room.ledger)).toMatchObject({ refused: 1 });
      expect(proven()).toMatchObject([{ ok: true, fraud: { customerId: 'customer-2' } }]);
    },
  );
});
