// SPDX-License-Identifier: Apache-2.0
// For tests in which every account has enough money.
import type { BankContext } from '../context.js';

export const NO_FUNDINGS: BankContext['fundings'] = {
  fund: () =>
    Promise.resolve({ state: 'unneeded', refusal: null, outcome: 'unneeded', reason: null }),
  listInstruments: () => Promise.resolve([]),
  choose: () => Promise.resolve(),
};
