// SPDX-License-Identifier: Apache-2.0
// What a history tells its node's process: addresses of the hosts, files, and what stands in the tables before it begins.

export interface SeededCustomer {
  readonly customerId: string;
  readonly phone: string;
  readonly email: string;
  readonly language: 'en' | 'zh';
  /** Of the instrument that funds the customer's orders. */
  readonly token: string;
}

export interface BankSettings {
  readonly configFile: string;
  readonly customers: readonly SeededCustomer[];
  readonly payeeAccounts: readonly {
    readonly payeeId: string;
    readonly currency: string;
    /** Of the account at the host. */
    readonly token: string;
  }[];
}

export interface MerchantSettings {
  readonly mspId: string;
  /** Of the shop that is told. */
  readonly url: string;
  /** Seals the endpoint's secret; base64. */
  readonly key: string;
}

export interface LogisticsSettings {
  readonly logisticsId: string;
  readonly mspId: string;
  /** Those of the configuration file. */
  readonly rules: Readonly<Record<string, unknown>>;
  readonly alertUrl: string;
  /** Registrations that are planned. */
  readonly couriers: readonly { readonly courierId: string }[];
}
