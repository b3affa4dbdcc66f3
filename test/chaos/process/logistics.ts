// SPDX-License-Identifier: Apache-2.0
// The logistics company's node, as its program builds it, with ledger and alerts counted.
import type { Attribute } from '@fabric-offline-pay/domain';
import { WebhookAlerts } from '../../../network/nodes/logistics/src/alerts/webhook-alerts.js';
import {
  MIGRATIONS,
  type LogisticsTables,
} from '../../../network/nodes/logistics/src/database/schema.js';
import { registrationText } from '../../../network/nodes/logistics/src/couriers/follow-couriers.js';
import type { Registration } from '../../../network/nodes/logistics/src/couriers/plan-couriers.js';
import { guardedLedger } from '../../../network/nodes/logistics/src/guarded-ledger.js';
import { contextOn, logisticsWork } from '../../../network/nodes/logistics/src/logistics-work.js';
import { rulesSchema } from '../../../network/nodes/logistics/src/rules.js';
import type { LogisticsSettings } from '../settings.js';
import type { NodeKind, Surroundings } from './node-in-process.js';
import { remoteClient } from './remote-ledger.js';

const settingsOf = ({ settings }: Surroundings): LogisticsSettings => settings;

const ROLE: Attribute = 'dispatcher';

export const LOGISTICS_KIND: NodeKind<LogisticsTables> = {
  migrations: MIGRATIONS,

  async seed(db, surroundings) {
    for (const courier of settingsOf(surroundings).couriers)
      await db
        .insertInto('courier_plans')
        .values({
          ...{ courier_id: courier.courierId, valid_from: 0, planned_at: 0, planned_by: 'seed' },
          ...{
            registration: registrationText(courier as Registration),
            refusal: null,
            done_at: null,
          },
        })
        .execute();
  },

  build({ db, clock, work }, surroundings) {
    const { line, crossings } = surroundings;
    const { logisticsId, mspId, rules, alertUrl } = settingsOf(surroundings);
    const context = contextOn(
      {
        db,
        ledger: guardedLedger(remoteClient(line, crossings, ROLE)),
        clock: () => Math.floor(clock() / 1000),
        rules: { ...rulesSchema.parse(rules), logisticsId, mspId },
        alerts: crossings.around('alert', new WebhookAlerts(alertUrl)),
      },
      work,
    );
    return {
      parts: logisticsWork(context),
      waiting: () => Promise.resolve(0),
      facts: async () => {
        const asked = await db
          .selectFrom('payout_requests')
          .select(['currency', 'payout_id', 'amount', 'refusal'])
          .execute();
        const earned = await db
          .selectFrom('courier_entries')
          .select(['entry_id', 'amount'])
          .orderBy('entry_id')
          .execute();
        return { asked, earned };
      },
      close: () => Promise.resolve(),
    };
  },
};
