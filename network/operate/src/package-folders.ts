// SPDX-License-Identifier: Apache-2.0
// Folders of the source tree that running programs need, relative to the compiled file.
import { join } from 'node:path';

/** This package's folder. Sources and compiled files are both one level below it. */
const packageFolder = join(__dirname, '..');

/** The `network` folder. */
const networkFolder = join(packageFolder, '..');

/** The repository's folder. */
export const repositoryFolder = join(networkFolder, '..');

/** The Go module that pins Fabric's programs. */
export const fabricModule = join(networkFolder, 'fabric');

/** The Go module that pins Fabric CA's programs. */
export const fabricCaModule = join(fabricModule, 'ca');

/** The external builder that connects a peer to chaincode that runs as a service. */
export const externalBuilder = join(fabricModule, 'builders', 'ccaas');

/** The compiled entry of the supervisor process. */
export const supervisorEntry = join(packageFolder, 'dist', 'supervisor', 'main.js');
