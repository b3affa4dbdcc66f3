// SPDX-License-Identifier: Apache-2.0
// The part of the package that a query needs, `@fabric-offline-pay/operate/clients`: it loads no services and no readers of files.
export { Clients, type ClientsOptions } from './ledger/clients.js';
export { resolveHome } from './lifecycle/home.js';
export { networkStatus } from './lifecycle/network-status.js';
export { NetworkError } from '@fabric-offline-pay/node-common';
