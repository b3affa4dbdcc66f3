// SPDX-License-Identifier: Apache-2.0
// One jest for all workspaces. Sources are compiled one file at a time; types are checked by `tsc -b`.
const { existsSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { relative } = require('node:path');
const { databaseSpecs } = require('./test/support/database-specs.cjs');

/** @type {import('jest').Config} */
const shared = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      'ts-jest',
      {
        tsconfig: {
          module: 'commonjs',
          moduleResolution: 'node10',
          ignoreDeprecations: '6.0',
          target: 'es2023',
          isolatedModules: true,
          esModuleInterop: true,
        },
        diagnostics: false,
      },
    ],
  },
  moduleNameMapper: {
    // Opening a folder of a device costs what a guess costs a thief, a third of a second: here a tenth of it.
    '^\\./key-strength\\.js$': '<rootDir>/test/support/key-strength.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@fabric-offline-pay/domain$': '<rootDir>/chaincode/domain/src/index.ts',
    '^@fabric-offline-pay/domain/offline$': '<rootDir>/chaincode/domain/src/offline/index.ts',
    '^@fabric-offline-pay/chaincode$': '<rootDir>/chaincode/src/index.ts',
    '^@fabric-offline-pay/testing/replay$': '<rootDir>/chaincode/testing/src/replayer.ts',
    '^@fabric-offline-pay/testing$': '<rootDir>/chaincode/testing/src/index.ts',
    '^@fabric-offline-pay/sdk$': '<rootDir>/sdk/src/index.ts',
    '^@fabric-offline-pay/sdk/offline$': '<rootDir>/sdk/src/offline/index.ts',
    '^@fabric-offline-pay/(operate|run)$': '<rootDir>/network/$1/src/index.ts',
    '^@fabric-offline-pay/node-common/person-fields$':
      '<rootDir>/network/nodes/common/src/person-fields.ts',
    '^@fabric-offline-pay/node-common/client$': '<rootDir>/network/nodes/common/src/client.ts',
    '^@fabric-offline-pay/node-common/node$': '<rootDir>/network/nodes/common/src/node.ts',
    '^@fabric-offline-pay/node-common/log$':
      '<rootDir>/network/nodes/common/src/system/log-output.ts',
    '^@fabric-offline-pay/node-common$': '<rootDir>/network/nodes/common/src/index.ts',
    '^@fabric-offline-pay/(bank|merchant|logistics|auditor)-node$':
      '<rootDir>/network/nodes/$1/src/index.ts',
    '^@fabric-offline-pay/operate/clients$': '<rootDir>/network/operate/src/clients.ts',
  },
  modulePathIgnorePatterns: ['/dist/', '/.offpay/'],
};
/** Specs that keep tables. `OFFPAY_DATABASES=all` takes each on every kind of database (`npm run test:databases`). */
const withTables = databaseSpecs(__dirname);
const onAll = process.env['OFFPAY_DATABASES'] === 'all';

/** What all tables stand on, and the queue of messages: there the two kinds differ the most, so that they always run on both. */
const ON_BOTH = /^network\/nodes\/(common|bank\/src\/outbox)\//;

const embedded = {
  ...shared,
  displayName: 'embedded',
  globalSetup: '<rootDir>/test/dist/test/support/embedded-setup.js',
};

/** PostgreSQL inside the process needs twice the time of a server, where its programs are installed (Debian: `postgresql`). */
function tableProjects() {
  if (existsSync('/usr/lib/postgresql'))
    return [
      {
        ...shared,
        displayName: 'server',
        testMatch: withTables,
        setupFiles: ['<rootDir>/test/support/on-server.cjs'],
        globalSetup: '<rootDir>/test/dist/test/support/postgres-setup.js',
        globalTeardown: '<rootDir>/test/dist/test/support/postgres-teardown.js',
      },
      {
        ...embedded,
        testMatch: withTables.filter((path) => onAll || ON_BOTH.test(relative(__dirname, path))),
      },
    ];
  process.stderr.write(
    'No PostgreSQL server is installed: tables are tried inside the process alone.\n',
  );
  return [{ ...embedded, testMatch: withTables }];
}

module.exports = {
  testTimeout: 120_000,
  // A spec on a network waits for much of its time, for blocks and for its own processes: one worker more than processors keeps two busy.
  maxWorkers: availableParallelism() + 1,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testPathIgnorePatterns: ['/node_modules/', ...withTables],
      testMatch: [
        '<rootDir>/{chaincode,sdk,network,scripts}/**/src/**/*.spec.ts',
        '<rootDir>/test/{contract,packages,property,versions}/**/*.spec.ts',
      ],
      globalSetup: '<rootDir>/test/dist/test/support/embedded-setup.js',
    },
    {
      ...shared,
      displayName: 'network',
      testMatch: ['<rootDir>/test/{integration,adversarial}/**/*.spec.ts'],
      globalSetup: '<rootDir>/test/dist/test/support/network-setup.js',
      globalTeardown: '<rootDir>/test/dist/test/support/network-teardown.js',
    },
    ...tableProjects(),
  ],
};
