// SPDX-License-Identifier: Apache-2.0
// `offpay alarms` and `offpay resolve`: an operator reads and decides alarms.
import type { OutputOf } from '@fabric-offline-pay/domain';
import type { Clients } from '@fabric-offline-pay/operate/clients';
import { everyEntry } from '@fabric-offline-pay/sdk';
import { Command } from 'commander';
import { reportingErrors, show, table, withCommonOptions, type CommonOptions } from '../output.js';
import { withClients } from '../with-clients.js';
import { parseOrder } from './trail.js';

type Alarms = Pick<OutputOf<'alarm', 'listAlarms'>, 'alarms'>;

const alarmsText = ({ alarms }: Alarms): string =>
  alarms.length === 0
    ? 'no alarms'
    : table([
        ['order', 'state', 'differs in', 'blamed', 'raised', 'reason'],
        ...alarms.map((alarm) => [
          `${alarm.merchantId}/${alarm.orderNumber}`,
          alarm.state,
          alarm.fields.join(', '),
          alarm.blamed.join(', '),
          new Date(alarm.raisedAt * 1000).toISOString(),
          alarm.reason,
        ]),
      ]);

export const alarmsCommand = (): Command =>
  withCommonOptions(new Command('alarms'))
    .option('--all', 'also shows decided alarms')
    .action(
      reportingErrors((options: CommonOptions & { readonly all?: boolean }) =>
        withClients(options, async (clients) => {
          const { alarm } = await clients.client('bank', 'operator');
          const alarms = await everyEntry(
            alarm.listAlarms,
            { bankId: clients.organisation('bank').actor, open: options.all !== true },
            (page) => page.alarms,
          );
          show(options, { alarms }, alarmsText);
        }),
      ),
    );

interface ResolveOptions extends CommonOptions {
  readonly reason: string;
  readonly uphold?: boolean;
}

/** Resolved: the bank node may claim the money. Upheld: the money goes back to the customer. */
async function decide(
  clients: Clients,
  order: ReturnType<typeof parseOrder>,
  options: ResolveOptions,
): Promise<string> {
  const { alarm } = await clients.client('bank', 'operator');
  const { settlement } = await clients.client('bank', 'bank-node');
  const decision = { ...order, reason: options.reason };
  if (options.uphold !== true) return (await alarm.resolve(decision)).result.state;
  await alarm.uphold(decision);
  return (await settlement.void(order)).result.state;
}

export const resolveCommand = (): Command =>
  withCommonOptions(new Command('resolve'))
    .argument('<order>', 'MERCHANT/ORDER', parseOrder)
    .requiredOption(
      '--reason <text>',
      'the reason; it is written to the ledger, so no personal data',
    )
    .option('--uphold', 'the difference is real: the customer gets the money back')
    .action(
      reportingErrors((order: ReturnType<typeof parseOrder>, options: ResolveOptions) =>
        withClients(options, async (clients) => {
          const state = await decide(clients, order, options);
          show(
            options,
            { ...order, state },
            (result) => `${result.merchantId}/${result.orderNumber} is ${result.state}`,
          );
        }),
      ),
    );
