// SPDX-License-Identifier: Apache-2.0
// Every command twice: once on the ledger, and once in the model.
import { verdictOf } from '@fabric-offline-pay/domain';
import { BANK, CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import { itemRound } from '../support/defined.js';
import { proofOfCertified } from '../support/fraud-proofs.js';
import {
  base64,
  cancelledWire,
  reserveKeyOf,
  signedBulletin,
  wire,
} from '../support/offline-ledger.js';
import type { Attempt, OfflineRun } from './offline-run.js';
import { isDone, type Answer, type Bulletin, type Entry } from './offline-model.js';
import { policyOf, vote } from './office.js';
import type {
  Deciding,
  Ending,
  Funding,
  Paying,
  Proving,
  Publishing,
  Reporting,
  ReserveCommand,
  Settling,
  ToppingUp,
  Voting,
  Waiting,
} from './reserve-commands.js';
import { contradiction, POLICY_SECONDS, type Fraud } from './reserve-shapes.js';
import { Wallet, type SignedVoucher } from './wallets.js';

/** Nothing is there to do it to. */
const NOTHING: Attempt = { real: () => Promise.resolve(''), expected: () => '' };

/** Counted back from the latest, round. */
const latest = <Item>(items: readonly Item[], back: number): Item | undefined =>
  items.at(-1 - (back % Math.max(1, items.length)));

const keyOf = ({ device }: Wallet) => reserveKeyOf(device);

const grantee = (run: OfflineRun, device: number) => itemRound(run.office.devices, device);

function fund(run: OfflineRun, { device, total }: Funding): Attempt {
  const { model, node } = run;
  const owner = grantee(run, device);
  const epoch = model.nextEpoch(owner.customerId, owner.deviceId);
  const wallet = new Wallet(owner, epoch, BigInt(total), model.version, model.now);
  return {
    real: async () => {
      const { certificate } = wallet;
      return (await node.offline.fund({ ...keyOf(wallet), certificate })).result.funded;
    },
    expected: () => {
      const answer = model.fund(wallet.model);
      if (isDone(answer)) run.wallets.push(wallet);
      return answer;
    },
  };
}

function topUp(run: OfflineRun, wallet: Wallet, { add }: ToppingUp): Attempt {
  const { model, node } = run;
  const raised = wallet.raised(BigInt(add), model.version, model.now);
  const { sequence, spendUntil, claimUntil } = raised.certificate;
  return {
    real: async () => {
      const certificate = base64(raised.certificateBytes);
      const input = { ...keyOf(wallet), sequence, certificate };
      return (await node.offline.topUp(input)).result.funded;
    },
    expected: () => {
      const answer = model.topUp(wallet.model, BigInt(add), spendUntil, claimUntil);
      if (isDone(answer)) wallet.keep(raised);
      return answer;
    },
  };
}

/** No ledger hears of it. */
function pay(run: OfflineRun, wallet: Wallet, paying: Paying): Attempt {
  const { model } = run;
  const till = itemRound(run.tills, paying.till);
  const signed = wallet.pay(paying, till, `OFF-${run.vouchers.length}`, model.now);
  if (signed === undefined) return NOTHING;
  run.vouchers.push(signed);
  if (till.accepts(wallet.model, wallet.version, signed.model, model.now))
    model.accept(signed.model);
  return NOTHING;
}

/** By wallet, in the order in which they are first met. */
function grouped(vouchers: readonly SignedVoucher[]): (readonly [Wallet, SignedVoucher[]])[] {
  const groups = new Map<Wallet, SignedVoucher[]>();
  for (const voucher of vouchers)
    groups.set(voucher.wallet, [...(groups.get(voucher.wallet) ?? []), voucher]);
  return [...groups];
}

function settle(run: OfflineRun, { vouchers: chosen, short }: Settling): Attempt {
  const { model } = run;
  const vouchers = chosen.flatMap((back) => latest(run.vouchers, back) ?? []);
  const merchantId = vouchers[0]?.model.merchantId;
  if (merchantId === undefined) return NOTHING;
  const groups = grouped(vouchers);
  const reserves = groups.map(([wallet, claims]) => {
    const brought = short ? wallet.shortened(claims, merchantId) : claims;
    return { ...keyOf(wallet), vouchers: brought.map(wire) };
  });
  const batchId = run.nextName('batch');
  const { offline } = run.clientFor('merchant', 'terminal', merchantId);
  return {
    real: async () => {
      const batch = { merchantId, batchId, currency: CURRENCY, reserves };
      return (await offline.settle(batch)).result.verdicts.map(verdictOf).join();
    },
    expected: () =>
      model.settle(
        groups.flatMap(([wallet, claims]) =>
          claims.map((claim) => [wallet.model, claim.model] as const),
        ),
        merchantId,
        run.copied,
      ),
  };
}

function cancel(run: OfflineRun, { wallet, model: voucher, ...claim }: SignedVoucher): Attempt {
  const { merchantId, terminalId } = voucher;
  const input = {
    ...keyOf(wallet),
    ...cancelledWire(claim, { merchantId, terminalId }),
  };
  return {
    real: async () => (await run.node.offline.cancel(input)).result.returned,
    expected: () => run.model.cancel(wallet.model, voucher),
  };
}

function prove(run: OfflineRun, second: SignedVoucher, { other }: Proving): Attempt {
  const { wallet } = second;
  const siblings = run.vouchers.filter((each) => each.wallet === wallet && each !== second);
  const first = latest(siblings, other);
  if (first === undefined) return NOTHING;
  const kind = contradiction(first.model, second.model);
  const proof = proofOfCertified([first, second], kind ?? 'sameCounter');
  const { offline } = run.clientFor('merchant', 'terminal', MERCHANT);
  return {
    real: async () => (await offline.submitFraudProof({ proof })).result.fraud.digest,
    expected: (): Answer => {
      if (kind === undefined) return ['OFFLINE_PROOF_INVALID'];
      const { model } = run;
      const pair = [first.model, second.model] as const;
      const fraud = wallet.model.prove(pair, model.now, (number) => model.bearerOf(number));
      return fraud.voucher.id;
    },
  };
}

const isEntry = (one: Entry, other: Entry): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** The bank's next one. */
function nextBulletin({ model }: OfflineRun, revoked: readonly Entry[]): Bulletin {
  const { version, bearer, now: issuedAt } = model;
  return { number: model.newest.number + 1, issuedAt, version, bearer, revoked };
}

const signedOf = ({ number, revoked, version, bearer }: Bulletin): string =>
  signedBulletin({ number, revoked, policy: policyOf(version, bearer).offline });

function report(run: OfflineRun, wallet: Wallet, { all }: Reporting): Attempt {
  const { customerId, deviceId, epoch } = wallet.model;
  const entry = { customerId, deviceId, epoch: all ? ('all' as const) : epoch };
  const others = run.model.newest.revoked.filter((each) => !isEntry(each, entry));
  const isListed = others.length < run.model.newest.revoked.length;
  const revoked = isListed ? run.model.newest.revoked : [...others, entry];
  const bulletin = nextBulletin(run, revoked);
  return {
    real: async () => {
      const input = { ...keyOf(wallet), bulletin: signedOf(bulletin) };
      return `${(await run.node.offline.revokeReserve(input)).result.number}`;
    },
    expected: () => run.model.report(wallet.model, bulletin),
  };
}

function publish(run: OfflineRun, { forget }: Publishing): Attempt {
  const { model, node } = run;
  const { revoked } = model.newest;
  const kept = {
    nobody: () => revoked,
    over: () => revoked.filter((entry) => !model.isOver(entry)),
    first: () => revoked.slice(1),
  };
  const bulletin = nextBulletin(run, kept[forget]());
  return {
    real: async () => {
      const input = { bankId: BANK, bulletin: signedOf(bulletin) };
      return `${(await node.offline.publishBulletin(input)).result.number}`;
    },
    expected: () => model.publish(bulletin),
  };
}

function changePolicy(run: OfflineRun, { bearer }: Voting): Attempt {
  const { model } = run;
  if (bearer === model.bearer) return NOTHING;
  const version = model.version + 1;
  return {
    real: async () => {
      await vote(run.clientFor, policyOf(version, bearer));
      return '';
    },
    expected: () => {
      Object.assign(model, { version, bearer });
      return '';
    },
  };
}

function decide(run: OfflineRun, wallet: Wallet, fraud: Fraud, kind: Deciding['kind']): Attempt {
  const { counter, id: digest } = fraud.voucher;
  const key = { ...keyOf(wallet), counter, digest };
  const compensationId = `compensation-${digest.slice(0, 16)}`;
  const teller = run.clientFor('bank', 'teller', BANK).offline;
  const operator = run.clientFor('bank', 'operator', BANK).offline;
  return kind === 'compensate'
    ? {
        real: async () => (await teller.compensate({ ...key, compensationId })).result.amount,
        expected: () => run.model.compensate(wallet.model, fraud),
      }
    : {
        real: async () => {
          await operator.clearFraud({ ...key, reason: 'stolen' });
          return '';
        },
        expected: () => run.model.clear(wallet.model, fraud),
      };
}

function close(run: OfflineRun, wallet: Wallet): Attempt {
  return {
    real: async () => (await run.node.offline.closeReserve(keyOf(wallet))).result.returned,
    expected: () => run.model.close(wallet.model),
  };
}

/** To the customer's other device, all that stands. */
function reissue(run: OfflineRun, lost: Wallet): Attempt {
  const { model, node } = run;
  const { customerId, deviceId, epoch, standing } = lost.model;
  const owner = run.office.devices.find(
    (each) => each.customerId === customerId && each.deviceId !== deviceId,
  );
  if (owner === undefined || standing === 0n) return NOTHING;
  const nextEpoch = model.nextEpoch(customerId, owner.deviceId);
  const next = new Wallet(owner, nextEpoch, standing, model.version, model.now);
  const { certificate } = next;
  const input = { ...keyOf(next), lostDeviceId: deviceId, lostEpoch: epoch, certificate };
  return {
    real: async () => (await node.offline.reissue(input)).result.funded,
    expected: () => {
      const answer = model.reissue(lost.model, next.model);
      if (isDone(answer)) run.wallets.push(next);
      return answer;
    },
  };
}

/** When it is over, to the second: then it just holds. */
const OVER: Readonly<Record<Waiting['until'], (wallet: Wallet) => number>> = {
  spend: ({ model }) => model.spendUntil,
  forget: ({ model }) => model.spendUntil + POLICY_SECONDS.ledger,
  claim: ({ model }) => model.claimUntil,
  close: ({ model }) => model.claimUntil + POLICY_SECONDS.ledger,
};

function wait(run: OfflineRun, wallet: Wallet, { until, off }: Waiting): Attempt {
  const { clock } = run.office;
  const at = OVER[until](wallet) + off;
  if (at > clock.seconds) clock.set(at);
  return NOTHING;
}

type AboutReserve = Extract<ReserveCommand, { readonly reserve: number }>;

function onReserve(run: OfflineRun, command: AboutReserve): Attempt {
  const wallet = latest(run.wallets, command.reserve);
  if (wallet === undefined) return NOTHING;
  switch (command.kind) {
    case 'topUp':
      return topUp(run, wallet, command);
    case 'steal':
      wallet.steal(command.back);
      return NOTHING;
    case 'pay':
      return pay(run, wallet, command);
    case 'report':
      return report(run, wallet, command);
    case 'wait':
      return wait(run, wallet, command);
    default:
      return END[command.kind](run, wallet);
  }
}

const END: Readonly<Record<Ending['kind'], (run: OfflineRun, wallet: Wallet) => Attempt>> = {
  close,
  reissue,
};

function onFraud(run: OfflineRun, { kind, fraud: back }: Deciding): Attempt {
  const all = run.wallets.flatMap((wallet) =>
    wallet.model.frauds.map((fraud) => [wallet, fraud] as const),
  );
  const found = latest(all, back);
  return found === undefined ? NOTHING : decide(run, found[0], found[1], kind);
}

function onVoucher(
  run: OfflineRun,
  back: number,
  work: (voucher: SignedVoucher) => Attempt,
): Attempt {
  const voucher = latest(run.vouchers, back);
  return voucher === undefined ? NOTHING : work(voucher);
}

function sync(run: OfflineRun, till: number): Attempt {
  itemRound(run.tills, till).bulletin = run.model.newest;
  return NOTHING;
}

function pass(run: OfflineRun, seconds: number): Attempt {
  run.office.clock.pass(seconds);
  return NOTHING;
}

type WithoutReserve = Exclude<ReserveCommand, AboutReserve>;

function anywhere(run: OfflineRun, command: WithoutReserve): Attempt {
  switch (command.kind) {
    case 'fund':
      return fund(run, command);
    case 'settle':
      return settle(run, command);
    case 'cancel':
      return onVoucher(run, command.voucher, (voucher) => cancel(run, voucher));
    case 'prove':
      return onVoucher(run, command.voucher, (voucher) => prove(run, voucher, command));
    case 'publish':
      return publish(run, command);
    case 'sync':
      return sync(run, command.till);
    case 'vote':
      return changePolicy(run, command);
    case 'pass':
      return pass(run, command.seconds);
    default:
      return onFraud(run, command);
  }
}

export function attemptOf(run: OfflineRun, command: ReserveCommand): Attempt {
  run.model.now = run.office.clock.seconds;
  return 'reserve' in command ? onReserve(run, command) : anywhere(run, command);
}
