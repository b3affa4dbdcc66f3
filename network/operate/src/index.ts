// SPDX-License-Identifier: Apache-2.0
// Operates Fabric: programs, topology, certificates, lifecycle and supervision.
export { CHAINCODE_CLIENT, OPERATIONS_CLIENT } from './certificates/initial-identities.js';
export { type ChaincodeEndpoint, chaincodeEndpoint } from './chaincode/chaincode-endpoint.js';
export {
  describedOrganisation,
  endpointsOf,
  ensureReadable,
  organisationsSeenBy,
  organisationWithRole,
  type IdentityDescription,
  type NetworkDescription,
  type OrganisationDescription,
  readDescription,
} from './description.js';
export { bootstrapLedger, foundNetwork, participantsOf } from './ledger/bootstrap.js';
export { Clients } from './ledger/clients.js';
export type { LedgerClients } from './ledger/ledger-clients.js';
export { type Payee, type RolledUp, rollUpPayee } from './ledger/payees.js';
export { downNetwork, type DownOptions, resetNetwork } from './lifecycle/down-network.js';
export { ensureStartable, type StartableOptions } from './lifecycle/ensure-startable.js';
export {
  DEFAULT_BASE_PORT,
  defaultHome,
  type PortChoice,
  readPlan,
  resolveHome,
} from './lifecycle/home.js';
export {
  cashierOf,
  enrolIdentities,
  enrolIdentity,
  enrolTls,
  type TlsCertificate,
} from './lifecycle/identities.js';
export {
  networkLogs,
  type NetworkStatus,
  networkStatus,
  type NodeStatus,
} from './lifecycle/network-status.js';
export { killNode, restartNode, waitForNode } from './lifecycle/nodes.js';
export { publishRevocations, revokeIdentity } from './lifecycle/revoke-identity.js';
export { type ServiceOptions, startService, stopService } from './lifecycle/services.js';
export { upNetwork, type UpOptions } from './lifecycle/up-network.js';
export { holderText, waysToEnd } from './lifecycle/ports-in-use.js';
export { asOnlyRun } from './lifecycle/only-run.js';
export { fabricModule } from './package-folders.js';
export { builtPrograms } from './programs/build-programs.js';
export { findPrograms } from './programs/find-programs.js';
export { isOlder, neededGo, requireNode } from './programs/prerequisites.js';
export {
  type FabricPrograms,
  PROGRAM_NAMES,
  type ProgramName,
  programPath,
} from './programs/program-paths.js';
export { type Progress, type ProgressEvent, type ProgressStage, silent } from './progress.js';
export {
  type NodeKind,
  readSpec,
  type RememberedService,
  rememberedServices,
  rememberService,
} from './supervisor/run-folder.js';
export { defaultTopology } from './topology/default-topology.js';
export {
  countPorts,
  type NetworkPlan,
  type OrganisationPlan,
  planNetwork,
} from './topology/network-plan.js';
export { authorityRoot, certificateFiles, issuedFiles } from './topology/organisation-files.js';
export { renderPolicy } from './topology/policies.js';
export {
  type ChaincodeTopology,
  type ChannelTopology,
  type CollectionTopology,
  type IdentityTopology,
  type OrganisationRole,
  type OrganisationTopology,
  type PolicyRule,
  type ServiceTopology,
  type Topology,
  topologySchema,
} from './topology/topology.js';
