// SPDX-License-Identifier: Apache-2.0
// Mutated vouchers, in a short form. OFFPAY_RUNS sets how many, OFFPAY_SEED runs the same again.
import { checkVoucherMutations } from './voucher-mutations';

const SEED = Number(process.env['OFFPAY_SEED'] ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env['OFFPAY_RUNS'] ?? 2000);

test('none is accepted that should not be, none refused that should be accepted', async () => {
  console.log(`voucher mutations: ${RUNS} runs, seed ${SEED}`);
  const counts = await checkVoucherMutations(RUNS, SEED);
  for (const part of ['certificate', 'voucher', 'request']) {
    expect(counts).toHaveProperty([`none ${part}: accepted`]);
    for (const how of ['flip', 'insert', 'remove', 'swap', 'splice'])
      expect(counts).toHaveProperty([`${how} ${part}: refused`]);
    for (const how of ['flip', 'insert', 'remove'])
      expect(counts).not.toHaveProperty([`${how} ${part}: accepted`]);
  }
  for (const field of ['nothing', 'time', 'cumulative'])
    expect(counts).toHaveProperty([`signed ${field}: accepted`]);
  for (const field of ['time', 'cumulative', 'certificateDigest', 'requestHash'])
    expect(counts).toHaveProperty([`signed ${field}: refused`]);
}, 600_000);
