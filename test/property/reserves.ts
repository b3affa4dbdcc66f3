// SPDX-License-Identifier: Apache-2.0
// Money reserved for devices: the ledger answers and holds what a plain model says, after every single command; and whoever is
// honest loses nothing.
import {
  restoreReserve,
  type AccountRow,
  type CheckpointRow,
  type CreditRow,
  type FraudCaseRow,
  type StoredReserve,
  type SupplyRow,
} from '@fabric-offline-pay/domain';
import { RefusedError } from '@fabric-offline-pay/sdk';
import { CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import { SECOND_MERCHANT } from '../support/second-merchant.js';
import { MoneyWatch } from './money-watch.js';
import { isDone } from './offline-model.js';
import { OfflineRun } from './offline-run.js';
import type { Office } from './office.js';
import { must, type Family } from './property.js';
import { attemptOf } from './reserve-attempts.js';
import { reserveStories, type ReserveCommand, type ReserveStory } from './reserve-commands.js';
import { Tally } from './tally.js';

async function answerOf(work: () => Promise<string>): Promise<string | readonly [code: string]> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RefusedError) return [error.code];
    throw error;
  }
}

const line = (name: string, ...values: readonly unknown[]): string =>
  `${name}: ${values.map(String).join(' ')}`;

const MERCHANTS = [MERCHANT, SECOND_MERCHANT];

/** Everything that the model knows. */
function modelled({ model }: OfflineRun): string[] {
  return [
    ...[...model.accounts].map(([customerId, units]) => line(`account ${customerId}`, units)),
    ...MERCHANTS.map((id) => line(`payee ${id}`, model.earned.get(id) ?? 0n)),
    line('borne', model.borne, model.recovered),
    line('bulletin', model.newest.number),
    ...model.reserves.flatMap((each) => [
      line(
        `reserve ${each.name}`,
        ...[each.funded, each.settled, each.returned, each.compensated, each.status],
        ...[each.reported?.number, each.reported?.at, each.certificates],
        ...[each.known.length, each.cancelled.size, each.isBlamed],
      ),
      ...each.frauds.map(({ voucher, ...fraud }) =>
        line(
          `fraud ${each.name}/${voucher.counter}/${voucher.id}`,
          ...[voucher.merchantId, voucher.amount, fraud.at, fraud.bearer, fraud.blame],
          ...[fraud.claimed, fraud.careless, fraud.proven, fraud.compensated, fraud.recovered],
        ),
      ),
    ]),
  ].sort();
}

class Rows {
  readonly #state: ReadonlyMap<string, string>;

  constructor(state: ReadonlyMap<string, string>) {
    this.#state = state;
  }

  of<Row>(kind: string): (readonly [key: string, row: Row])[] {
    return [...this.#state]
      .filter(([key]) => key.startsWith(`${kind}/`))
      .map(([key, text]) => [key.slice(kind.length + 1), JSON.parse(text) as Row]);
  }

  has(key: string): boolean {
    return this.#state.has(key);
  }
}

const sumOf = (amounts: readonly string[]): bigint =>
  amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);

function earnedBy(rows: Rows, merchantId: string): bigint {
  const open = rows.of<CreditRow>('credit').filter(([key]) => key.startsWith(`${merchantId}/`));
  const summed = rows.of<CheckpointRow>('checkpoint');
  return sumOf([
    ...open.map(([, { amount }]) => amount),
    ...summed.filter(([key]) => key.startsWith(`${merchantId}/`)).map(([, row]) => row.balance),
  ]);
}

const nameOf = (row: { customerId: string; deviceId: string; epoch: number }): string =>
  `${row.customerId}/${row.deviceId}/${row.epoch}`;

/** Whether history says of it that its device spent twice. */
const isPenalised = (rows: Rows, { customerId, deviceId, epoch }: StoredReserve): boolean =>
  rows.has(`history/${customerId}/penalty/reserve~${deviceId}~${epoch}/doubleSpend`);

/** The same out of the rows of the ledger. */
function standing({ ledger }: OfflineRun): string[] {
  const rows = new Rows(ledger.state());
  const supplies = rows.of<SupplyRow>('supply').map(([, row]) => row);
  const made = (kind: SupplyRow['kind']): bigint =>
    sumOf(supplies.filter((row) => row.kind === kind).map(({ amount }) => amount));
  return [
    ...rows
      .of<AccountRow>('account')
      .map(([, { customerId, money }]) =>
        line(`account ${customerId}`, money[CURRENCY]?.available ?? '0'),
      ),
    ...MERCHANTS.map((id) => line(`payee ${id}`, earnedBy(rows, id))),
    line('borne', made('compensate'), made('recover')),
    ...rows
      .of<{ readonly number: number }>('bulletin')
      .map(([, { number }]) => line('bulletin', number)),
    ...rows.of<StoredReserve>('reserve').map(([, stored]) => {
      const row = restoreReserve(stored);
      return line(
        `reserve ${nameOf(row)}`,
        ...[row.funded, row.settled, row.returned, row.compensated, row.status],
        ...[row.reported?.number, row.reported?.at, row.certificates.length],
        ...[row.counters.length, row.cancelled.length, isPenalised(rows, stored)],
      );
    }),
    ...rows
      .of<FraudCaseRow>('fraud')
      .map(([, row]) =>
        line(
          `fraud ${nameOf(row)}/${row.contradicting[0]}/${row.contradicting[1]}`,
          ...[row.merchantId, row.amount, row.at, row.lossBearer, row.blame],
          ...[row.claimed, row.careless, row.proven, row.compensation !== null, row.recovered],
        ),
      ),
  ].sort();
}

async function runCommand(run: OfflineRun, command: ReserveCommand, tally: Tally): Promise<void> {
  const attempt = attemptOf(run, command);
  const answer = await answerOf(attempt.real);
  const expected = attempt.expected();
  const isRefused = typeof answer !== 'string';
  if (command.kind === 'settle' && !isRefused)
    for (const verdict of answer.split(',').filter(Boolean)) tally.count(`verdict ${verdict}`);
  tally.count(`${command.kind} ${isRefused ? answer[0] : 'ok'}`);
  must(
    isDone(expected) ? answer === expected : isRefused && expected.includes(answer[0] as never),
    `${command.kind} answered ${String(answer)}, and should have answered ${String(expected)}`,
  );
  const [model, ledger] = [modelled(run), standing(run)];
  must(model.join() === ledger.join(), `after ${command.kind} the ledger differs from the model`, {
    model: model.filter((each) => !ledger.includes(each)),
    ledger: ledger.filter((each) => !model.includes(each)),
  });
}

/** The family: up to this many commands about reserves. */
export function reserves(office: Office, maxLength = 60): Family<ReserveStory> {
  const tally = new Tally();
  return {
    arbitrary: reserveStories(maxLength),
    tally,
    holds: async ({ bearer, commands }) => {
      const run = new OfflineRun(office, bearer);
      new MoneyWatch(run.ledger);
      for (const command of commands) await runCommand(run, command, tally);
      run.model.mustBeFair(run.copied);
    },
  };
}
