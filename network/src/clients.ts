// SPDX-License-Identifier: Apache-2.0
// The part of the package that a query needs, `@fabric-offline-pay/network/clients`: it loads neither services nor readers of files.
export { Clients, type ClientsOptions } from './ledger/clients';
export { resolveHome } from './lifecycle/home';
export { networkStatus } from './lifecycle/network-status';
export { NetworkError } from './network-error';
