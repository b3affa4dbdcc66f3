// SPDX-License-Identifier: Apache-2.0
// The three nodes, attacked from their own tables of operations: nobody without a session, role or ownership reaches anything.
import { AttackedNodes, NODE_NAMES, type NodeName } from '../api/attacked-nodes.js';
import type { Door } from '../api/door.js';
import { answersTo, trialsOf } from '../api/ownership.js';
import { NAMES, populate } from '../api/populate.js';
import { BANK_API } from '../../network/nodes/bank/src/bank-api.js';
import { LOGISTICS_API } from '../../network/nodes/logistics/src/api/logistics-api.js';
import { MERCHANT_API } from '../../network/nodes/merchant/src/api/operations.js';

const APIS = { bank: BANK_API, merchant: MERCHANT_API, logistics: LOGISTICS_API };

let nodes: AttackedNodes;
const doors = new Map<string, Door>();

beforeAll(async () => {
  nodes = await AttackedNodes.open();
  await populate(nodes);
});
afterAll(() => nodes.close());

/** The certificate's name: a courier's and a shop's is its id on the ledger. */
const nameOf = (role: string): string =>
  ({ courier: NAMES.own.courierId, 'shop-channel': NAMES.own.merchantId })[role] ?? role;

function doorAs(name: NodeName, role: string): Door {
  const known = doors.get(`${name} ${role}`);
  if (known !== undefined) return known;
  const door = nodes.doorAs(nodes.nodes[name], role, nameOf(role));
  doors.set(`${name} ${role}`, door);
  return door;
}

describe.each(NODE_NAMES)('%s', (name) => {
  const trials = trialsOf({ api: APIS[name] });

  test.each(trials.map((trial) => [trial.name, trial.limit.thing, trial.limit.role, trial] as const))(
    '%s, another’s %s, as %s',
    async (_name, _thing, role, trial) => {
      const { own, other, absent } = await answersTo(name, trial, doorAs(name, role));
      process.stderr.write(`${name} ${_name} ${_thing} ${role} | own ${own.status} ${own.text.slice(0,60)} | other ${other.status} ${other.text.slice(0,60)} | absent ${absent.status} ${absent.text.slice(0,60)}\n`);
      expect(other).toEqual(absent);
      expect(own).not.toEqual(other);
    },
  );
});
