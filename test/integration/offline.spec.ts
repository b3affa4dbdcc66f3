// SPDX-License-Identifier: Apache-2.0
// Payments with no network, settled on real peers: two tills, a lost connection, and a copied device that is convicted
// with the first voucher and its certificate out of the blocks.
import {
  decodeFraudProof,
  firstStanding,
  offlineLimits,
  verifyFraudProof,
} from '@fabric-offline-pay/domain';
import { terminalLedger } from '@fabric-offline-pay/sdk';
import {
  Device,
  Issuer,
  memoryStore,
  softwareKey,
  Terminal,
  type OfflineKey,
  type TerminalLedger,
} from '@fabric-offline-pay/sdk/offline';
import { BANK, CURRENCY, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { defined } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { networkWorld, type NetworkWorld } from '../support/network-world.js';
import { issuerOn } from '../support/offline-issuer.js';
import { exchange } from '../support/offline-room.js';
import { CERTIFICATES, newKey } from '../support/offline-world.js';

const OFFLINE = POLICY.offline;
const OTHER_MERCHANT = 'merchant-2';
const RESERVE = { customerId: 'customer-1', deviceId: 'phone', epoch: 1 };
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

let network: NetworkWorld;
let issuer: Issuer;
let key: OfflineKey;

beforeAll(async () => {
  network = await networkWorld();
  await network.shop(OTHER_MERCHANT);
  issuer = issuerOn(network.clients.channel);
  const { issuer: certificate, root: authority } = CERTIFICATES;
  const operator = await network.world.bank('operator');
  await operator.offline.registerIssuer({ bankId: BANK, certificate, authority });
  const bulletin = await issuer.bulletin({ number: 1, revoked: [], policy: OFFLINE });
  const node = await network.world.bank('bank-node');
  const published = await node.offline.publishBulletin({
    bankId: BANK,
    bulletin: base64(bulletin),
  });
  await network.clients.catchUp(published.blockNumber);
  key = softwareKey((await network.world.customer(RESERVE.customerId)).privateKey);
}, 600_000);

afterAll(() => network.end(), 120_000);

async function ledgerOf(merchantId: string): Promise<TerminalLedger> {
  return terminalLedger(await network.clients.connection('merchant', 'terminal', merchantId));
}

async function terminalOf(merchantId: string): Promise<Terminal> {
  const terminal = await Terminal.open({
    store: memoryStore(),
    key: softwareKey(newKey()),
    channel: network.clients.channel,
    merchantId,
    terminalId: 'till-1',
    roots: { [BANK]: [CERTIFICATES.root] },
  });
  await terminal.sync(await ledgerOf(merchantId));
  return terminal;
}

test('accepted with no network, settled on peers; a copied device is convicted out of the blocks', async () => {
  const node = await network.world.bank('bank-node');
  const contents = new Map<string, string>();
  const device = await Device.open({ store: memoryStore(contents), key });
  const limits = defined(
    offlineLimits(POLICY, firstStanding(POLICY.reputation), CURRENCY),
    'limits',
  );
  const { certificate, bytes } = await issuer.certify({
    ...RESERVE,
    ...{ publicKey: key.publicKey, currency: CURRENCY, total: '10000', limits, policy: OFFLINE },
  });
  await node.offline.fund({ ...RESERVE, certificate: base64(bytes) });
  await device.importCertificate(bytes, [issuer.row]);
  const tills = [await terminalOf(MERCHANT), await terminalOf(OTHER_MERCHANT)] as const;

  for (const orderNumber of ['OFF-1', 'OFF-2'])
    for (const till of tills)
      expect(await exchange(till, device, orderNumber)).toMatchObject({ accepted: true });
  const ledgers = [await ledgerOf(MERCHANT), await ledgerOf(OTHER_MERCHANT)] as const;
  const reports = await Promise.all([tills[0].sync(ledgers[0]), tills[1].sync(ledgers[1])]);
  expect(reports).toMatchObject([{ settled: 2 }, { settled: 2 }]);

  const copy = await Device.open({ store: memoryStore(new Map(contents)), key });
  const more = await issuer.topUp(certificate, '1000', OFFLINE);
  await node.offline.topUp({ ...RESERVE, sequence: 1, certificate: base64(more.bytes) });
  await copy.importCertificate(more.bytes, [issuer.row]);
  expect(await exchange(tills[0], device, 'OFF-3')).toMatchObject({ accepted: true });
  expect(await exchange(tills[1], copy, 'OFF-3')).toMatchObject({ accepted: true });
  expect(await tills[0].sync(ledgers[0])).toMatchObject({ settled: 1 });
  expect(await tills[1].sync(ledgers[1])).toMatchObject({ settled: 0, refused: 1 });

  const [record] = await tills[1].proofs();
  expect(record).toMatchObject({ orderNumber: 'OFF-3', submitted: true });
  const proof = decodeFraudProof(record?.proof ?? '');
  expect(proof.sides.map((side) => base64(side.certificate))).toEqual(
    [bytes, more.bytes].map(base64),
  );
  expect(verifyFraudProof(proof, [CERTIFICATES.root])).toMatchObject({ ok: true });
  await eventually('the frozen reserve', async () => {
    const { status } = await node.offline.readReserve(RESERVE);
    return status === 'frozen' ? status : undefined;
  });
}, 300_000);
