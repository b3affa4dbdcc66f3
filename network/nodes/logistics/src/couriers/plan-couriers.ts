// SPDX-License-Identifier: Apache-2.0
// Tariffs and areas of couriers: planned for an instant, then registered on the ledger by a job. The follower keeps every version.
import {
  withRegistered,
  type Courier,
  type FleetRow,
  type InputOf,
} from '@fabric-offline-pay/domain';
import { NodeError } from '@fabric-offline-pay/node-common/client';
import { sql } from 'kysely';
import type { Caller, LogisticsContext } from '../context.js';
import type { CourierPlanTable, CourierTable } from '../database/couriers.js';
import type { LogisticsDatabase } from '../database/schema.js';
import { eachInTurn } from '../each-in-turn.js';
import { LogisticsError } from '../errors.js';
import { refusedWith } from '../refused-with.js';
import { registrationText } from './follow-couriers.js';

/** A courier as the company registers it. */
export type Registration = InputOf<'logistics', 'registerCouriers'>['couriers'][number];

/** The tables hold what the node or the ledger wrote, in this shape. */
const registrationIn = (text: string): Registration => JSON.parse(text) as Registration;

const courierIn = ({ registration, rating, conduct }: CourierTable): Courier => ({
  ...registrationIn(registration),
  rating: JSON.parse(rating) as Courier['rating'],
  conduct: JSON.parse(conduct) as Courier['conduct'],
});

/** @returns the company's couriers as the ledger has them, in order of their ids */
export async function listCouriers({
  db,
}: Pick<LogisticsContext, 'db'>): Promise<readonly Courier[]> {
  const rows = await db.selectFrom('couriers').selectAll().orderBy('courier_id').execute();
  return rows.map(courierIn);
}

async function fleetOf(context: Pick<LogisticsContext, 'db' | 'rules'>): Promise<FleetRow> {
  return { logisticsId: context.rules.logisticsId, couriers: await listCouriers(context) };
}

/** A registration with the instant from which it holds. */
export interface PlannedCourier {
  readonly courier: Registration;
  /** Seconds since 1970; at once when it is past or absent. */
  readonly validFrom?: number | undefined;
}

/**
 * Plans a registration. Repeated for the same instant it replaces the plan, until that was carried out.
 * @returns the instant from which it holds
 * @throws {DomainError} FLEET_TOO_LARGE with today's fleet
 * @throws {LogisticsError} PLAN_DONE
 */
export async function planCourier(
  context: Pick<LogisticsContext, 'db' | 'clock' | 'rules' | 'asks' | 'wake'>,
  { name }: Caller,
  { courier, validFrom }: PlannedCourier,
): Promise<number> {
  withRegistered(await fleetOf(context), [courier]);
  const now = context.clock();
  const from = Math.max(validFrom ?? now, now);
  const columns = {
    registration: registrationText(courier),
    planned_by: name,
    planned_at: now,
    refusal: null,
  };
  // Planned again as it is, one that is being sent still is.
  const begunAt = sql<number | null>`
    case when courier_plans.registration = excluded.registration then courier_plans.begun_at end
  `;
  await context.db.transaction().execute(async (transaction) => {
    const planned = await transaction
      .insertInto('courier_plans')
      .values({ courier_id: courier.courierId, valid_from: from, ...columns, done_at: null })
      .onConflict((conflict) =>
        conflict
          .columns(['courier_id', 'valid_from'])
          .doUpdateSet({ ...columns, begun_at: begunAt })
          .where('courier_plans.done_at', 'is', null),
      )
      .returning('valid_from')
      .executeTakeFirst();
    if (planned === undefined) await ensureSame(transaction, courier.courierId, from, columns);
    if (from <= now) await context.asks.registerCouriers(transaction);
  });
  context.wake();
  return from;
}

/** @throws {LogisticsError} PLAN_DONE when another registration was carried out for this instant */
async function ensureSame(
  db: LogisticsDatabase,
  courierId: string,
  validFrom: number,
  { registration }: { readonly registration: string },
): Promise<void> {
  const done = await db
    .selectFrom('courier_plans')
    .select('registration')
    .where('courier_id', '=', courierId)
    .where('valid_from', '=', validFrom)
    .executeTakeFirst();
  if (done?.registration !== registration) throw new LogisticsError('PLAN_DONE', 'validFrom');
}

/**
 * Takes a plan back. One that is being sent may be on the ledger already, also when the answer got lost: only another plan can replace it.
 * @throws {NodeError} NOT_FOUND when no such registration waits
 */
export async function cancelPlan(
  { db }: Pick<LogisticsContext, 'db'>,
  courierId: string,
  validFrom: number,
): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom('courier_plans')
    .where('courier_id', '=', courierId)
    .where('valid_from', '=', validFrom)
    .where('begun_at', 'is', null)
    .where('done_at', 'is', null)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw new NodeError('NOT_FOUND', 'validFrom');
}

/** The latest due plan of each courier. Earlier ones were overtaken before anybody carried them out. */
const duePlans = (db: LogisticsDatabase, now: number) =>
  db
    .selectFrom('courier_plans')
    .distinctOn('courier_id')
    .select(['courier_id', 'valid_from', 'registration'])
    .where('done_at', 'is', null)
    .where('valid_from', '<=', now)
    .orderBy('courier_id')
    .orderBy('valid_from', 'desc')
    .execute();

type DuePlan = Pick<CourierPlanTable, 'courier_id' | 'valid_from' | 'registration'>;

/** @returns false when it was taken back or replaced meanwhile; what took its place has asked for its own turn */
async function begin(
  { db, clock }: Pick<LogisticsContext, 'db' | 'clock'>,
  { courier_id, valid_from, registration }: DuePlan,
): Promise<boolean> {
  const begun = await db
    .updateTable('courier_plans')
    .set({ begun_at: clock() })
    .where('courier_id', '=', courier_id)
    .where('valid_from', '=', valid_from)
    .where('registration', '=', registration)
    .where('done_at', 'is', null)
    .returning('courier_id')
    .executeTakeFirst();
  return begun !== undefined;
}

/** Notes that it was sent, and that the earlier ones were overtaken. One that took its place meanwhile was not sent. */
async function end(
  { db, clock }: Pick<LogisticsContext, 'db' | 'clock'>,
  { courier_id, valid_from, registration }: DuePlan,
  refusal: string | null,
): Promise<void> {
  await db
    .updateTable('courier_plans')
    .set({ done_at: clock(), refusal })
    .where('courier_id', '=', courier_id)
    .where('done_at', 'is', null)
    .where((plan) =>
      plan.or([
        plan('valid_from', '<', valid_from),
        plan('valid_from', '=', valid_from).and('registration', '=', registration),
      ]),
    )
    .execute();
}

/**
 * Registers what is due, a courier at a time, so that a refusal of one holds up no other.
 * @throws a refusal that passes: its plan stays due, and is tried again
 */
export async function registerDue(
  context: Pick<LogisticsContext, 'db' | 'clock' | 'rules' | 'ledger'>,
  signal: AbortSignal,
): Promise<void> {
  await eachInTurn(await duePlans(context.db, context.clock()), signal, async (plan) => {
    if (!(await begin(context, plan))) return;
    await end(context, plan, await register(context, registrationIn(plan.registration), signal));
  });
}

/** @returns the code with which the ledger refused it for good, or null */
async function register(
  { ledger, rules }: Pick<LogisticsContext, 'rules' | 'ledger'>,
  courier: Registration,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const { logisticsId } = rules;
    await ledger.logistics.registerCouriers({ logisticsId, couriers: [courier] }, { signal });
    return null;
  } catch (error) {
    const refusal = refusedWith(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

/** A courier with its past and planned registrations, the newest first. */
export async function readCourier({ db }: Pick<LogisticsContext, 'db'>, courierId: string) {
  const courier = await db
    .selectFrom('couriers')
    .selectAll()
    .where('courier_id', '=', courierId)
    .executeTakeFirst();
  const versions = await db
    .selectFrom('courier_versions')
    .select(['version', 'valid_from', 'registration'])
    .where('courier_id', '=', courierId)
    .orderBy('version', 'desc')
    .execute();
  const plans = await db
    .selectFrom('courier_plans')
    .selectAll()
    .where('courier_id', '=', courierId)
    .orderBy('valid_from', 'desc')
    .execute();
  if (courier === undefined && plans.length === 0) throw new NodeError('NOT_FOUND', 'courierId');
  return {
    courier: courier === undefined ? null : courierIn(courier),
    versions: versions.map(({ version, valid_from, registration }) => ({
      version,
      validFrom: valid_from,
      registration: registrationIn(registration),
    })),
    plans: plans.map((plan) => ({
      validFrom: plan.valid_from,
      registration: registrationIn(plan.registration),
      plannedBy: plan.planned_by,
      plannedAt: plan.planned_at,
      doneAt: plan.done_at,
      refusal: plan.refusal,
    })),
  };
}
