// SPDX-License-Identifier: Apache-2.0
// Folders of the source tree that running programs need, found from where this file was compiled to.
import { join } from 'node:path';

/** The network package's folder; sources and compiled files both lie one level below it. */
export const networkFolder = join(__dirname, '..');

/** The repository's folder. */
export const repositoryFolder = join(networkFolder, '..');

/** The Go module that pins Fabric's programs. */
export const fabricModule = join(networkFolder, 'fabric');

/** The Go module that pins Fabric CA's programs. */
export const fabricCaModule = join(fabricModule, 'ca');

/** The external builder through which a peer finds chaincode that runs as a service. */
export const externalBuilder = join(fabricModule, 'builders', 'ccaas');

/** The compiled entry of the supervisor process. */
export const supervisorEntry = join(networkFolder, 'dist', 'supervisor', 'main.js');

/** The compiled entry of the bank's authentication service. */
export const bankEntry = join(networkFolder, 'dist', 'nodes', 'bank', 'main.js');

/** The compiled entry of the process that keeps the bank's bulletin fresh. */
export const bulletinEntry = join(networkFolder, 'dist', 'offline', 'bulletin-main.js');
