// SPDX-License-Identifier: Apache-2.0
// The bundle for browsers, in a real one: it is small, says of every vector and of hostile input what Node.js says, and a wallet and
// a till in a page pay each other, and forget nothing.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as protocol from '@fabric-offline-pay/domain';
import { bundleForBrowser } from '../../scripts/src/browser/bundle.js';
import { Chromium, findChromium, type Tab } from '../support/browser/chromium.js';
import { certificatePairs, damagedPairs, hostileSignatures } from '../support/browser/hostile.js';
import {
  certificateAnswers,
  signatureAnswers,
  vectorAnswers,
} from '../support/browser/vector-answers.js';
import { OfflineRoom, ROOTS } from '../support/offline-room.js';
import { CHANNEL, NOW, OFFLINE_MERCHANT, OFFLINE_POLICY } from '../support/offline-world.js';
import { SEED } from '../support/seeded.js';
import vectors from '../vectors/offline.json';

const MOST_BYTES = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'offpay-bundle-'));
const bundle = join(folder, 'offline.mjs');
beforeAll(() => bundleForBrowser(bundle));
afterAll(() => rmSync(folder, { recursive: true }));

it('the bundle is small, and imports nothing', () => {
  const text = readFileSync(bundle, 'utf8');
  const { length } = gzipSync(text, { level: 9 });
  console.log(
    `Device, terminal and protocol for browsers: ${length} bytes in gzip, at most ${MOST_BYTES}`,
  );
  expect(length).toBeLessThanOrEqual(MOST_BYTES);
  expect(text.match(/^import\b|;import\b|\brequire\("|["']node:/g)).toBeNull();
});

const program = findChromium();
if (program === undefined)
  process.stderr.write(
    '\nSKIPPED: nothing of the SDK was tried in a browser, since there is no Chromium here.\n' +
      'Install it (Debian: apt-get install -y chromium), or name the program in CHROMIUM.\n\n',
  );
const inChromium = program === undefined ? describe.skip : describe;

inChromium('in Chromium', () => {
  let chromium: Chromium;
  let tab: Tab;
  beforeAll(async () => {
    chromium = await Chromium.start(program ?? '', bundle);
    tab = await chromium.tab();
  });
  afterAll(() => chromium.close());

  it('every vector is read, written, verified and judged as in Node.js', async () => {
    const here = vectorAnswers(protocol, vectors);
    const there = await tab.call('vectors', vectors);
    for (const kind of Object.keys(here) as (keyof typeof here)[]) {
      const [expected, found] = [here[kind], there[kind]] as unknown[][];
      expect(expected?.length).toBeGreaterThan(0);
      expect(found).toEqual(expected);
    }
    expect(JSON.stringify(here)).not.toContain('threw:');
  });

  it('errors keep their names, and stores keep out of the databases of keys and marks', async () => {
    expect(await tab.call('reservedStore', 'keys')).toBe('ConfigurationError');
    expect(await tab.call('reservedStore', 'marks/x')).toBe('ConfigurationError');
  });

  it('keys and signatures of every form are accepted or refused as in Node.js', async () => {
    const hostile = hostileSignatures(SEED, 600);
    const here = signatureAnswers(protocol, hostile);
    const there = await tab.call('signatures', hostile);
    const differing = hostile.filter((_, at) => String(here[at]) !== String(there[at]));
    expect({ SEED, differing }).toEqual({ SEED, differing: [] });
    for (const answer of [true, false, null])
      expect(here.filter(([whole]) => whole === answer).length).toBeGreaterThan(10);
  });

  it('certificates, whole and damaged, are accepted or refused as in Node.js', async () => {
    const pairs = [...certificatePairs, ...damagedPairs(SEED, 400)];
    const here = certificateAnswers(protocol, pairs);
    const there = await tab.call('certificates', pairs);
    const differing = pairs.filter((_, at) => there[at] !== here[at]);
    expect({ SEED, differing }).toEqual({ SEED, differing: [] });
    expect(here).toContain(true);
  });

  it('nothing of it breaks a strict content security policy', () => {
    expect(chromium.violations).toEqual([]);
  });

  describe('a wallet and a till', () => {
    const room = new OfflineRoom();
    const setup = {
      ...{ now: NOW, channel: CHANNEL, merchantId: OFFLINE_MERCHANT },
      ...{ roots: ROOTS, issuers: [room.issuer.row] },
    };

    /** What the bank signs for the keys that the page made. */
    async function signedFor(device: string, terminal: string) {
      const { bytes: certificate } = await room.issuer.certify({
        ...{ customerId: 'customer-1', deviceId: 'phone', epoch: 1, currency: 'EUR' },
        ...{ publicKey: device, total: '20000', limits: { perPayment: '5000', total: '20000' } },
        policy: OFFLINE_POLICY,
      });
      const payee = await room.issuer.certifyPayee({
        ...{ merchantId: OFFLINE_MERCHANT, terminalId: 'till-1', publicKey: terminal },
        ...{ name: 'Café Röst', licence: 'LIC-1', validUntil: NOW + 86_400 },
      });
      const bulletin = await room.publish();
      const text = (bytes: Buffer): string => bytes.toString('base64');
      return { certificate: text(certificate), payee: text(payee), bulletin: text(bulletin) };
    }

    const state = { '1250 paid': '18750', '2500 paid': '17500' } as const;

    it('pay each other over IndexedDB, with keys that the browser keeps to itself', async () => {
      expect(await tab.call('openCode', setup)).toBe('done');
      const keys = [await tab.call('publicKey', 'device'), await tab.call('publicKey', 'terminal')];
      await tab.call('take', setup, await signedFor(keys[0] ?? '', keys[1] ?? ''));
      const paid = await tab.call('pay', 'ORD-1');
      expect(paid).toMatchObject({ counter: 1, repeated: false, accepted: true, code: true });
      expect(paid.payee).toMatchObject({ name: 'Café Röst' });
      const { history, remaining, waiting } = await tab.call('standing');
      expect(history).toMatchObject([{ orderNumber: 'ORD-1', state: 'accepted' }]);
      expect(remaining).toEqual([state['1250 paid']]);
      expect(JSON.stringify(waiting)).toContain('1250');
      expect(await tab.call('durabilities')).toEqual(['strict']);
      expect(await tab.call('stolenKey', 'device')).toBe('InvalidAccessError');
    });

    it('are open in one tab at a time', async () => {
      const second = await chromium.tab();
      expect(await second.call('openCode', setup)).toBe('STORE_LOCKED');
      expect(await second.call('partyCode', 'terminal')).toBe('STORE_LOCKED');
      await second.close();
    });

    it('continue after the browser was killed, and pay nothing twice', async () => {
      const before = await tab.call('pay', 'ORD-1');
      expect(before).toMatchObject({ counter: 1, repeated: true, again: true });
      await chromium.quit();
      tab = await chromium.tab();
      expect(await tab.call('openCode', setup)).toBe('done');
      const again = await tab.call('pay', 'ORD-1');
      expect(again).toMatchObject({ counter: 1, repeated: true, again: true });
      expect(again.payment).toBe(before.payment);
      expect(await tab.call('pay', 'ORD-2')).toMatchObject({ counter: 2, repeated: false });
      expect((await tab.call('standing')).remaining).toEqual([state['2500 paid']]);
    });

    it('are refused when the store is gone but its mark is not', async () => {
      await tab.call('close');
      await tab.call('forgetStore', 'device');
      expect(await tab.call('partyCode', 'device')).toBe('STORE_ROLLED_BACK');
      expect(await tab.call('partyCode', 'terminal')).toBe('done');
    });
  });
});
