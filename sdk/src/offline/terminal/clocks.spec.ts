// SPDX-License-Identifier: Apache-2.0
// Wrong clocks: with one, a terminal asks for and accepts nothing, and a device signs and counts nothing.
import { memoryStore, type Device, type Terminal } from '@fabric-offline-pay/sdk/offline';
import { exchange, OfflineRoom } from '../../../../test/support/offline-room';
import { NOW, OFFLINE_POLICY } from '../../../../test/support/offline-world';

const CODE = 'OFFLINE_CLOCK_WRONG';
const TOLERANCE = OFFLINE_POLICY.clockToleranceSeconds;
const DAY = 86_400;

let room: OfflineRoom;
let disk: Map<string, string>;
let terminal: Terminal;
let device: Device;

beforeEach(async () => {
  room = new OfflineRoom();
  disk = new Map();
  terminal = await room.terminal(memoryStore(disk));
  device = await room.device();
});

const ask = (orderNumber: string) =>
  terminal.request({ orderNumber, amount: '1250', currency: 'EUR' });

describe('a terminal', () => {
  test('in the year 1970 asks for nothing, shows no request again and accepts nothing', async () => {
    const { bytes } = await ask('A-1');
    const payment = await device.pay(bytes);
    room.now = 0;
    await expect(ask('A-2')).rejects.toMatchObject({ name: 'RefusedError', code: CODE });
    await expect(ask('A-1')).rejects.toMatchObject({ code: CODE });
    expect(await terminal.accept('A-1', payment.bytes)).toMatchObject({ code: CODE });
    room.now = NOW;
    expect(await terminal.accept('A-1', payment.bytes)).toMatchObject({ accepted: true });
  });

  test('that has not asked for or accepted anything yet compares its clock with the bulletin', async () => {
    room.now = NOW - TOLERANCE;
    await expect(ask('A-1')).resolves.toBeDefined();
    room.now -= 1;
    await expect(ask('A-2')).rejects.toMatchObject({ code: CODE });
  });

  test.each([
    ['its last request', (later: string) => ask(later)],
    ['its last acceptance', (later: string) => exchange(terminal, device, later)],
  ])('whose clock goes back to before %s is refused, also after a restart', async (_, work) => {
    const first = await ask('A-1');
    const payment = await device.pay(first.bytes);
    room.now = NOW + DAY;
    await work('A-2');
    terminal = await room.openTerminal(memoryStore(disk));
    room.now = NOW + DAY - TOLERANCE - 1;
    await expect(ask('A-3')).rejects.toMatchObject({ code: CODE });
    room.now = NOW;
    expect(await terminal.accept('A-1', payment.bytes)).toMatchObject({ code: CODE });
    room.now = NOW + DAY - TOLERANCE;
    expect(await exchange(terminal, device, 'A-3')).toMatchObject({ accepted: true });
  });

  test('whose clock is behind its last acceptance only is refused', async () => {
    const early = await ask('A-1');
    room.now = NOW + 290;
    const payment = await device.pay(early.bytes);
    await terminal.accept('A-1', payment.bytes);
    room.now = NOW + 290 - TOLERANCE - 1;
    await expect(ask('A-2')).rejects.toMatchObject({ code: CODE });
  });

  test('shows a paid request again, whatever its clock says', async () => {
    const { bytes } = await ask('A-1');
    const payment = await device.pay(bytes);
    await terminal.accept('A-1', payment.bytes);
    room.now = 0;
    expect(await ask('A-1')).toMatchObject({ repeated: true });
    expect(await terminal.accept('A-1', payment.bytes)).toMatchObject({ repeated: true });
  });

  test('whose clock once ran ahead continues with the next bulletin', async () => {
    room.now = NOW + DAY;
    await ask('A-1');
    room.now = NOW + 60;
    await expect(ask('A-2')).rejects.toMatchObject({ code: CODE });
    await terminal.sync(room.ledger);
    await expect(ask('A-2')).rejects.toMatchObject({ code: CODE });
    await room.publish();
    await terminal.sync(room.ledger);
    expect(await exchange(terminal, device, 'A-2')).toMatchObject({ accepted: true });
    room.now -= TOLERANCE + 1;
    await expect(ask('A-3')).rejects.toMatchObject({ code: CODE });
  });
});

describe('a device', () => {
  test.each([-3_600, -360, -61, -20 * DAY])(
    'whose clock is wrong by %i s signs and counts nothing, and pays when the clock is right',
    async (off) => {
      const { bytes } = await ask('A-1');
      const before = await device.balances();
      room.now = NOW + off;
      await expect(device.pay(bytes)).rejects.toMatchObject({ code: CODE });
      expect(await device.history()).toEqual([]);
      room.now = NOW + 10;
      expect(await device.balances()).toEqual(before);
      const payment = await device.pay(bytes);
      expect(payment).toMatchObject({ counter: 1, repeated: false });
      expect(await terminal.accept('A-1', payment.bytes)).toMatchObject({ accepted: true });
    },
  );

  test.each([-60, -59, 0, 299, 300])(
    'whose clock is wrong by %i s is accepted while its request is valid',
    async (off) => {
      const { bytes } = await ask('A-1');
      room.now = NOW + off;
      const payment = await device.pay(bytes);
      room.now = NOW + 300;
      expect(await terminal.accept('A-1', payment.bytes)).toMatchObject({ accepted: true });
    },
  );
});
