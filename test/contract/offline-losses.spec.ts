// SPDX-License-Identifier: Apache-2.0
// Double spends on the ledger in memory: who is held to have spent twice, who bears it, how much at most, and what the reserve
// gives for it. After each test the books balance.
import {
  coseDigest,
  encodeFraudProof,
  openDevice,
  parseCose,
  type OfflinePolicy,
  type Policy,
} from '@fabric-offline-pay/domain';
import { BANK, CURRENCY, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { earnedBy, availableTo } from '../support/balances.js';
import { defined, itemAt } from '../support/defined.js';
import { proofOf } from '../support/fraud-proofs.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import {
  base64,
  cancelledWire,
  nowSeconds,
  OFFLINE,
  OfflineLedger,
  reserveKeyOf,
  signedBulletin,
  unfunded,
} from '../support/offline-ledger.js';
import {
  CERTIFICATES,
  forge,
  ISSUER,
  newDevice,
  proofSide,
  signCertificate,
  VECTOR_KEYS,
  type Device,
  type Payment,
} from '../support/offline-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

const MONEY = 1_000_000;

let memory: MemoryWorld;
let ledger: OfflineLedger;
let device: Device;
let first: Payment;
/** Of another terminal, which could not know. */
let second: Payment;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  memory = await memoryWorld();
  ledger = await OfflineLedger.open(memory);
  device = await ledger.device('customer-1');
  const clone = { ...device };
  [first, second] = [ledger.pay(device), ledger.pay(clone, { terminalId: 'till-2' })];
});
afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

const prove = (proof: string) => ledger.merchant().offline.submitFraudProof({ proof });
const frauds = async (open = false) =>
  (await ledger.node.offline.listFrauds({ bankId: BANK, open })).frauds;
const reserveStatus = async (): Promise<string> =>
  (await ledger.node.offline.readReserve(reserveKeyOf(device))).status;
const earned = async (payeeId = MERCHANT): Promise<number> =>
  Number(await earnedBy(ledger.node, payeeId));
const available = async (): Promise<number> => Number(await availableTo(ledger.node, 'customer-1'));
const penalties = (): string[] =>
  [...memory.ledger.state().keys()].filter((key) => key.endsWith('/doubleSpend'));
const passClaimUntil = (): void => passSeconds(device.certificate.claimUntil - nowSeconds() + 61);
const close = async (): Promise<string> =>
  (await ledger.node.offline.closeReserve(reserveKeyOf(device))).result.returned;
const report = (policy: OfflinePolicy = OFFLINE, number = 2) =>
  ledger.node.offline.revokeReserve({
    ...reserveKeyOf(device),
    bulletin: signedBulletin({ number, revoked: [reserveKeyOf(device)], policy }),
  });

async function caseKey(claim?: Payment) {
  const all = await frauds();
  const one = defined(
    claim
      ? all.find(({ contradicting: [, digest] }) => digest === claim.digest.toString('base64url'))
      : all[0],
    'such case',
  );
  const [counter, digest] = one.contradicting;
  return { ...reserveKeyOf(device), counter, digest };
}

const compensate = async (compensationId = 'compensation-1', claim?: Payment) =>
  ledger.bank('teller').offline.compensate({ ...(await caseKey(claim)), compensationId });

/** Each of another terminal. */
const contradicting = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    forge(first, {}, ledger.request({ terminalId: `till-${index + 10}` })),
  );

async function clearAll(): Promise<void> {
  const { offline } = ledger.bank('operator');
  for (const {
    contradicting: [counter, digest],
  } of await frauds())
    await offline.clearFraud({ ...reserveKeyOf(device), counter, digest, reason: 'stolen' });
}

const clear = async (reason: 'stolen' | 'restored' = 'stolen') =>
  ledger.bank('operator').offline.clearFraud({ ...(await caseKey()), reason });

describe('a double spend', () => {
  it('that was settled is marked as proven, by whoever proves it', async () => {
    await ledger.settle([[device, [first, second]]]);
    const { result } = await prove(proofOf(device, [first, second]));
    expect(result).toMatchObject({
      replayed: false,
      fraud: { ...reserveKeyOf(device), counter: 1 },
    });
    const auditor = ledger.bank('auditor').offline;
    const again = await auditor.submitFraudProof({ proof: proofOf(device, [second, first]) });
    expect(again.result).toMatchObject({ replayed: true, fraud: result.fraud });
    expect(await frauds()).toMatchObject([{ proven: true, claimed: true, blame: 'device' }]);
  });

  it('that nobody settled yet is recorded by its proof; then the first one is still paid', async () => {
    await prove(proofOf(device, [first, second]));
    expect(await reserveStatus()).toBe('frozen');
    expect(await frauds()).toMatchObject([{ proven: true, claimed: false }]);
    expect(await ledger.settle([[device, [first, second]]])).toEqual(['settled', 'conflict']);
    expect(await frauds()).toMatchObject([{ proven: true, claimed: true }]);
  });

  it('is not proven by honest vouchers, nor by those of a key that the bank did not register', async () => {
    const next = ledger.pay(device);
    await expect(prove(proofOf(device, [first, next]))).rejects.toMatchObject({
      code: 'OFFLINE_PROOF_INVALID',
    });
    const stranger = newDevice({ ...device.certificate, bankId: 'bank-2' }, device.key);
    const values = { certificateDigest: stranger.held.digest };
    const sides = [forge(first, values), forge(first, values, ledger.request())] as const;
    await expect(prove(proofOf(stranger, sides))).rejects.toMatchObject({
      code: 'OFFLINE_PROOF_INVALID',
    });
    expect(await frauds()).toEqual([]);
  });

  describe('with one voucher under each of two issuers', () => {
    const { nextIssuer: certificate, root: authority } = CERTIFICATES;
    const register = () =>
      ledger.bank('operator').offline.registerIssuer({ bankId: BANK, certificate, authority });

    /** The second side, under a certificate of the next issuer; what it says of that issuer may be anything. */
    const proofBy = (issuerCertificate: string) => {
      const raised = signCertificate(
        { ...device.certificate, sequence: 1 },
        VECTOR_KEYS.nextIssuer,
      );
      const certificateDigest = coseDigest(parseCose('offpay/device-certificate', raised));
      const claim = forge(second, { certificateDigest });
      const sides = [
        proofSide(device.certificateBytes, first),
        proofSide(raised, claim, issuerCertificate),
      ] as const;
      return { raised, proof: encodeFraudProof({ kind: 'sameCounter', sides }) };
    };

    const topUp = (raised: Uint8Array) =>
      ledger.node.offline.topUp({
        ...{ ...reserveKeyOf(device), sequence: 1 },
        certificate: base64(raised),
      });

    it('is proven, also after the first one was found to be compromised', async () => {
      const { raised, proof } = proofBy(certificate);
      await register();
      await topUp(raised);
      const retired = { bankId: BANK, kid: ISSUER.kid, compromised: true };
      await ledger.bank('operator').offline.retireIssuer(retired);
      expect((await prove(proof)).result.fraud).toMatchObject(reserveKeyOf(device));
      expect(await reserveStatus()).toBe('frozen');
    });

    it('is proven by the registered keys, whatever certificates the proof shows', async () => {
      const { raised, proof } = proofBy(CERTIFICATES.auditor);
      await register();
      await topUp(raised);
      expect((await prove(proof)).result.replayed).toBe(false);
    });

    it('is not proven when the bank registered only one of them', async () => {
      await expect(prove(proofBy(certificate).proof)).rejects.toMatchObject({
        code: 'OFFLINE_PROOF_INVALID',
        details: { reason: 'issuerUntrusted' },
      });
      expect(await frauds()).toEqual([]);
    });
  });

  it('is not proven by a text that is not the one form of a proof', async () => {
    const text = proofOf(device, [first, second]);
    for (const proof of [`${text}\n`, text.replace('{', '{ '), '{}'])
      await expect(prove(proof)).rejects.toMatchObject({
        code: 'OFFLINE_PROOF_INVALID',
        details: { reason: 'malformed' },
      });
  });

  it('counts once against its customer, however often it is brought and counted', async () => {
    const privateKey = device.key;
    await ledger.settle([[device, [first, second]]]);
    await memory.world.login({ customerId: 'customer-1', privateKey });
    await ledger.settle([[device, [second]]]);
    await prove(proofOf(device, [first, second]));
    await memory.world.login({ customerId: 'customer-1', privateKey });
    const { identity } = ledger.bank('teller');
    const { totals } = await identity.readReputation({ customerId: 'customer-1' });
    expect(totals.doubleSpend).toBe(1);
  });

  it.each([1, 70])(
    'fills the ledger with no more than 64 cases of a payee, brought as %i groups',
    async (groups) => {
      await ledger.settle([[device, [first]]]);
      const claims = contradicting(70);
      const size = claims.length / groups;
      const batch = Array.from(
        { length: groups },
        (_, at) => [device, claims.slice(at * size, (at + 1) * size)] as const,
      );
      expect(new Set(await ledger.settle(batch))).toEqual(new Set(['conflict']));
      expect(await frauds()).toHaveLength(64);
    },
  );

  it('is paid to its payee, whatever others proved that nobody claimed', async () => {
    const [ones, others] = [contradicting(65), contradicting(65)];
    for (const [at, one] of ones.entries()) await prove(proofOf(device, [one, itemAt(others, at)]));
    expect(await frauds()).toHaveLength(64);
    expect(await ledger.settle([[device, [first, second]]])).toEqual(['settled', 'conflict']);
    passClaimUntil();
    expect(await close()).toBe('17500');
    expect(await earned()).toBe(2_500);
  });

  it('that is proven early stays proven, whichever of the two is paid', async () => {
    await prove(proofOf(device, [first, second]));
    const named = (await caseKey()).digest === first.digest.toString('base64url');
    await ledger.settle([[device, named ? [first, second] : [second, first]]]);
    const claimed = (await frauds()).filter((fraud) => fraud.claimed);
    expect(claimed).toMatchObject([{ proven: true, blame: 'device' }]);
  });

  it('is recorded once where its voucher comes twice in a batch', async () => {
    const other = forge(first, {}, ledger.request({ terminalId: 'till-2' }));
    await ledger.settle([[device, [first]]]);
    const verdicts = await ledger.settle([[device, [second, other, second]]]);
    expect(verdicts).toEqual(['conflict', 'conflict', 'conflict']);
    expect(await frauds()).toHaveLength(2);
  });

  it('finds a terminal careless also where its vouchers come as several groups', async () => {
    const careless = [1, 2].map(() => forge(first, {}, ledger.request({ terminalId: 'till-9' })));
    const groups = [first, ...careless].map((claim) => [device, [claim]] as const);
    expect(await ledger.settle(groups)).toEqual(['settled', 'conflict', 'conflict']);
    const found = (await frauds()).map((fraud) => fraud.careless).sort();
    expect(found).toEqual([false, true]);
  });
});

describe('a device that was reported', () => {
  it('convicts nobody by what comes later: its owner does not have it', async () => {
    await report();
    expect(await ledger.settle([[device, [first, second]]])).toEqual(['settled', 'conflict']);
    expect(await frauds()).toMatchObject([{ blame: 'reported', claimed: true }]);
    expect(await reserveStatus()).toBe('revoked');
    expect(penalties()).toEqual([]);
  });

  it('convicts nobody by a proof of which one voucher was asked for after the report', async () => {
    await report();
    passSeconds(10);
    const younger = forge(second, {}, ledger.request({ terminalId: 'till-2' }));
    await prove(proofOf(device, [first, younger]));
    expect(await frauds()).toMatchObject([{ blame: 'reported', proven: true }]);
    expect(await reserveStatus()).toBe('revoked');
    expect(penalties()).toEqual([]);
  });

  it('convicts its owner, who dated ahead what was asked for before the report', async () => {
    const ahead = { time: nowSeconds() + 200 };
    const [one, other] = [forge(first, ahead), forge(second, ahead)];
    passSeconds(60);
    await report();
    passSeconds(200);
    expect(await ledger.settle([[device, [one, other]]])).toEqual(['settled', 'conflict']);
    await prove(proofOf(device, [one, other]));
    expect(await frauds()).toMatchObject([{ blame: 'device', claimed: true, proven: true }]);
    expect(await reserveStatus()).toBe('frozen');
    passClaimUntil();
    expect(await close()).toBe('17500');
  });

  it('costs its owner nothing once everything is cleared, however much of it there was', async () => {
    await report();
    await ledger.settle([[device, [first]]]);
    await ledger.settle([[device, contradicting(64)]]);
    await clearAll();
    passClaimUntil();
    await close();
    await ledger.fund(unfunded('customer-1', device.key, { epoch: 2 }));
  });

  it('convicts its owner by a proof that both vouchers are older', async () => {
    await report();
    await ledger.settle([[device, [first, second]]]);
    await prove(proofOf(device, [first, second]));
    expect(await frauds()).toMatchObject([{ blame: 'device', proven: true }]);
    expect(await reserveStatus()).toBe('frozen');
    expect(penalties()).toHaveLength(1);
  });
});

describe('an operator', () => {
  it('clears a case with a reason: device, limits and score are as before', async () => {
    await ledger.settle([[device, [first, second]]]);
    expect((await clear()).result).toMatchObject({ replayed: false });
    expect((await clear()).result).toMatchObject({ replayed: true });
    await expect(clear('restored')).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    const clearing = { reason: 'stolen', at: nowSeconds() };
    expect(await frauds()).toMatchObject([{ blame: 'cleared', clearing }]);
    expect(await reserveStatus()).toBe('active');
    expect(penalties()).toEqual([]);
    passClaimUntil();
    await close();
    await ledger.fund(unfunded('customer-1', device.key, { epoch: 2 }));
  });

  it('takes back what was counted already', async () => {
    await ledger.settle([[device, [first, second]]]);
    const login = () => memory.world.login({ customerId: 'customer-1', privateKey: device.key });
    await login();
    await clear();
    await login();
    const { identity } = ledger.bank('teller');
    const standing = await identity.readReputation({ customerId: 'customer-1' });
    expect(standing).toMatchObject({ score: 100, totals: { doubleSpend: 0 } });
  });

  it('leaves the device frozen while another case counts against it', async () => {
    const other = forge(second, {}, ledger.request({ terminalId: 'till-3' }));
    await ledger.settle([[device, [first, second, other]]]);
    await clear();
    expect(await reserveStatus()).toBe('frozen');
    expect(penalties()).toHaveLength(1);
  });

  it('is not overruled by the other of the two vouchers', async () => {
    await prove(proofOf(device, [first, second]));
    const named = (await caseKey()).digest === first.digest.toString('base64url');
    await clear();
    const order = named ? [first, second] : [second, first];
    expect(await ledger.settle([[device, order]])).toEqual(['settled', 'conflict']);
    await prove(proofOf(device, [first, second]));
    expect(await frauds()).toMatchObject([{ blame: 'cleared' }, { blame: 'cleared' }]);
    expect(await reserveStatus()).toBe('active');
    expect(penalties()).toEqual([]);
  });

  it('always has a case to decide of what is frozen', async () => {
    await ledger.settle([[device, [first]]]);
    await ledger.settle([[device, contradicting(64)]]);
    await clearAll();
    expect(await ledger.settle([[device, contradicting(1)]])).toEqual(['conflict']);
    expect(await reserveStatus()).toBe('active');
  });

  it('is not overruled by whoever brings or proves the same case again', async () => {
    await ledger.settle([[device, [first, second]]]);
    await clear();
    await ledger.settle([[device, [second]]]);
    await prove(proofOf(device, [first, second]));
    expect(await frauds()).toMatchObject([{ blame: 'cleared' }]);
    expect(await reserveStatus()).toBe('active');
    expect(penalties()).toEqual([]);
  });
});

describe('when a reserve is closed, what its device spent twice', () => {
  it('is paid out of the rest first, and only what is left goes back', async () => {
    await ledger.settle([[device, [first, second]]]);
    passClaimUntil();
    expect(await close()).toBe('17500');
    expect(await earned()).toBe(2_500);
    expect(await available()).toBe(MONEY - 2_500);
    expect(await frauds()).toMatchObject([{ recovered: '1250' }]);
  });

  it('is paid as far as the rest goes, the oldest case first', async () => {
    await ledger.settle([[device, [first]]]);
    for (let index = 0; index < 4; index += 1) {
      passSeconds(1);
      const request = ledger.request({ amount: 5_000n, terminalId: `till-${index + 2}` });
      await ledger.settle([[device, [forge(first, { cumulative: 5_000n }, request)]]]);
    }
    passClaimUntil();
    expect(await close()).toBe('0');
    expect(await earned()).toBe(20_000);
    const recovered = [...(await frauds())]
      .sort((a, b) => a.at - b.at)
      .map((fraud) => fraud.recovered);
    expect(recovered).toEqual(['5000', '5000', '5000', '3750']);
  });

  it('stays the payee’s loss where its own terminal held the other voucher', async () => {
    const careless = forge(second, {}, ledger.request());
    await ledger.settle([[device, [first, careless]]]);
    await prove(proofOf(device, [first, careless]));
    passClaimUntil();
    expect(await close()).toBe('18750');
    expect(await earned()).toBe(1_250);
  });

  it.each(['before the payee brings its voucher', 'after it'])(
    'is paid to a payee whatever the device says that its terminal held: proven %s',
    async (when) => {
      const invented = forge(second, {}, ledger.request({ terminalId: 'till-2' }));
      const proveIt = () => prove(proofOf(device, [second, invented]));
      if (when !== 'after it') await proveIt();
      await ledger.settle([[device, [first, second]]]);
      if (when === 'after it') await proveIt();
      passClaimUntil();
      expect(await close()).toBe('17500');
      expect(await earned()).toBe(2_500);
    },
  );

  describe('after a voucher of the same counter was cancelled', () => {
    const cancel = (payment: Payment) =>
      ledger.node.offline.cancel({
        ...reserveKeyOf(device),
        ...cancelledWire(payment),
      });
    const whole = () => ({ amount: 5_000n, terminalId: 'terminal-1' });

    it('is paid out of the account that the cancelled one went back to', async () => {
      const clone = { ...device, state: openDevice(device.certificate) };
      for (let index = 0; index < 4; index += 1) await cancel(ledger.pay(clone, whole()));
      expect(await available()).toBe(MONEY);
      expect(await ledger.settle([[device, [first]]])).toEqual(['conflict']);
      passClaimUntil();
      expect(await close()).toBe('0');
      expect(await earned()).toBe(1_250);
      expect(await available()).toBe(MONEY - 1_250);
    });

    it('as far as it is there still, and no further than it went back', async () => {
      const clone = { ...device, state: openDevice(device.certificate) };
      const cancelled = ledger.pay(clone, { ...whole(), amount: 1_000n });
      const rest = [1, 2, 3, 4].map((index) =>
        ledger.pay(clone, { ...whole(), amount: index === 4 ? 4_000n : 5_000n }),
      );
      await cancel(cancelled);
      expect(await ledger.settle([[device, [...rest, first]]])).toEqual([
        ...['settled', 'settled', 'settled', 'settled'],
        'conflict',
      ]);
      passClaimUntil();
      expect(await close()).toBe('0');
      expect(await frauds()).toMatchObject([{ recovered: '1000' }]);
      expect(await available()).toBe(MONEY - 20_000);
    });
  });

  it('goes back whole to who was cleared, or had reported the device', async () => {
    await ledger.settle([[device, [first, second]]]);
    await clear();
    passClaimUntil();
    expect(await close()).toBe('18750');
  });
});

describe('a loss', () => {
  const BORNE: OfflinePolicy = { ...OFFLINE, version: OFFLINE.version + 1, lossBearer: 'bank' };
  const vote = async (policy: Policy) => {
    const proposal = { kind: 'policy' as const, policy };
    for (const role of ['bank', 'merchant'] as const)
      await memory.clientFor(role, 'operator', BANK).identity.vote({ proposal });
  };
  const publish = (number: number, policy: OfflinePolicy = OFFLINE) =>
    ledger.node.offline.publishBulletin({
      bankId: BANK,
      bulletin: signedBulletin({ number, policy }),
    });

  it('is borne by the merchant when the policy says so', async () => {
    await ledger.settle([[device, [first, second]]]);
    await expect(compensate()).rejects.toMatchObject({
      code: 'LOSS_NOT_BORNE',
      details: { reason: 'lossBearer' },
    });
  });

  describe('that the bank bears', () => {
    beforeEach(async () => {
      await vote({ ...POLICY, offline: BORNE });
      await publish(2, BORNE);
      first = forge(first, {}, ledger.request({ bulletinNumber: 2 }));
      second = forge(second, {}, ledger.request({ bulletinNumber: 2, terminalId: 'till-2' }));
    });

    it('is paid out once, as new currency, when it is proven', async () => {
      await ledger.settle([[device, [first, second]]]);
      await expect(compensate()).rejects.toMatchObject({ details: { reason: 'unproven' } });
      await prove(proofOf(device, [first, second]));
      expect((await compensate()).result).toMatchObject({ replayed: false, amount: '1250' });
      expect((await compensate()).result).toMatchObject({ replayed: true, amount: '1250' });
      await expect(compensate('compensation-2')).rejects.toMatchObject({
        code: 'IDEMPOTENCY_CONFLICT',
      });
      expect(await earned()).toBe(2_500);
      expect(await frauds(true)).toEqual([]);
      const { currencies } = await ledger.bank('auditor').settlement.totals({});
      expect(currencies[CURRENCY]?.issued).toBe((MONEY + 1_250).toString());
    });

    it('comes back to the bank out of the rest of the reserve', async () => {
      await ledger.settle([[device, [first, second]]]);
      await prove(proofOf(device, [first, second]));
      await compensate();
      passClaimUntil();
      expect(await close()).toBe('17500');
      expect(await earned()).toBe(2_500);
      const { currencies } = await ledger.bank('auditor').settlement.totals({});
      expect(currencies[CURRENCY]).toMatchObject({ onLedger: MONEY.toString() });
    });

    it('is not borne a second time where the reserve paid', async () => {
      await ledger.settle([[device, [first, second]]]);
      await prove(proofOf(device, [first, second]));
      passClaimUntil();
      await close();
      await expect(compensate()).rejects.toMatchObject({ details: { reason: 'recovered' } });
    });

    it('is not paid out to a payee that did not ask for it', async () => {
      await prove(proofOf(device, [first, second]));
      await expect(compensate()).rejects.toMatchObject({ details: { reason: 'unclaimed' } });
    });

    it.each<[string, (clone: Payment) => Payment]>([
      ['expired', (clone) => forge(clone, { time: clone.content.time + 601 })],
      [
        'overLimit',
        (clone) =>
          forge(
            clone,
            { cumulative: 5_001n },
            ledger.request({ amount: 5_001n, bulletinNumber: 2, terminalId: 'till-2' }),
          ),
      ],
      ['careless', (clone) => forge(clone, {}, ledger.request({ bulletinNumber: 2 }))],
    ])(
      'is not paid out for a voucher that should not have been accepted: %s',
      async (reason, change) => {
        const changed = change(second);
        const verdicts = await ledger.settle([[device, [first, changed]]]);
        expect(verdicts).toEqual(['settled', 'conflict']);
        await prove(proofOf(device, [first, changed]));
        await expect(compensate()).rejects.toMatchObject({ details: { reason } });
        expect(await earned()).toBe(1_250);
      },
    );

    it('is not paid out to a terminal that holds a voucher that was found to contradict before', async () => {
      const again = forge(second, {}, ledger.request({ bulletinNumber: 2, terminalId: 'till-2' }));
      await ledger.settle([[device, [first, second, again]]]);
      await prove(proofOf(device, [first, second]));
      await prove(proofOf(device, [first, again]));
      await compensate('compensation-1', second);
      await expect(compensate('compensation-2', again)).rejects.toMatchObject({
        details: { reason: 'careless' },
      });
    });

    it('is paid out for both vouchers of a copy that one terminal accepted: they agree with each other', async () => {
      const copy = { ...device, state: openDevice(device.certificate) };
      const till = { bulletinNumber: 2, terminalId: 'till-2' };
      const [one, two] = [ledger.pay(copy, till), ledger.pay(copy, till)];
      await ledger.settle([[device, [first, one, two]]]);
      await prove(proofOf(device, [first, one]));
      await prove(proofOf(device, [first, two], 'previousHash'));
      await compensate('compensation-1', one);
      expect((await compensate('compensation-2', two)).result.amount).toBe('1250');
    });

    it('is not paid out to a terminal that knew of the revocation', async () => {
      const known = forge(second, {}, ledger.request({ bulletinNumber: 3, terminalId: 'till-2' }));
      await report(BORNE, 3);
      await ledger.settle([[device, [first, known]]]);
      await prove(proofOf(device, [first, known]));
      await expect(compensate()).rejects.toMatchObject({ details: { reason: 'revoked' } });
    });

    it('follows the bulletin that the payee accepted by, whatever the policy became since', async () => {
      await vote({ ...POLICY, offline: { ...OFFLINE, version: 3 } });
      await publish(3, { ...OFFLINE, version: 3 });
      const later = forge(second, {}, ledger.request({ bulletinNumber: 3, terminalId: 'till-3' }));
      await ledger.settle([[device, [first, second, later]]]);
      await prove(proofOf(device, [first, second]));
      await prove(proofOf(device, [first, later]));
      expect((await compensate('compensation-1', second)).result.amount).toBe('1250');
      await expect(compensate('compensation-2', later)).rejects.toMatchObject({
        details: { reason: 'lossBearer' },
      });
    });

    it.each(['lossPerReserve', 'lossPerPayee'] as const)(
      'is borne up to a bound, and by not a cent more: %s',
      async (bound) => {
        const most = { ...POLICY.currencies[CURRENCY], [bound]: '2500' };
        await vote({ ...POLICY, offline: BORNE, currencies: { [CURRENCY]: most } });
        const clones = [2, 3, 4].map((till) =>
          forge(second, {}, ledger.request({ bulletinNumber: 2, terminalId: `till-${till}` })),
        );
        await ledger.settle([[device, [first, ...clones]]]);
        for (const clone of clones) await prove(proofOf(device, [first, clone]));
        await compensate('compensation-1', clones[0]);
        await compensate('compensation-2', clones[1]);
        await expect(compensate('compensation-3', clones[2])).rejects.toMatchObject({
          details: { reason: bound },
        });
        passSeconds(POLICY.windowSeconds + 1);
        const later = compensate('compensation-3', clones[2]);
        if (bound === 'lossPerPayee') expect((await later).result.amount).toBe('1250');
        else await expect(later).rejects.toMatchObject({ details: { reason: bound } });
      },
    );
  });
});
