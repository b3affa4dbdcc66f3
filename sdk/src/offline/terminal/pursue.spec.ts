// SPDX-License-Identifier: Apache-2.0
// Double spends are pursued separately: one that cannot be proven now is reported, stops nothing else, and is proven later
// from the vouchers kept with it.
import {
  coseDigest,
  encodeDeviceCertificate,
  encodePresented,
  issuerKid,
  parseCose,
} from '@fabric-offline-pay/domain';
import { RefusedError, UnavailableError } from '@fabric-offline-pay/sdk';
import { memoryStore, type Device, type Terminal } from '@fabric-offline-pay/sdk/offline';
import { defined, firstOf } from '../../../../test/support/defined.js';
import {
  clonesIn,
  eventsDuring,
  exchange,
  OfflineRoom,
} from '../../../../test/support/offline-room';
import {
  CERTIFICATES,
  newDevice,
  OFFLINE_BANK,
  OFFLINE_MERCHANT,
  pay,
  signed,
  spkiOf,
  VECTOR_KEYS,
  payloadIn,
} from '../../../../test/support/offline-world';
import { proofs, type ProofRecord } from './records.js';

let room: OfflineRoom;
let disk: Map<string, string>;
let terminal: Terminal;
let honest: Device;

beforeEach(async () => {
  room = new OfflineRoom();
  disk = new Map();
  terminal = await room.terminal(memoryStore(disk));
  honest = await room.device();
});

/** A double spend at this terminal. */
async function spendTwice(): Promise<ProofRecord> {
  const [original, clone] = await clonesIn(room);
  await exchange(terminal, original, 'T-1');
  expect(await exchange(terminal, clone, 'T-2')).toMatchObject({ code: 'OFFLINE_DOUBLE_SPEND' });
  return firstOf(await terminal.proofs());
}

/** Puts records on the terminal's disk. */
const put = (...records: readonly ProofRecord[]) =>
  memoryStore(disk).write(records.map((record) => proofs.put(record, record.voucherDigest)));

test('both vouchers are kept with the record', async () => {
  const { own, first, proof } = await spendTwice();
  const { certificate, voucher, requestPayload } = defined(
    await terminal.payment('T-1'),
    'payment',
  );
  expect(first).toEqual({ certificate, voucher, requestPayload });
  expect(defined(own, 'own voucher').voucher).not.toBe(defined(first, 'first voucher').voucher);
  expect(JSON.parse(defined(proof, 'proof'))).toMatchObject({ sides: [first, own] });
});

test('an entry that cannot be read or proven is reported, and the others are pursued', async () => {
  const record = await spendTwice();
  const garbage = { ...defined(record.own, 'own voucher'), voucher: 'AAAA' };
  await put(
    { ...record, voucherDigest: '0-lost', own: null, first: null, proof: null },
    { ...record, voucherDigest: '1-garbage', own: garbage, first: null, proof: null },
    { ...record, voucherDigest: '2-nothing', first: record.own, proof: null },
    { ...record, voucherDigest: '3-unreadable', proof: '{}' },
  );
  await exchange(terminal, honest, 'A-1');
  const events = await eventsDuring(terminal, async () => {
    const { settled, unproven } = await terminal.sync(room.ledger);
    expect(settled).toBe(2);
    expect(unproven.map(({ voucherDigest, code }) => [voucherDigest, code])).toEqual([
      ['0-lost', 'STORE_DAMAGED'],
      ['1-garbage', 'OFFLINE_MALFORMED'],
      ['2-nothing', 'OFFLINE_PROOF_INVALID'],
      ['3-unreadable', 'OFFLINE_PROOF_INVALID'],
    ]);
    expect(unproven[0]).toMatchObject({
      orderNumber: 'T-2',
      remedy: expect.stringMatching(/./) as string,
    });
  });
  expect(events.filter(({ kind }) => kind === 'unproven')).toHaveLength(4);
  expect(room.ledger.proofs).toEqual([record.proof]);
});

test('a later proof does not ask the ledger again for the first voucher', async () => {
  const [original, clone] = await clonesIn(room);
  const elsewhere = await room.terminal(memoryStore(), 'merchant-2');
  await exchange(elsewhere, original, 'T-1');
  await exchange(terminal, clone, 'T-2');
  await elsewhere.sync(room.ledger);
  const issuers = jest.spyOn(room.ledger, 'issuers').mockResolvedValue([]);
  const first = jest.spyOn(room.ledger, 'settledFirst');
  const { refused, unproven } = await terminal.sync(room.ledger);
  expect({ refused, unproven }).toMatchObject({
    refused: 1,
    unproven: [{ orderNumber: 'T-2', code: 'OFFLINE_PROOF_INVALID' }],
  });
  issuers.mockRestore();
  expect(await terminal.sync(room.ledger)).toMatchObject({ unproven: [] });
  expect(first).toHaveBeenCalledTimes(1);
  expect(room.ledger.proofs).toHaveLength(1);
});

test('a double spend with certificates of two issuers stops no synchronisation', async () => {
  const roots = { [OFFLINE_BANK]: [CERTIFICATES.root, CERTIFICATES.otherRoot] };
  terminal = await room.openTerminal(memoryStore(), OFFLINE_MERCHANT, undefined, { roots });
  const spki = spkiOf(VECTOR_KEYS.otherIssuer);
  const kid = issuerKid(spki);
  const other = {
    bankId: OFFLINE_BANK,
    kid: kid.toString('hex'),
    publicKey: spki,
    certificate: CERTIFICATES.otherIssuer,
    authority: CERTIFICATES.otherRoot,
  };
  await terminal.learn({ issuers: [room.issuer.row, other], bulletin: await room.publish() });
  const device = newDevice();
  room.ledger.fund(device.certificateBytes);
  const certificate = { ...device.certificate, sequence: 1 };
  const topUp = signed(
    'offpay/device-certificate',
    encodeDeviceCertificate(certificate),
    VECTOR_KEYS.otherIssuer,
    kid,
  );
  const digest = coseDigest(parseCose('offpay/device-certificate', topUp));
  const clone = { ...device, held: { certificate, digest } };
  const give = async (order: string, by: typeof device, shown: Buffer) => {
    const { bytes } = await terminal.request({ orderNumber: order, amount: '1', currency: 'EUR' });
    const { voucher } = pay(by, payloadIn(bytes), room.now);
    return terminal.accept(order, encodePresented({ voucher, certificate: shown }));
  };
  expect(await give('T-1', device, device.certificateBytes)).toMatchObject({ accepted: true });
  expect(await give('T-2', clone, topUp)).toMatchObject({ code: 'OFFLINE_DOUBLE_SPEND' });
  expect(await terminal.proofs()).toMatchObject([
    {
      own: { certificate: topUp.toString('base64') },
      first: { certificate: expect.any(String) as string },
    },
  ]);
  expect(await terminal.sync(room.ledger)).toMatchObject({ settled: 1 });
});

test('a refused proof is reported; one that cannot be submitted ends the run, after the others', async () => {
  const record = await spendTwice();
  await put({ ...record, voucherDigest: '0-other', orderNumber: 'T-3' });
  const submit = jest.spyOn(room.ledger, 'submitProof');
  submit.mockRejectedValueOnce(
    new RefusedError({ code: 'OFFLINE_CERTIFICATE_MISMATCH', message: 'no', details: {} }),
  );
  expect(await terminal.sync(room.ledger)).toMatchObject({
    unproven: [{ orderNumber: 'T-3', code: 'OFFLINE_CERTIFICATE_MISMATCH' }],
  });
  expect(room.ledger.proofs).toHaveLength(1);
  await put({ ...record, submitted: false });
  submit.mockRejectedValueOnce(new UnavailableError({ address: 'peer' }));
  await expect(terminal.sync(room.ledger)).rejects.toMatchObject({ code: 'NETWORK_UNAVAILABLE' });
  expect(room.ledger.proofs).toHaveLength(2);
});
