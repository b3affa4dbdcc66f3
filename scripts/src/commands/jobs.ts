// SPDX-License-Identifier: Apache-2.0
// `offpay jobs` and `offpay alerts`: an operator of the bank sees what its node does by itself, and what it alerts to.
import { bankClient } from '@fabric-offline-pay/run';
import { Command } from 'commander';
import { homeOf } from '../home.js';
import { reportingErrors, show, table, withCommonOptions, type CommonOptions } from '../output.js';

type Operator = ReturnType<typeof bankClient>;

async function asOperator(
  options: CommonOptions,
  run: (operator: Operator) => Promise<void>,
): Promise<void> {
  const operator = bankClient(homeOf(options), 'operator');
  try {
    await run(operator);
  } finally {
    operator.close();
  }
}

type Jobs = Awaited<ReturnType<Operator['listJobs']>>;

const jobsText = (jobs: Jobs): string =>
  table([
    ['work', 'by the clock (UTC)', 'waiting', 'running', 'given up'],
    ...jobs.map(({ name, schedule, waiting, running, failed }) => [
      name,
      schedule ?? 'when asked',
      ...[waiting, running, failed].map(String),
    ]),
  ]);

export const jobsCommand = (): Command =>
  withCommonOptions(new Command('jobs')).action(
    reportingErrors((options: CommonOptions) =>
      asOperator(options, async (operator) => show(options, await operator.listJobs({}), jobsText)),
    ),
  );

type Alerts = Awaited<ReturnType<Operator['listAlerts']>>;

const timeText = (seconds: number | null): string =>
  seconds === null ? '' : new Date(seconds * 1000).toISOString();

const alertsText = (alerts: Alerts): string =>
  alerts.length === 0
    ? 'no alerts'
    : table([
        ['alert', 'opened', 'acknowledged by', 'escalated', 'closed'],
        ...alerts.map((alert) => [
          alert.alertId,
          timeText(alert.openedAt),
          alert.acknowledgedBy ?? '',
          timeText(alert.escalatedAt),
          timeText(alert.closedAt),
        ]),
      ]);

interface AlertsOptions extends CommonOptions {
  readonly all?: boolean;
  readonly acknowledge?: string;
}

export const alertsCommand = (): Command =>
  withCommonOptions(new Command('alerts'))
    .option('--all', 'also shows closed alerts')
    .option('--acknowledge <alert>', 'notes that you look at this alert; nobody else is asked to')
    .action(
      reportingErrors((options: AlertsOptions) =>
        asOperator(options, async (operator) => {
          const { acknowledge, all = false } = options;
          if (acknowledge !== undefined) await operator.acknowledgeAlert({ alertId: acknowledge });
          const alerts = await operator.listAlerts({ open: all ? 'false' : 'true' });
          show(options, alerts, alertsText);
        }),
      ),
    );
