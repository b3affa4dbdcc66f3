// SPDX-License-Identifier: Apache-2.0
// A policy to start from: two currencies, and limits as a retail bank sets them.
import type { Policy } from './policy.js';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** The policy to start from. The participants can change it by vote. */
export const DEFAULT_POLICY: Policy = {
  loginSeconds: HOUR / 2,
  authenticationSeconds: 180,
  quoteSeconds: HOUR / 4,
  holdSeconds: 7 * DAY,
  deliverySeconds: 30 * DAY,
  unprovenSeconds: 3 * DAY,
  disputeSeconds: 60 * DAY,
  decisionSeconds: 30 * DAY,
  undecided: 'uphold',
  debtSeconds: 30 * DAY,
  voteSeconds: 14 * DAY,
  windowSeconds: DAY,
  currencies: {
    EUR: {
      perOrder: '500000',
      perWindow: '2500000',
      stepUp: '50000',
      issue: '10000000',
      lossPerReserve: '20000',
      lossPerPayee: '100000',
    },
    CNY: {
      perOrder: '4000000',
      perWindow: '20000000',
      stepUp: '400000',
      issue: '80000000',
      lossPerReserve: '160000',
      lossPerPayee: '800000',
    },
  },
  reputation: {
    firstScore: 100,
    penalties: { mismatch: 10, dispute: 15, failedAuthentication: 5, doubleSpend: 60 },
    mostPaidBack: 20,
    classes: [
      { from: 80, limits: { percent: 100, release: 'match' } },
      { from: 50, limits: { percent: 50, release: 'delivery' } },
      { from: 20, limits: { percent: 20, release: 'delivery' } },
      { from: 0, limits: { percent: 5, release: 'delivery' } },
    ],
  },
  conduct: {
    penalties: { mismatch: 5, debt: 20 },
    releaseAtDeliveryBelow: 80,
    droppedBelow: 50,
  },
  ratings: { halfLifeSeconds: 180 * DAY, unfinishedPercent: 25 },
  addressZone: { latitude: 100_000, longitude: 150_000 },
  offline: {
    version: 1,
    caps: {
      EUR: { perPayment: '5000', total: '20000' },
      CNY: { perPayment: '40000', total: '160000' },
    },
    count: 64,
    spendSeconds: 7 * DAY,
    claimSeconds: 14 * DAY,
    bulletinSeconds: 2 * DAY,
    clockToleranceSeconds: 300,
    acceptSeconds: DAY,
    lossBearer: 'merchant',
  },
};
