// SPDX-License-Identifier: Apache-2.0
// How to ask each kind of node whether it works.
import { readFileSync } from 'node:fs';
import {
  authorityRoot,
  CHAINCODE_CLIENT,
  chaincodeEndpoint,
  type ChaincodeEndpoint,
  issuedFiles,
  type NetworkPlan,
  type NodeKind,
  OPERATIONS_CLIENT,
  type OrganisationPlan,
  readSpec,
} from '@fabric-offline-pay/operate';
import { AUDITOR_NODE } from '../services/auditor-service.js';
import { BANK_NODE } from '../services/bank-service.js';
import { LOGISTICS_NODE } from '../services/logistics-service.js';
import { MERCHANT_NODE } from '../services/merchant-service.js';
import { nodeHealthQuestion, type NodePlace } from '../services/node-service.js';
import { STAND_INS, standInsHealth } from '../services/stand-ins-service.js';
import type { HttpsQuestion } from './ask-https.js';
import type { PingTls } from './ping-http2.js';

/** `none`: the process cannot be asked, so only the process table shows its state. */
export type Question =
  | { readonly by: 'https'; readonly question: HttpsQuestion }
  | { readonly by: 'http'; readonly url: string }
  | { readonly by: 'ping'; readonly endpoint: ChaincodeEndpoint; readonly tls: PingTls | undefined }
  | { readonly by: 'port'; readonly host: string; readonly port: number }
  | { readonly by: 'none' };

/** A node of the process table. */
export interface NamedNode {
  readonly name: string;
  readonly kind: NodeKind;
  readonly organisation: string;
}

const read = (path: string): string => readFileSync(path, 'utf8');

const healthOf = ({ folder, peers, orderers }: OrganisationPlan, name: string): Question => {
  const node = [...peers, ...orderers].find((each) => each.name === name);
  if (node === undefined) return { by: 'none' };
  const { cert, key } = issuedFiles(folder, 'operationsca', OPERATIONS_CLIENT);
  return {
    by: 'https',
    question: {
      url: `https://${node.host}:${node.operationsPort}/healthz`,
      root: read(authorityRoot(folder, 'tlsca')),
      cert: read(cert),
      key: read(key),
    },
  };
};

const caInfoOf = ({ folder, ca }: OrganisationPlan): Question => ({
  by: 'https',
  question: {
    url: `https://${ca.host}:${ca.port}/cainfo`,
    root: read(authorityRoot(folder, 'ca')),
  },
});

/** The client certificate that peers use for the chaincode. */
function pingTlsOf({ folder }: OrganisationPlan): PingTls {
  const { cert, key } = issuedFiles(folder, 'tlsca', CHAINCODE_CLIENT);
  return { root: read(authorityRoot(folder, 'tlsca')), cert: read(cert), key: read(key) };
}

function pingOf(organisation: OrganisationPlan): Question {
  const { chaincode } = organisation;
  if (chaincode === undefined) return { by: 'none' };
  const endpoint = chaincodeEndpoint({ chaincode });
  const tls = endpoint.kind === 'tls' ? pingTlsOf(organisation) : undefined;
  return { by: 'ping', endpoint, tls };
}

/** Organisations' nodes, and the role of the certificate that asks. */
const NODES: Readonly<Record<string, readonly [NodePlace, role: string]>> = {
  [BANK_NODE.name]: [BANK_NODE, 'operator'],
  [MERCHANT_NODE.name]: [MERCHANT_NODE, 'operator'],
  [LOGISTICS_NODE.name]: [LOGISTICS_NODE, 'operator'],
  [AUDITOR_NODE.name]: [AUDITOR_NODE, 'auditor'],
};

function serviceQuestion(home: string, name: string): Question {
  const node = NODES[name];
  if (node !== undefined) return { by: 'https', question: nodeHealthQuestion(home, ...node) };
  if (name === STAND_INS) {
    const url = standInsHealth(home);
    return url === undefined ? { by: 'none' } : { by: 'http', url };
  }
  const ready = readSpec(home, name)?.ready;
  return ready !== undefined && 'port' in ready ? { by: 'port', ...ready } : { by: 'none' };
}

const QUESTIONS: Readonly<
  Record<Exclude<NodeKind, 'service'>, (plan: OrganisationPlan, name: string) => Question>
> = { ca: caInfoOf, peer: healthOf, orderer: healthOf, chaincode: pingOf };

/** @throws when a certificate is missing, or the bank's service has written no address. */
export function questionOf(plan: NetworkPlan, { name, kind, organisation }: NamedNode): Question {
  if (kind === 'service') return serviceQuestion(plan.home, name);
  const owner = plan.organisations.find(({ topology }) => topology.id === organisation);
  return owner === undefined ? { by: 'none' } : QUESTIONS[kind](owner, name);
}
