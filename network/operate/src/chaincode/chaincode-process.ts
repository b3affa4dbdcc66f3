// SPDX-License-Identifier: Apache-2.0
// The chaincode process of an organisation: Node.js itself, without a wrapper.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chaincodeEndpoint, grpcAddress } from './chaincode-endpoint.js';
import { contentVersion } from './content-version.js';
import type { ProcessDeclaration } from '../supervisor/run-folder.js';
import type { EndorserPlan } from '../topology/network-plan.js';
import { authorityRoot, issuedFiles } from '../topology/organisation-files.js';

/**
 * The process that serves the chaincode to the organisation's peers.
 * @param directory the package folder whose `main` exports `contracts`.
 * @param packageId the id of the package that the peers have installed.
 */
export function chaincodeProcess(
  plan: EndorserPlan,
  directory: string,
  packageId: string,
): ProcessDeclaration {
  const { name } = plan.chaincode;
  const endpoint = chaincodeEndpoint(plan);
  return {
    name,
    kind: 'chaincode',
    organisation: plan.topology.id,
    command: process.execPath,
    args: [
      shimCommand(directory),
      'server',
      '--chaincode-address',
      grpcAddress(endpoint),
      '--chaincode-id',
      packageId,
      ...(endpoint.kind === 'tls' ? tlsArguments(plan) : []),
    ],
    env: {
      CORE_CHAINCODE_LOGGING_LEVEL: 'ERROR',
      CORE_CHAINCODE_LOGGING_SHIM: 'ERROR',
      NODE_ENV: 'production',
      // The organisation for which the chaincode endorses. Without the name it founds no network.
      CORE_PEER_LOCALMSPID: plan.topology.mspId,
      // Changed code makes another process, even in the same folder.
      CHAINCODE_CONTENT: contentVersion(directory, ''),
    },
    cwd: directory,
    ready:
      endpoint.kind === 'socket'
        ? { file: endpoint.path }
        : { host: endpoint.host, port: endpoint.port },
  };
}

function tlsArguments({ folder, chaincode }: EndorserPlan): string[] {
  const tls = issuedFiles(folder, 'tlsca', chaincode.name);
  return [
    '--chaincode-tls-cert-file',
    tls.cert,
    '--chaincode-tls-key-file',
    tls.key,
    '--chaincode-tls-client-cacert-file',
    authorityRoot(folder, 'tlsca'),
  ];
}

/** The shim's command from the chaincode's own dependencies, so that contracts and server share one shim. */
function shimCommand(directory: string): string {
  const main = createRequire(join(directory, 'package.json')).resolve('fabric-shim');
  return join(dirname(main), 'cli.js');
}
