// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstOf } from '../../../../test/support/defined.js';
import { defaultTopology } from '../topology/default-topology.js';
import { endorsersOf, planNetwork, type EndorserPlan } from '../topology/network-plan.js';
import { chaincodeEndpoint, grpcAddress, makeSocketFolder } from './chaincode-endpoint.js';
import { chaincodeProcess } from './chaincode-process.js';

const ownChaincode = join(__dirname, '..', '..', '..', '..', 'chaincode');

const bankAt = (home: string): EndorserPlan =>
  firstOf(endorsersOf(planNetwork(defaultTopology, home, 20_000)));

describe('where the chaincode listens', () => {
  it('is a socket in its own folder', () => {
    const plan = bankAt('/net');
    expect(grpcAddress(chaincodeEndpoint(plan))).toBe(
      'unix:/net/organisations/bank/chaincode/socket',
    );
    const { args, ready } = chaincodeProcess(plan, ownChaincode, 'id');
    expect(ready).toEqual({ file: '/net/organisations/bank/chaincode/socket' });
    expect(args.filter((each) => each.includes('tls'))).toEqual([]);
  });

  it('is a port with client certificates when the path is too long for a socket', () => {
    const plan = bankAt(`/${'long/'.repeat(20)}net`);
    const { port } = plan.chaincode;
    expect(grpcAddress(chaincodeEndpoint(plan))).toBe(`127.0.0.1:${port.toString()}`);
    const { args, ready } = chaincodeProcess(plan, ownChaincode, 'id');
    expect(ready).toEqual({ host: '127.0.0.1', port });
    expect(args.filter((each) => each.startsWith('--chaincode-tls'))).toHaveLength(3);
  });

  it('can be reached only by its owner', () => {
    const home = mkdtempSync(join(tmpdir(), 'endpoint-'));
    try {
      const plan = bankAt(home);
      makeSocketFolder(plan);
      expect(statSync(plan.chaincode.folder).mode & 0o777).toBe(0o700);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
