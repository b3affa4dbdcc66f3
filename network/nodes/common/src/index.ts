// SPDX-License-Identifier: Apache-2.0
// Shared by the programs of all organisations: files, locks, ports, processes, deadlines, errors.
export {
  NETWORK_ERRORS,
  NetworkError,
  type NetworkErrorCode,
  type NetworkErrorOptions,
} from './network-error.js';
export { withLock } from './system/file-lock.js';
export {
  fileDamaged,
  makeFolder,
  PRIVATE_UMASK,
  privately,
  readAsIfPresent,
  readBounded,
  readTextIfPresent,
  readWholeLines,
  SECRET_FILE,
  writeFileAtomic,
  writeJson,
} from './system/files.js';
export { inParallel } from './system/in-parallel.js';
export { numberOf, wholeNumber } from './system/numbers.js';
export { type PortHolder, portHolders } from './system/port-holder.js';
export { findFreePorts, isListening, isPortFree, usedPorts } from './system/ports.js';
export {
  HOME_MARK,
  isAlive,
  markedProcesses,
  ownReference,
  processIdentity,
  type ProcessReference,
  sendSignal,
  signalGroup,
  signalProcess,
} from './system/process-identity.js';
export { isHeld } from './system/process-state.js';
export { cacheFolder, ownCacheFolder } from './system/cache-folder.js';
export { cleanEnvironment, runProgram } from './system/run-program.js';
export { systemCodeOf } from './system/system-code.js';
export { waitUntil } from './system/wait-until.js';
