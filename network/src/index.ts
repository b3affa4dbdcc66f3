// SPDX-License-Identifier: Apache-2.0
// The network package: Fabric's programs, topology, lifecycle and supervision.
export {
  readDescription,
  describedOrganisation,
  type IdentityDescription,
  type NetworkDescription,
  type OrganisationDescription,
} from './description';
export { askNodes, type AskedNode, type AskedStatus, type NodeAnswer } from './doctor/ask-nodes';
export type { Check, CheckOutcome } from './doctor/check';
export { doctor, type DoctorReport } from './doctor/doctor';
export { type DownOptions, downNetwork, resetNetwork } from './lifecycle/down-network';
export { ensureStartable, type StartableOptions } from './lifecycle/ensure-startable';
export { type PortChoice, resolveHome } from './lifecycle/home';
export { type TlsCertificate, enrolIdentity, enrolTls } from './lifecycle/identities';
export { revokeIdentity } from './lifecycle/revoke-identity';
export {
  type NetworkStatus,
  type NodeStatus,
  networkLogs,
  networkStatus,
} from './lifecycle/network-status';
export { killNode, restartNode, waitForNode } from './lifecycle/nodes';
export { type ServiceOptions, startService, stopService } from './lifecycle/services';
export { type UpOptions, upNetwork } from './lifecycle/up-network';
export { whileStarting } from './lifecycle/while-starting';
export {
  NETWORK_ERRORS,
  NetworkError,
  type NetworkErrorCode,
  type NetworkErrorOptions,
} from './network-error';
export { type Progress, type ProgressEvent, type ProgressStage } from './progress';
export { findPrograms } from './programs/find-programs';
export { type FabricPrograms, type ProgramName, programPath } from './programs/program-paths';
export { defaultTopology } from './topology/default-topology';
export { renderPolicy } from './topology/policies';
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
} from './topology/topology';

export { bootstrapLedger, foundNetwork, participantsOf } from './ledger/bootstrap';
export { Clients } from './ledger/clients';
export type { LedgerClients } from './ledger/ledger-clients';
export { rollUpPayee, type Payee, type RolledUp } from './ledger/payees';
export { startBulletinService } from './ledger/bulletin-service';
export { Bulletins } from './offline/bulletins';
export { OfflineBank, type Funded, type FundRequest } from './offline/offline-bank';
export type { PayeeRequest } from './offline/payee-grant';
export {
  fundFolder,
  updateIssuers,
  type BankOfDevices,
  type FolderFunding,
  type FundedFolder,
  type FundingBank,
  type PendingOutcome,
} from './offline/fund-folder';
export {
  hasStore,
  openKey,
  restoreParty,
  withDevice,
  withTerminal,
  withTrustingDevice,
  type RestorePartyOptions,
} from './offline/party-folder';
export {
  ensureSameParty,
  findSettings,
  writeSettings,
  type DeviceSettings,
  type Party,
  type TerminalSettings,
} from './offline/party-settings';
export { inputPaths } from './input/input-paths.js';
export {
  checkInput,
  ensureUsable,
  loadInput,
  readInput,
  type InputPaths,
  type LoadedInput,
  type ReadInput,
} from './input/load-input.js';
export { inputSchemas } from './input/input-schemas.js';
export { SAMPLE_PASSPHRASE, type OfflineOutcome } from './pay/offline-payments';
export { pay, type PayMode, type PayOptions } from './pay/pay';
export { reportLines, type PayReport } from './pay/report';
export { INPUT_PROBLEMS, type InputProblem } from './input/problem.js';
export { BANK_ERRORS } from './nodes/bank/bank-error.js';
export {
  bankClient,
  bankClientWith,
  codeOnPhone,
  startBankService,
  type BankServiceOptions,
} from './ledger/bank-service';
