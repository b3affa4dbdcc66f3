// SPDX-License-Identifier: Apache-2.0
// The three nodes, attacked from their own tables of operations: nobody without a session, role or ownership reaches anything, and no
// request makes them fail or answer what their documents do not say. An operation that is added is attacked without a line here.
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { limitsOf, PROBES } from '@fabric-offline-pay/node-common/client';
import { BANK_API } from '../../network/nodes/bank/src/bank-api.js';
import { LOGISTICS_API } from '../../network/nodes/logistics/src/api/logistics-api.js';
import { MERCHANT_API } from '../../network/nodes/merchant/src/api/operations.js';
import {
  AttackedNodes,
  NODE_NAMES,
  type AttackedNode,
  type NodeName,
} from '../api/attacked-nodes.js';
import { documentedOf, faultOf } from '../api/documented.js';
import { refusalOf, type Door, type RawAnswer, type RawCall } from '../api/door.js';
import { hostileRequest, inputsThatPass } from '../api/hostile-input.js';
import { Intruders } from '../api/intruders.js';
import { wordsOf } from '../api/known-words.js';
import { answersTo, BEFORE_SESSION, needsNoSession, trialsOf } from '../api/ownership.js';
import { NAMES, nameOf, populate } from '../api/populate.js';
import { callingRoles } from '../api/role-document.js';
import { requestOf } from '../api/request-of.js';
import { sampleInput } from '../api/sample-input.js';
import { defined } from '../support/defined.js';
import { SEED } from '../support/seeded.js';

const APIS: Readonly<Record<NodeName, AttackedNode['api']>> = {
  bank: BANK_API,
  merchant: MERCHANT_API,
  logistics: LOGISTICS_API,
};

const operationsOf = (name: NodeName) => Object.entries(APIS[name].operations);

/** A test makes hundreds of calls, one after the other: on a machine that does other things, too, they take their time. */
jest.setTimeout(600_000);

/** Hostile requests of each operation and role. */
const RUNS = 4;

/** Hostile values that pass the schema, in each place of an input. */
const FROM_A_PLACE = 4;

/** Addresses of mail and of houses, telephones, names and birthdays: by how they look and by their fields. */
const PERSONAL = /[^"\s]@|"\+\d{7,}"|"(?:name|phone|email|birthDate|street|city|text|password)":/;

const VALIDATOR = join('node_modules', '.bin', 'validate-api');

let nodes: AttackedNodes;

beforeAll(async () => {
  nodes = await AttackedNodes.open();
  await populate(nodes);
});
afterAll(() => nodes.close());

const doors = new Map<string, Door>();

function doorAs(name: NodeName, role: string): Door {
  const key = `${name} ${role}`;
  const door = doors.get(key) ?? nodes.doorAs(nodes.nodes[name], role, nameOf(role));
  doors.set(key, door);
  return door;
}

describe.each(NODE_NAMES)("the %s's node", (name) => {
  test('refuses whoever has no session for the operation, all in the same way', async () => {
    const intruders = new Intruders(nodes, nodes.nodes[name]);
    const wrong: string[] = [];
    const roles = callingRoles({ api: APIS[name] });
    const probes = Object.entries(PROBES).map(
      ([each, probe]) => [each, { ...probe, roles }] as const,
    );
    const nowhere = { ...PROBES.health, path: '/nowhere', roles };
    for (const [operationName, operation] of [
      ...operationsOf(name),
      ...probes,
      ['an unknown path', nowhere] as const,
    ]) {
      for (const kind of intruders.refusedBy(operation)) {
        const answer = await intruders.answer(kind, operation);
        if (answer !== '403 ACCESS_DENIED') wrong.push(`${operationName}, ${kind}: ${answer}`);
      }
      for (const kind of intruders.strangersTo(operation)) {
        const answer = await intruders.answer(kind, operation);
        if (answer !== 'no connection') wrong.push(`${operationName}, ${kind}: ${answer}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  const trials = trialsOf({ api: APIS[name] });

  test.each(
    trials.map((trial) => [trial.name, trial.limit.role, trial.limit.thing, trial] as const),
  )(
    '%s answers %s about another’s %s as about none, and otherwise about its own',
    async (_operation, role, _thing, trial) => {
      const { own, other, absent } = await answersTo(name, trial, doorAs(name, role));
      expect(other).toEqual(absent);
      expect(own).not.toEqual(other);
    },
  );

  test('names nothing of another to whoever is limited to its own', async () => {
    const found: string[] = [];
    for (const [operationName, operation] of operationsOf(name))
      for (const role of operation.roles) {
        const secrets = foreignNames(name, role);
        if (secrets.length === 0 || needsNoSession(operationName)) continue;
        const input = sampleInput(operationName, operation, wordsOf('own'));
        const { text } = await doorAs(name, role).call(requestOf(operation, input));
        for (const secret of secrets)
          if (text.includes(secret)) found.push(`${operationName} told ${role} of ${secret}`);
      }
    expect(found).toEqual([]);
  });

  test(`neither fails nor answers what is not documented (OFFPAY_SEED=${SEED})`, async () => {
    const documented = documentedOf({ api: APIS[name] });
    for (const [operationName, operation] of operationsOf(name)) {
      const input = sampleInput(operationName, operation, wordsOf('own'));
      const [role = 'none', ...others] = operation.roles;
      const sendAs = (sender: string) => async (request: RawCall) => {
        const answer = await doorAs(name, sender).call(request);
        const fault = faultOf(operation, documented(operation), answer);
        if (fault !== undefined) throw new Error(`${operationName} as ${sender}: ${fault}`);
      };
      for (const each of inputsThatPass(operation, input, FROM_A_PLACE))
        await sendAs(role)(requestOf(operation, each));
      for (const sender of [role, ...others])
        await fc.assert(fc.asyncProperty(hostileRequest(operation, input), sendAs(sender)), {
          seed: SEED,
          numRuns: RUNS,
        });
    }
  });

  test('shows examples that its schemas take, and of nobody', () => {
    for (const [operationName, { example, input }] of operationsOf(name)) {
      if (example === undefined) continue;
      expect([operationName, input.safeParse(example).error?.issues]).toEqual([
        operationName,
        undefined,
      ]);
      expect(JSON.stringify(example)).not.toMatch(PERSONAL);
    }
  });

  test('has a document that is OpenAPI 3.1', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [VALIDATOR, join('docs', 'api', `${name}.json`)],
      { encoding: 'utf8' },
    );
    expect([status, stdout]).toEqual([0, expect.stringContaining('"valid": true')]);
  });
});

/** What must not be told to a role that is limited to its own. */
function foreignNames(name: NodeName, role: string): readonly string[] {
  const { other } = NAMES;
  const { operations, fields } = APIS[name];
  const isLimited = Object.values(operations).some((operation) =>
    limitsOf(operation, fields).some((limit) => limit.role === role),
  );
  if (!isLimited) return [];
  if (role === 'courier') return [other.courierId, other.orderNumber];
  if (name !== 'bank') return [other.merchantId];
  const { customerId, loginId, changeId, token } = other;
  return [customerId, loginId, changeId, token];
}

describe('before there is a session', () => {
  const door = (): Door => doorAs('bank', 'customer-channel');

  async function call(operationName: string, given: Readonly<Record<string, unknown>>) {
    const operation = defined(APIS.bank.operations[operationName], operationName);
    const input = { ...sampleInput(operationName, operation, wordsOf('own')), ...given };
    return door().call(requestOf(operation, input));
  }

  test('a login begins alike for a customer, another and nobody, on any device', async () => {
    const answers: RawAnswer[] = [];
    for (const customerId of [NAMES.own.customerId, NAMES.other.customerId, 'nobody'])
      for (const deviceId of ['phone', NAMES.other.deviceId, 'none']) {
        const loginId = `fresh-${customerId}-${deviceId}`;
        answers.push(await call('openLogin', { loginId, customerId, deviceId }));
      }
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['200 {"missing":[]}']),
    );
  });

  const refusals = Object.entries(BEFORE_SESSION).filter(([each]) => each !== 'openLogin');

  test.each(refusals)('%s needs a login that was begun, or answers %s', async (each, code) => {
    const { text } = await call(each, { loginId: 'never-begun' });
    expect(JSON.parse(text)).toMatchObject({ code, field: 'loginId' });
  });
});

describe('a request that calls nothing', () => {
  const teller = (): Door => doorAs('bank', 'teller');
  const stranger = (): Door => doorAs('bank', 'courier');
  const json = { 'content-type': 'application/json' };

  test('of another method is told which there are, if its caller may call anything', async () => {
    const call = { method: 'DELETE', path: '/customers' };
    const answer = await teller().call(call);
    expect([refusalOf(answer), answer.allow]).toEqual(['405 METHOD_NOT_ALLOWED', 'POST']);
    expect(refusalOf(await stranger().call(call))).toBe('403 ACCESS_DENIED');
  });

  test('of an unreadable path is refused without quoting it, and strangers like anywhere', async () => {
    const call = { method: 'GET', path: '/customers/%E0%A4%A/secret' };
    const answer = await teller().call(call);
    expect(refusalOf(answer)).toBe('400 INPUT_INVALID path');
    expect(answer.text).not.toContain('secret');
    expect(refusalOf(await stranger().call(call))).toBe('403 ACCESS_DENIED');
  });

  test.each(['null', '[]', '"text"', '1'])('with the body %s', async (body) => {
    const call = { method: 'POST', path: '/customers/customer-9/erasure', headers: json, body };
    expect(refusalOf(await teller().call(call))).toBe('400 INPUT_INVALID body');
  });

  test.each([
    ['a field of the path in the body', '', { customerId: 'customer-8' }],
    ['a field of the body in the query', '?name=x', {}],
  ])('with %s', async (_, query, body) => {
    const path = `/customers/customer-9${query}`;
    const call = { method: 'PATCH', path, headers: json, body: JSON.stringify(body) };
    expect(refusalOf(await teller().call(call))).toBe('400 INPUT_INVALID unknown');
  });

  test.each([
    ['is no HTTP', 'HELLO\r\n\r\n', '400 INPUT_INVALID'],
    [
      'has too large headers',
      `GET /healthz HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      '413 REQUEST_TOO_LARGE',
    ],
  ])('and %s', async (_, bytes, refusal) => {
    const answer = await teller().sendRaw(bytes);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    const [status, code] = refusal.split(' ');
    expect(head.split(' ')[1]).toBe(status);
    expect(JSON.parse(body)).toMatchObject({ code });
  });
});
