// SPDX-License-Identifier: Apache-2.0
// Runs Fabric's programs as an organisation's administrator or operator.
import { NetworkError, runProgram } from '@fabric-offline-pay/node-common';
import { type ProgramName, programPath, SHORT_LIVED } from '../programs/program-paths.js';
import { ADMINISTRATOR, OPERATIONS_CLIENT } from '../certificates/initial-identities.js';
import type { OrdererPlan, OrganisationPlan, PeerPlan } from '../topology/network-plan.js';
import { authorityRoot, issuedFiles, localMsp } from '../topology/organisation-files.js';
import type { NetworkContext } from './network-context.js';

/** Runs programs in the name of one organisation. Every method throws NetworkError `PROGRAM_FAILED`. */
export class Administrator {
  readonly #context: NetworkContext;
  readonly organisation: OrganisationPlan;

  constructor(context: NetworkContext, organisation: OrganisationPlan) {
    this.#context = context;
    this.organisation = organisation;
  }

  /** Runs the peer program as a client of one of the organisation's peers (default: the first). */
  async peer(args: readonly string[], peer: PeerPlan = this.firstPeer()): Promise<string> {
    const env = {
      FABRIC_CFG_PATH: peer.folder,
      FABRIC_LOGGING_SPEC: 'error',
      CORE_PEER_MSPCONFIGPATH: localMsp(this.organisation.folder, ADMINISTRATOR),
    };
    return this.#run('peer', args, env);
  }

  /** Calls an orderer's channel participation API with the operator's certificate. */
  async orderer(orderer: OrdererPlan, args: readonly string[]): Promise<string> {
    const { cert, key } = issuedFiles(this.organisation.folder, 'operationsca', OPERATIONS_CLIENT);
    const root = authorityRoot(this.organisation.folder, 'tlsca');
    const address = `${orderer.host}:${orderer.adminPort}`;
    const access = ['-o', address, '--ca-file', root, '--client-cert', cert, '--client-key', key];
    return this.#run('osnadmin', ['channel', ...args, ...access]);
  }

  /** Asks a peer's discovery which peers may endorse the chaincode. Fails while no set of peers fulfils its policy. */
  async discoverEndorsers(peer: PeerPlan, channel: string, chaincode: string): Promise<string> {
    const { cert, key } = issuedFiles(this.organisation.folder, 'ca', ADMINISTRATOR);
    return this.#run('discover', [
      '--peerTLSCA',
      authorityRoot(this.organisation.folder, 'tlsca'),
      '--userKey',
      key,
      '--userCert',
      cert,
      '--MSP',
      this.organisation.topology.mspId,
      'endorsers',
      '--channel',
      channel,
      '--chaincode',
      chaincode,
      '--server',
      `${peer.host}:${peer.port}`,
    ]);
  }

  /** The organisation's first peer. */
  firstPeer(): PeerPlan {
    const [peer] = this.organisation.peers;
    if (peer === undefined) {
      throw new NetworkError('INVALID_TOPOLOGY', `${this.organisation.topology.id} has no peer`);
    }
    return peer;
  }

  async #run(program: ProgramName, args: readonly string[], env = {}): Promise<string> {
    const path = programPath(this.#context.programs, program);
    const { stdout } = await runProgram({ program: path, args, env: { ...SHORT_LIVED, ...env } });
    return stdout;
  }
}
