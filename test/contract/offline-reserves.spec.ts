// SPDX-License-Identifier: Apache-2.0
// Money between accounts and reserves, issuers and bulletins, and what follows from loss and double spending, on the
// ledger in memory. After each test the books balance.
import {
  applyBulletinChanges,
  coseDigest,
  decodeBulletin,
  encodeFraudProof,
  issuerKid,
  parseCose,
  type Bulletin,
  type DeviceCertificate,
} from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { BANK, CURRENCY, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { availableTo } from '../support/balances.js';
import { itemAt } from '../support/defined.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import {
  base64,
  nowSeconds,
  OFFLINE,
  OfflineLedger,
  reserveKeyOf,
  signedBulletin,
  timesOf,
  unfunded,
} from '../support/offline-ledger.js';
import {
  CERTIFICATES,
  forge,
  ISSUER,
  newDevice,
  newKey,
  pointOf,
  proofSide,
  signCertificate,
  spkiOf,
  VECTOR_KEYS,
  type Device,
  type Payment,
} from '../support/offline-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

const MONEY = 1_000_000;

let memory: MemoryWorld;
let ledger: OfflineLedger;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  memory = await memoryWorld();
  ledger = await OfflineLedger.open(memory);
});
afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

const available = async (customerId = 'customer-1'): Promise<number> =>
  Number(await availableTo(ledger.node, customerId));

const passClaimUntil = (device: Device): void =>
  passSeconds(device.certificate.claimUntil - nowSeconds() + 61);

describe('fund', () => {
  let key: Device['key'];
  beforeEach(async () => {
    ({ privateKey: key } = await memory.world.customer('customer-1'));
  });

  it('moves money from the account, once', async () => {
    const device = unfunded('customer-1', key);
    await ledger.fund(device);
    await ledger.fund(device);
    expect(await available()).toBe(MONEY - 20_000);
    const { currencies } = await ledger.bank('auditor').settlement.totals({});
    expect(currencies[CURRENCY]).toMatchObject({ reserves: '20000', onLedger: '1000000' });
    const { reserves } = await ledger.node.offline.listReserves({ customerId: 'customer-1' });
    expect(reserves).toHaveLength(1);
  });

  it('refuses another certificate for an epoch that was funded', async () => {
    await ledger.fund(unfunded('customer-1', key));
    const other = unfunded('customer-1', key, { perPayment: 4_000n });
    await expect(ledger.fund(other)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  const times = timesOf(0);
  it.each<[string, string, Partial<DeviceCertificate>]>([
    ['of another channel', 'OFFLINE_WRONG_CHANNEL', { channel: 'other' }],
    ['of another policy', 'OFFLINE_CERTIFICATE_MISMATCH', { policyVersion: 2 }],
    ['that is no first one', 'OFFLINE_CERTIFICATE_MISMATCH', { sequence: 1 }],
    ['above the cap of a payment', 'OFFLINE_OVER_PAYMENT_CAP', { perPayment: 5_001n }],
    ['above the total cap', 'OFFLINE_OVER_TOTAL_CAP', { total: 20_001n }],
    ['in a currency without caps', 'OFFLINE_NOT_ALLOWED', { currency: 'USD' }],
    ['that is over', 'OFFLINE_CERTIFICATE_MISMATCH', times],
  ])('refuses a certificate %s: %s', async (_, code, values) => {
    await expect(ledger.fund(unfunded('customer-1', key, values))).rejects.toMatchObject({ code });
    expect(await available()).toBe(MONEY);
  });

  it('refuses times that leave merchants less to settle than the policy says', async () => {
    const { spendUntil, claimUntil } = timesOf(nowSeconds());
    for (const values of [
      { claimUntil: claimUntil - 1 },
      { spendUntil: spendUntil + OFFLINE.clockToleranceSeconds + 1, claimUntil: claimUntil + 61 },
    ])
      await expect(ledger.fund(unfunded('customer-1', key, values))).rejects.toMatchObject({
        code: 'OFFLINE_CERTIFICATE_MISMATCH',
      });
  });

  it('refuses the key of another device, and a device that was revoked', async () => {
    const code = 'OFFLINE_CERTIFICATE_MISMATCH';
    await expect(ledger.fund(unfunded('customer-1', newKey()))).rejects.toMatchObject({ code });
    const device = { customerId: 'customer-1', deviceId: 'phone' };
    await ledger.bank('teller').identity.revokeDevice(device);
    const revoked = ledger.fund(unfunded('customer-1', key));
    await expect(revoked).rejects.toMatchObject({ code: 'DEVICE_UNKNOWN' });
  });

  it('refuses a certificate by a key that the bank did not register', async () => {
    const { certificate } = unfunded('customer-1', key);
    const certificateBytes = signCertificate(certificate, VECTOR_KEYS.otherIssuer);
    const forged = ledger.fund({ ...unfunded('customer-1', key), certificateBytes });
    await expect(forged).rejects.toMatchObject({ code: 'OFFLINE_CERTIFICATE_FORGED' });
  });

  it('caps what all devices of a customer have together', async () => {
    await ledger.fund(unfunded('customer-1', key));
    const other = newKey();
    const tablet = { customerId: 'customer-1', deviceId: 'tablet' };
    await ledger.bank('teller').identity.registerDevice({ ...tablet, publicKey: spkiOf(other) });
    const second = ledger.fund(unfunded('customer-1', other, { deviceId: 'tablet', total: 1n }));
    await expect(second).rejects.toMatchObject({ code: 'OFFLINE_OVER_TOTAL_CAP' });
  });

  it('refuses what the account does not hold, and caps all reserves of a device together', async () => {
    const { privateKey } = await memory.world.customer('customer-2', '100');
    await expect(ledger.fund(unfunded('customer-2', privateKey))).rejects.toMatchObject({
      code: 'INSUFFICIENT_FUNDS',
    });
    await ledger.fund(unfunded('customer-1', key, { total: 15_000n }));
    const second = (total: bigint) => ledger.fund(unfunded('customer-1', key, { epoch: 2, total }));
    await expect(second(5_001n)).rejects.toMatchObject({ code: 'OFFLINE_OVER_TOTAL_CAP' });
    await second(5_000n);
    expect(await available()).toBe(MONEY - 20_000);
  });
});

describe('an issuer', () => {
  const register = (certificate: string, authority: string) =>
    ledger.bank('operator').offline.registerIssuer({ bankId: BANK, certificate, authority });

  it('is registered once', async () => {
    expect((await register(CERTIFICATES.issuer, CERTIFICATES.root)).result.replayed).toBe(true);
    const { issuers } = await ledger.node.offline.listIssuers({ bankId: BANK });
    expect(issuers).toHaveLength(1);
    expect(issuers[0]?.publicKey).toBe(spkiOf(VECTOR_KEYS.issuer));
  });

  it.each([
    ['of another authority', CERTIFICATES.issuer, CERTIFICATES.otherRoot],
    ['vouched for by what is no authority', CERTIFICATES.issuer, CERTIFICATES.issuer],
    ['that is no certificate', 'none', CERTIFICATES.root],
    ['that is an auditor of the bank', CERTIFICATES.auditor, CERTIFICATES.root],
    ['that has no role', CERTIFICATES.issuerWithoutRole, CERTIFICATES.root],
    ['of another bank', CERTIFICATES.issuerOfBank2, CERTIFICATES.root],
    ['with text before it', `text\n${CERTIFICATES.issuer}`, CERTIFICATES.root],
    ['of an authority with text before it', CERTIFICATES.issuer, `text\n${CERTIFICATES.root}`],
  ])('%s is refused', async (_, certificate, authority) => {
    await expect(register(certificate, authority)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('a retired issuer', () => {
  const other = {
    key: VECTOR_KEYS.otherIssuer,
    kid: issuerKid(spkiOf(VECTOR_KEYS.otherIssuer)).toString('hex'),
  };
  let device: Device;
  beforeEach(async () => {
    device = await ledger.device('customer-1');
  });

  const retire = async (compromised = false, kid = ISSUER.kid) =>
    (await ledger.bank('operator').offline.retireIssuer({ bankId: BANK, kid, compromised })).result;

  const registerOther = () =>
    ledger.bank('operator').offline.registerIssuer({
      ...{ bankId: BANK, certificate: CERTIFICATES.otherIssuer },
      authority: CERTIFICATES.otherRoot,
    });

  const listed = async (kid = ISSUER.kid) => {
    const { issuers } = await ledger.node.offline.listIssuers({ bankId: BANK });
    return issuers.find((issuer) => issuer.kid === kid)?.retired;
  };

  /** The next certificate of the device, by the first issuer or another one. */
  const raised = (key = VECTOR_KEYS.issuer): Device => {
    const certificate = { ...device.certificate, sequence: 1 };
    return { ...device, certificate, certificateBytes: signCertificate(certificate, key) };
  };

  const topUp = (next: Device) =>
    ledger.node.offline.topUp({
      ...{ ...reserveKeyOf(next), sequence: 1 },
      certificate: base64(next.certificateBytes),
    });

  it('is retired once, and listed with the time when its last device may have paid', async () => {
    expect(await listed()).toBeNull();
    const { spendSeconds, clockToleranceSeconds } = OFFLINE;
    const at = nowSeconds();
    const trustedUntil = at + spendSeconds + clockToleranceSeconds;
    expect(await retire()).toEqual({ replayed: false, units: [], trustedUntil });
    passSeconds(10);
    expect(await retire()).toEqual({ replayed: true, units: [], trustedUntil });
    expect(await listed()).toEqual({ at, compromised: false, trustedUntil });
  });

  it('is compromised from the day when that is known, and stays so', async () => {
    await retire();
    const at = nowSeconds();
    passSeconds(10);
    expect(await retire(true)).toMatchObject({ replayed: false, trustedUntil: at + 10 });
    expect(await retire(true)).toMatchObject({ replayed: true, trustedUntil: at + 10 });
    expect(await retire(false)).toMatchObject({ replayed: true, trustedUntil: at + 10 });
    expect(await listed()).toEqual({ at, compromised: true, trustedUntil: at + 10 });
  });

  it('is one that the bank registered, and is never registered again', async () => {
    await expect(retire(false, other.kid)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await registerOther();
    await retire(false, other.kid);
    await expect(registerOther()).rejects.toMatchObject({ code: 'OFFLINE_ISSUER_RETIRED' });
  });

  it.each([false, true])(
    'funds nothing new, and repeats what it funded: %s',
    async (compromised) => {
      await retire(compromised);
      const next = unfunded('customer-1', device.key, { epoch: 2, total: 1_000n });
      const code = 'OFFLINE_ISSUER_RETIRED';
      await expect(ledger.fund(next)).rejects.toMatchObject({ code });
      await expect(topUp(raised())).rejects.toMatchObject({ code });
      await ledger.fund(device);
      expect(await available()).toBe(MONEY - 20_000);
    },
  );

  it.each([false, true])(
    'leaves what it funded to merchants and customer: %s',
    async (compromised) => {
      const before = ledger.pay(device);
      await retire(compromised);
      const after = ledger.pay(device);
      expect(await ledger.settle([[device, [before, after]]])).toEqual(['settled', 'settled']);
      passClaimUntil(device);
      const { result } = await ledger.node.offline.closeReserve(reserveKeyOf(device));
      expect(result.returned).toBe('17500');
    },
  );

  it('is believed as long as a device may pay that was certified under a policy of before', async () => {
    const at = nowSeconds();
    const offline = { ...OFFLINE, version: OFFLINE.version + 1, spendSeconds: 60 };
    for (const role of ['bank', 'merchant'] as const)
      await memory.clientFor(role, 'operator', BANK).identity.vote({
        proposal: { kind: 'policy', policy: { ...POLICY, offline } },
      });
    const { trustedUntil } = await retire();
    expect(trustedUntil).toBe(at + OFFLINE.spendSeconds + OFFLINE.clockToleranceSeconds);
    expect(trustedUntil).toBeGreaterThan(device.certificate.spendUntil);
  });

  it('is followed by another one, which tops up what the first one funded', async () => {
    await retire();
    await registerOther();
    const next = raised(other.key);
    expect((await topUp(next)).result).toMatchObject({ replayed: false, funded: '20000' });
    const certificateDigest = coseDigest(
      parseCose('offpay/device-certificate', next.certificateBytes),
    );
    const payment = forge(ledger.pay(device), { certificateDigest });
    expect(await ledger.settle([[device, [payment]]])).toEqual(['settled']);
  });

  it('publishes no bulletin any more, alone or with a revocation; the next one does', async () => {
    await retire();
    const publish = (bulletin: string) =>
      ledger.node.offline.publishBulletin({ bankId: BANK, bulletin });
    const code = 'OFFLINE_ISSUER_RETIRED';
    await expect(publish(signedBulletin({ number: 2 }))).rejects.toMatchObject({ code });
    const key = reserveKeyOf(device);
    const bulletin = signedBulletin({ number: 2, revoked: [key] });
    const revoking = ledger.node.offline.revokeReserve({ ...key, bulletin });
    await expect(revoking).rejects.toMatchObject({ code });
    await registerOther();
    await publish(signedBulletin({ number: 2 }, other.key));
  });

  it('frames nobody, though its key is in other hands and signs for another device', async () => {
    const key = newKey();
    const thief = newDevice({ ...device.certificate, deviceKey: pointOf(key) }, key);
    const clone = { ...thief };
    const side = (payment: Payment) => proofSide(thief.certificateBytes, payment);
    const proof = encodeFraudProof({
      kind: 'sameCounter',
      sides: [side(ledger.pay(thief)), side(ledger.pay(clone))],
    });
    const framing = ledger.merchant().offline.submitFraudProof({ proof });
    await expect(framing).rejects.toMatchObject({ code: 'OFFLINE_CERTIFICATE_MISMATCH' });
    const { status } = await ledger.node.offline.readReserve(reserveKeyOf(device));
    expect(status).toBe('active');
  });
});

describe('a bulletin', () => {
  const publish = (values: Partial<Bulletin>, key = VECTOR_KEYS.issuer) =>
    ledger.node.offline.publishBulletin({ bankId: BANK, bulletin: signedBulletin(values, key) });
  const read = () => ledger.node.offline.readBulletin({ bankId: BANK });

  it('takes the place of the last, and of the same number when it is fresher', async () => {
    passSeconds(10);
    await publish({ number: 1 });
    await publish({ number: 2 });
    expect(await read()).toMatchObject({ number: 2, issuedAt: nowSeconds() });
  });

  it('is a repetition when it is the same', async () => {
    const bulletin = signedBulletin({ number: 2 });
    const { offline } = ledger.node;
    await offline.publishBulletin({ bankId: BANK, bulletin });
    const { result } = await offline.publishBulletin({ bankId: BANK, bulletin });
    expect(result).toMatchObject({ replayed: true, number: 2 });
  });

  const all = { customerId: 'customer-9', deviceId: 'phone', epoch: 'all' as const };
  const tolerance = OFFLINE.clockToleranceSeconds + 60;
  it.each<[string, string, () => Partial<Bulletin>]>([
    ['an older number', 'STATE_CONFLICT', () => ({ number: 0 })],
    ['a number that leaves one out', 'STATE_CONFLICT', () => ({ number: 3 })],
    ['the highest number', 'STATE_CONFLICT', () => ({ number: 4_294_967_295 })],
    ['the same number and time', 'STATE_CONFLICT', () => ({ number: 1, revoked: [all] })],
    ['another channel', 'OFFLINE_WRONG_CHANNEL', () => ({ number: 2, channel: 'other' })],
    ['another policy', 'INPUT_INVALID', () => ({ number: 2, policy: { ...OFFLINE, count: 9 } })],
    ['another bank', 'OFFLINE_SIGNATURE_INVALID', () => ({ number: 2, bankId: 'bank-2' })],
    [
      'a time ahead',
      'OFFLINE_CLOCK_WRONG',
      () => ({ number: 2, issuedAt: nowSeconds() + tolerance + 1 }),
    ],
    [
      'a time long ago',
      'OFFLINE_CLOCK_WRONG',
      () => {
        passSeconds(tolerance + 10);
        return { number: 2, issuedAt: nowSeconds() - tolerance - 1 };
      },
    ],
    [
      'a time before the last one',
      'STATE_CONFLICT',
      () => ({ number: 2, issuedAt: nowSeconds() - 1 }),
    ],
    ['devices that nobody reported', 'INPUT_INVALID', () => ({ number: 2, revoked: [all] })],
  ])('of %s is refused: %s', async (_, code, values) => {
    await expect(publish(values())).rejects.toMatchObject({ code });
    expect((await read()).number).toBe(1);
  });

  it('is dated as near the clock as clocks are', async () => {
    passSeconds(tolerance);
    await publish({ number: 2, issuedAt: nowSeconds() - tolerance });
    await publish({ number: 3, issuedAt: nowSeconds() + tolerance });
    expect((await read()).number).toBe(3);
  });

  it('of the same number tells no other policy: a request names by its number what was agreed', async () => {
    const offline = { ...OFFLINE, version: OFFLINE.version + 1, lossBearer: 'bank' as const };
    const policy = { ...POLICY, offline };
    for (const role of ['bank', 'merchant'] as const)
      await memory.clientFor(role, 'operator', BANK).identity.vote({
        proposal: { kind: 'policy', policy },
      });
    passSeconds(10);
    const again = publish({ number: 1, policy: offline });
    await expect(again).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await publish({ number: 2, policy: offline });
  });

  it('of the same number may name no other devices, though it is fresher', async () => {
    passSeconds(10);
    const again = publish({ number: 1, revoked: [all] });
    await expect(again).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('by a key that is not the issuer is refused', async () => {
    const forged = publish({ number: 2 }, VECTOR_KEYS.otherIssuer);
    await expect(forged).rejects.toMatchObject({ code: 'OFFLINE_SIGNATURE_INVALID' });
  });

  const report = (device: Device, revoked: Bulletin['revoked'], number = 2) =>
    ledger.node.offline.revokeReserve({
      ...reserveKeyOf(device),
      bulletin: signedBulletin({ number, revoked }),
    });

  it.each([['an epoch'], ['all epochs']])(
    'forgets no device that could still spend, and every one that cannot: %s',
    async (what) => {
      const device = await ledger.device('customer-1');
      const key = reserveKeyOf(device);
      const entry = what === 'an epoch' ? key : { ...key, epoch: 'all' as const };
      await report(device, [entry]);
      await expect(publish({ number: 3 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      passSeconds(OFFLINE.spendSeconds + 60);
      await expect(publish({ number: 3 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      passSeconds(1);
      await publish({ number: 3 });
      expect((await read()).number).toBe(3);
    },
  );

  it('keeps its devices in their order, new ones last', async () => {
    const [first, second] = [await ledger.device('customer-1'), await ledger.device('customer-2')];
    const [one, two] = [reserveKeyOf(first), reserveKeyOf(second)];
    await report(first, [one]);
    await expect(report(second, [two, one], 3)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(report(second, [one, two, two], 3)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    await report(second, [one, two], 3);
  });

  it('is told by what changed since another one, and put together again', async () => {
    const devices = await Promise.all([1, 2, 3].map((n) => ledger.device(`customer-${n}`)));
    const keys = devices.map(reserveKeyOf);
    const told = async (since: number) => {
      const { changes } = await ledger.node.offline.readBulletinChanges({ bankId: BANK, since });
      return Buffer.from(changes, 'base64');
    };
    const stored = async (): Promise<Buffer> => Buffer.from((await read()).bulletin, 'base64');
    const versions = [await stored()];
    for (const [index, device] of devices.entries()) {
      await report(device, keys.slice(0, index + 1), index + 2);
      versions.push(await stored());
    }
    passSeconds(OFFLINE.spendSeconds + 61);
    await publish({ number: 5, revoked: keys.slice(1) });
    const newest = await stored();
    for (const version of [...versions, newest]) {
      const known = decodeBulletin(parseCose('offpay/bulletin', version).payload);
      const changes = await told(known.number);
      expect(applyBulletinChanges(known, changes).equals(newest)).toBe(true);
    }
    const second = decodeBulletin(parseCose('offpay/bulletin', itemAt(versions, 1)).payload);
    expect(() => applyBulletinChanges(second, Buffer.alloc(3))).toThrow('canonical');
    await expect(told(9)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(told(0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a lost device', () => {
  let device: Device;
  beforeEach(async () => {
    device = await ledger.device('customer-1');
  });

  const revoke = (values: Partial<Bulletin> = {}) =>
    ledger.bank('teller').offline.revokeReserve({
      ...reserveKeyOf(device),
      bulletin: signedBulletin({ number: 2, revoked: [reserveKeyOf(device)], ...values }),
    });

  it('is revoked together with the bulletin that says so, once', async () => {
    expect((await revoke()).result).toMatchObject({ replayed: false, number: 2 });
    expect((await revoke()).result).toMatchObject({ replayed: true, number: 2 });
    const other = revoke({ number: 3 });
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    expect((await ledger.node.offline.readBulletin({ bankId: BANK })).number).toBe(2);
    expect(await ledger.node.offline.readReserve(reserveKeyOf(device))).toMatchObject({
      status: 'revoked',
      reported: { number: 2, at: nowSeconds() },
    });
  });

  it('is not revoked by a bulletin that does not name it, or that terminals may have already', async () => {
    await expect(revoke({ revoked: [] })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    passSeconds(10);
    await expect(revoke({ number: 1 })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('is revoked whole, with every epoch that it has, by a bulletin that names it whole', async () => {
    const second = unfunded('customer-1', device.key, { epoch: 2, total: 1_000n });
    const small = await ledger.device('customer-2', { total: 2_000n });
    const other = unfunded('customer-2', small.key, { epoch: 2, total: 2_000n });
    await ledger.fund(other);
    const whole = { customerId: 'customer-2', deviceId: 'phone', epoch: 'all' as const };
    await ledger.node.offline.revokeReserve({
      ...reserveKeyOf(small),
      bulletin: signedBulletin({ number: 2, revoked: [whole] }),
    });
    for (const each of [small, other])
      expect(await ledger.node.offline.readReserve(reserveKeyOf(each))).toMatchObject({
        status: 'revoked',
      });
    const known = ledger.pay(other, { bulletinNumber: 2 });
    expect(await ledger.settle([[other, [known]]])).toEqual(['revoked']);
    const third = unfunded('customer-2', small.key, { epoch: 3, total: 1_000n });
    const code = 'OFFLINE_RESERVE_INACTIVE';
    await expect(ledger.fund(third)).rejects.toMatchObject({ code });
    await expect(ledger.fund(second)).rejects.toMatchObject({ code: 'OFFLINE_OVER_TOTAL_CAP' });
  });

  it('leaves its rest to another device, after everybody could settle', async () => {
    const { privateKey, deviceId } = await secondDevice();
    const payment = ledger.pay(device);
    await revoke();
    const reissue = (total: bigint) => {
      const next = unfunded('customer-1', privateKey, { deviceId, total });
      const { offline } = ledger.bank('teller');
      return offline.reissue({
        ...reserveKeyOf(next),
        lostDeviceId: 'phone',
        lostEpoch: 1,
        certificate: base64(next.certificateBytes),
      });
    };
    await expect(reissue(20_000n)).rejects.toMatchObject({ code: 'OFFLINE_CLAIM_OPEN' });
    expect(await ledger.settle([[device, [payment]]])).toEqual(['settled']);
    passClaimUntil(device);
    await expect(reissue(20_000n)).rejects.toMatchObject({ code: 'OFFLINE_CERTIFICATE_MISMATCH' });
    expect((await reissue(18_750n)).result).toMatchObject({ replayed: false, funded: '18750' });
    expect((await reissue(18_750n)).result).toMatchObject({ funded: '18750' });
    expect(await available()).toBe(MONEY - 20_000);
  });

  async function secondDevice() {
    const privateKey = newKey();
    const [customerId, deviceId] = ['customer-1', 'tablet'];
    const { identity } = ledger.bank('teller');
    await identity.registerDevice({ customerId, deviceId, publicKey: spkiOf(privateKey) });
    return { privateKey, deviceId };
  }

  it('leaves nothing to another one before it is revoked', async () => {
    const { privateKey, deviceId } = await secondDevice();
    passClaimUntil(device);
    const next = unfunded('customer-1', privateKey, { deviceId });
    const early = ledger.node.offline.reissue({
      ...reserveKeyOf(next),
      lostDeviceId: 'phone',
      lostEpoch: 1,
      certificate: base64(next.certificateBytes),
    });
    await expect(early).rejects.toMatchObject({ code: 'OFFLINE_RESERVE_INACTIVE' });
  });
});

describe('a reserve', () => {
  it('returns its rest after claim-until, and once', async () => {
    const device = await ledger.device('customer-1');
    await ledger.settle([[device, [ledger.pay(device)]]]);
    const close = () => ledger.node.offline.closeReserve(reserveKeyOf(device));
    await expect(close()).rejects.toMatchObject({ code: 'OFFLINE_CLAIM_OPEN' });
    passClaimUntil(device);
    expect((await close()).result).toMatchObject({ replayed: false, returned: '18750' });
    expect((await close()).result).toMatchObject({ replayed: true, returned: '18750' });
    expect(await available()).toBe(MONEY - 1_250);
  });

  const historyOf = (customerId: string): string[] =>
    [...memory.ledger.state().keys()].filter((key) => key.startsWith(`history/${customerId}/`));

  it('that paid and is closed is one success of the customer, whatever it paid', async () => {
    const device = await ledger.device('customer-1');
    await ledger.settle([[device, [1, 2, 3].map(() => ledger.pay(device))]]);
    expect(historyOf('customer-1')).toEqual([]);
    passClaimUntil(device);
    await ledger.node.offline.closeReserve(reserveKeyOf(device));
    await ledger.node.offline.closeReserve(reserveKeyOf(device));
    expect(historyOf('customer-1')).toEqual(['history/customer-1/success/reserve~phone~1/success']);
    await memory.world.login({ customerId: 'customer-1', privateKey: device.key });
    const { totals } = await ledger.bank('teller').identity.readReputation({
      customerId: 'customer-1',
    });
    expect(totals).toMatchObject({ success: 1, doubleSpend: 0 });
  });

  it('that paid nothing, or was spent twice, is none', async () => {
    const idle = await ledger.device('customer-1');
    const cheat = await ledger.device('customer-2');
    const clone = { ...cheat };
    await ledger.settle([[cheat, [ledger.pay(cheat)]]]);
    await ledger.settle([[clone, [ledger.pay(clone)]]]);
    passClaimUntil(idle);
    for (const device of [idle, cheat])
      await ledger.node.offline.closeReserve(reserveKeyOf(device));
    expect(historyOf('customer-1')).toEqual([]);
    expect(historyOf('customer-2')).toEqual([
      'history/customer-2/penalty/reserve~phone~1/doubleSpend',
    ]);
  });
});

describe('a refund', () => {
  const refund = (device: Device, refundId: string, amount: string, counter = 1) =>
    ledger.merchant('cashier').offline.refund({
      ...reserveKeyOf(device),
      ...{ merchantId: MERCHANT, batchId: 'batch-1', counter, refundId, amount },
    });

  it('goes to the account, never above what was paid, and each once', async () => {
    const device = await ledger.device('customer-1');
    await ledger.settle([[device, [ledger.pay(device), ledger.pay(device)]]]);
    await expect(refund(device, 'r-1', '500')).rejects.toMatchObject({
      code: 'PAYEE_FUNDS_INSUFFICIENT',
    });
    await rollUpPayee(ledger.node, { payeeId: MERCHANT, currency: CURRENCY });
    expect((await refund(device, 'r-1', '500')).result.refunded).toBe('500');
    expect((await refund(device, 'r-1', '500')).result).toMatchObject({ replayed: true });
    await expect(refund(device, 'r-1', '501')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
    await expect(refund(device, 'r-2', '751')).rejects.toMatchObject({ code: 'REFUND_EXCEEDED' });
    await refund(device, 'r-2', '750');
    expect(await available()).toBe(MONEY - 20_000 + 1_250);
    await expect(refund(device, 'r-1', '1', 3)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
