// SPDX-License-Identifier: Apache-2.0
// A till and a device in one process, over the durable stores: pays, accepts and settles, and kills itself at a step.
// Arguments: a folder and the number of the step, 0 for none; then further such pairs, which run one after the other, because to start
// a process costs more than the exchange. Runs the built SDK, as a merchant would.
const { Buffer } = require('node:buffer');
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const { createPrivateKey } = require('node:crypto');
const { join } = require('node:path');
const {
  Device,
  folderStore,
  softwareKey,
  stateMark,
  Terminal,
} = require('@fabric-offline-pay/sdk/offline');

let folder = '';
let killAt = 0;
let setup = {};
let steps = 0;
const clock = () => setup.now;

/** Passed between any two effects. */
function step() {
  steps += 1;
  if (steps === killAt) process.kill(process.pid, 'SIGKILL');
}

/** Outlives the process, like the paper that a voucher is printed on. */
const note = (file, entry) => appendFileSync(join(folder, file), `${JSON.stringify(entry)}\n`);

const notes = (file) =>
  existsSync(join(folder, file))
    ? readFileSync(join(folder, file), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];

/** Killed before its mark is written, too: then what was written is ahead of it. */
async function mark(publicKey) {
  const inner = await stateMark(publicKey, join(folder, 'marks'));
  return {
    ...inner,
    write: async (marked) => {
      step();
      await inner.write(marked);
    },
  };
}

async function store(name, { publicKey }) {
  const inner = await folderStore(join(folder, name), await mark(publicKey));
  return {
    ...inner,
    write: async (changes) => {
      step();
      await inner.write(changes);
      step();
    },
  };
}

function key(jwk) {
  const inner = softwareKey(createPrivateKey({ key: jwk, format: 'jwk' }));
  return {
    publicKey: inner.publicKey,
    sign: (bytes) => {
      step();
      return inner.sign(bytes);
    },
  };
}

/** Says settled to every voucher that it hears of, and keeps what it heard. */
const ledger = {
  issuers: () => Promise.resolve([{ ...setup.issuer, retired: null }]),
  bulletin: () => Promise.resolve(Buffer.from(setup.bulletin, 'base64')),
  settle: (batch) => {
    step();
    if (!notes('batches').some(({ batchId }) => batchId === batch.batchId)) note('batches', batch);
    step();
    return Promise.resolve(batch.vouchers.map(() => 'settled'));
  },
  settledFirst: () => Promise.resolve(undefined),
  submitProof: () => Promise.resolve(),
};

async function exchange() {
  const [deviceKey, terminalKey] = [key(setup.deviceKey), key(setup.terminalKey)];
  const device = await Device.open({
    store: await store('device', deviceKey),
    key: deviceKey,
    clock,
  });
  const { channel, merchantId, roots } = setup;
  const terminal = await Terminal.open({
    ...{ channel, merchantId, roots, clock, terminalId: 'till-1' },
    store: await store('terminal', terminalKey),
    key: terminalKey,
  });
  await device.importCertificate(Buffer.from(setup.certificate, 'base64'), [setup.issuer]);
  await terminal.learn({ issuers: [setup.issuer], bulletin: await ledger.bulletin() });
  for (const { orderNumber } of notes('shown'))
    if ((await terminal.payment(orderNumber)) === undefined) note('lost', { orderNumber });
  for (const orderNumber of setup.orders) {
    const request = await terminal.request({ orderNumber, amount: '1250', currency: 'EUR' });
    const { bytes } = await device.pay(request.bytes);
    note('released', { bytes: bytes.toString('base64') });
    step();
    const { accepted } = await terminal.accept(orderNumber, bytes);
    if (accepted) note('shown', { orderNumber });
    step();
  }
  const { settled } = await terminal.sync(ledger);
  const [{ spent }] = await device.balances();
  const waiting = await terminal.waiting();
  await device.close();
  await terminal.close();
  const fabric = Object.keys(require.cache).filter((path) => /grpc|hyperledger/.test(path));
  console.log(JSON.stringify({ steps, settled, spent, waiting: waiting.count, fabric }));
}

async function exchangeAll([nextFolder, nextKillAt, ...others]) {
  if (nextFolder === undefined) return;
  [folder, killAt, steps] = [nextFolder, Number(nextKillAt), 0];
  setup = JSON.parse(readFileSync(join(folder, 'setup.json'), 'utf8'));
  await exchange();
  await exchangeAll(others);
}

void exchangeAll(process.argv.slice(2));
