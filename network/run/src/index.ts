// SPDX-License-Identifier: Apache-2.0
// The sample and a user's files through the whole pipeline, and the bank's services that it needs.
export { type AskedNode, type AskedStatus, askNodes, type NodeAnswer } from './doctor/ask-nodes.js';
export type { Check, CheckOutcome } from './doctor/check.js';
export { doctor, type DoctorReport } from './doctor/doctor.js';
export { restartServices } from './services/restart-services.js';
export { inputPaths } from './input/input-paths.js';
export { inputSchemas } from './input/input-schemas.js';
export {
  checkInput,
  ensureUsable,
  type InputPaths,
  type LoadedInput,
  loadInput,
  readInput,
  type ReadInput,
} from './input/load-input.js';
export { INPUT_PROBLEMS, type InputProblem } from './input/problem.js';
export { Bulletins } from './offline/bulletins.js';
export {
  type BankOfDevices,
  type FolderFunding,
  type FundedFolder,
  fundFolder,
  type FundingBank,
  type PendingOutcome,
  updateIssuers,
} from './offline/fund-folder.js';
export { type Funded, type FundRequest, OfflineBank } from './offline/offline-bank.js';
export {
  hasStore,
  openKey,
  restoreParty,
  type RestorePartyOptions,
  withDevice,
  withTerminal,
  withTrustingDevice,
} from './offline/party-folder.js';
export {
  type DeviceSettings,
  ensureSameParty,
  findSettings,
  type Party,
  type TerminalSettings,
  writeSettings,
} from './offline/party-settings.js';
export type { PayeeRequest } from './offline/payee-grant.js';
export { type OfflineOutcome, SAMPLE_PASSPHRASE } from './pay/offline-payments.js';
export { organisationsOverNodes } from './pay/over-nodes.js';
export type { OutsideWorld } from './pay/outside-world.js';
export { pay, type PayMode, type PayOptions } from './pay/pay.js';
export { type PayReport, reportLines } from './pay/report.js';
export {
  bankClient,
  bankClientWith,
  type BankServiceOptions,
  codeOnPhone,
  readBankOptions,
  startBankService,
} from './services/bank-service.js';
export { startBulletinService } from './services/bulletin-service.js';
export { openNodeClients } from './services/node-clients.js';
export { standInsDesk, type StandInsDesk } from './services/stand-ins-service.js';
export { type NodeCallers, startNodes } from './services/start-nodes.js';
export { auditorClient, auditorClientWith, hasAuditor } from './services/auditor-service.js';
export { startLogisticsService } from './services/logistics-service.js';
export { startMerchantService } from './services/merchant-service.js';
