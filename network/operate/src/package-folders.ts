// SPDX-License-Identifier: Apache-2.0
// Folders of the source tree that running programs need, found from where this file was compiled to.
import { join } from 'node:path';

/** This package's folder; sources and compiled files both lie one level below it. */
const packageFolder = join(__dirname, '..');

/** The folder of all that is not on the ledger. */
const networkFolder = join(packageFolder, '..');

/** The repository's folder. */
export const repositoryFolder = join(networkFolder, '..');

/** The Go module that pins Fabric's programs. */
export const fabricModule = join(networkFolder, 'fabric');

/** The Go module that pins Fabric CA's programs. */
export const fabricCaModule = join(fabricModule, 'ca');

/** The external builder through which a peer finds chaincode that runs as a service. */
export const externalBuilder = join(fabricModule, 'builders', 'ccaas');

/** The compiled entry of the supervisor process. */
export const supervisorEntry = join(packageFolder, 'dist', 'supervisor', 'main.js');
