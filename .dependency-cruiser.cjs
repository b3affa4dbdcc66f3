// SPDX-License-Identifier: Apache-2.0
// The arrows between the rooms: domain <- chaincode <- testing; domain <- sdk <- operate <- run <- scripts; sdk <- nodes <- run.
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
module.exports = {
  forbidden: [
    forbid('no-cycles', 'A cycle is one concept in two files.', {}, { circular: true }),
    {
      ...forbid(
        'no-folder-cycles',
        'A reader of one folder should not have to know those that use it.',
        {},
        { circular: true },
      ),
      scope: 'folder',
    },
    forbid(
      'domain-is-pure',
      'The domain knows no Fabric, no network and no other room.',
      { path: '^chaincode/domain/src' },
      {
        path: '^(chaincode/(src|testing)|sdk|network|scripts|test)/|node_modules/(fabric-|@hyperledger|@grpc)|^(fs|net|http|https|os|child_process)$',
      },
    ),
    forbid(
      'chaincode-knows-domain-only',
      'Chaincode is deployed alone.',
      { path: '^chaincode/src' },
      { path: '^(chaincode/testing|sdk|network|scripts|test)/' },
    ),
    forbid(
      'sdk-knows-domain-only',
      'Merchants install the SDK without chaincode or network.',
      { path: '^sdk/src' },
      { path: '^(chaincode/(src|testing)|network|scripts|test)/' },
    ),
    forbid(
      'examples-use-published-names',
      'What a merchant copies must work where the packages are installed.',
      { path: '^sdk/examples' },
      { path: '^(chaincode|sdk/src|network|scripts|test)/' },
    ),
    forbid(
      'offline-opens-no-socket',
      'Devices and terminals work without Fabric, and load none of it.',
      { path: '^sdk/src/offline/index\\.ts$' },
      { path: 'node_modules/(@hyperledger|@grpc)', reachable: true },
    ),
    forbid(
      'network-never-runs-contracts',
      'Nodes speak to the ledger through the SDK. The auditor alone runs contracts again, to see whether they say the same.',
      { path: '^network/(?!nodes/auditor/)' },
      { path: '^(chaincode/(src|testing)|scripts|test)/' },
    ),
    forbid(
      'auditor-never-operates',
      'An auditor reads; it neither runs Fabric nor drives the command line.',
      { path: '^network/nodes/auditor/' },
      { path: '^(scripts|test)/' },
    ),
    {
      ...forbid(
        'second-line-counts-alone',
        'What believes no sum of the chaincode shares no code with it: only types, to name every kind of row.',
        { path: '^network/nodes/auditor/src/(money|overdue|rows)/', pathNot: '\\.spec\\.ts$' },
        { path: '^(chaincode|sdk)/', dependencyTypesNot: ['type-only'] },
      ),
    },
    forbid(
      'no-contract-to-contract',
      'Concepts meet in the domain and in shared/, never in each other.',
      { path: '^chaincode/src/(?!ledger/|shared/)([^/]+)/' },
      { path: '^chaincode/src/(?!ledger/|shared/)[^/]+/', pathNot: '^chaincode/src/$1/' },
    ),
    forbid(
      'ledger-knows-no-business',
      'The engine carries out what the table declares, whatever it is about.',
      { path: '^chaincode/src/ledger/' },
      { path: '^chaincode/src/(?!ledger/)[^/]+/' },
    ),
    forbid(
      'shared-knows-no-contract',
      'What several contracts do alike belongs to none of them.',
      { path: '^chaincode/src/shared/' },
      { path: '^chaincode/src/(?!ledger/|shared/)[^/]+/' },
    ),
    forbid(
      'no-node-to-node',
      'An organisation talks to another through the ledger.',
      { path: '^network/nodes/([^/]+)/' },
      { path: '^network/nodes/(?!common/)[^/]+/', pathNot: '^network/nodes/$1/' },
    ),
    forbid(
      'nodes-stand-alone',
      'An organisation installs its own node only, and none of what operates Fabric.',
      { path: '^network/nodes/' },
      { path: '^network/(operate|run)/' },
    ),
    forbid(
      'nodes-run-without-stand-ins',
      'What stands in for the outside world is no part of a node.',
      { path: '^network/nodes/[^/]+/src/(?!testing/)', pathNot: '\\.spec\\.ts$' },
      {
        path: '^network/nodes/[^/]+/src/testing/(hosts|message-hosts|stand-ins)/',
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'operate-knows-no-node',
      'Whoever runs Fabric need not know what runs beside it.',
      { path: '^network/operate/' },
      { path: '^network/(run|nodes/(?!common/))' },
    ),
    forbid(
      'no-tests-in-source',
      'Source never imports a test.',
      { pathNot: '^test/' },
      { path: '(\\.spec\\.ts$|^test/)' },
    ),
  ],
  options: {
    // Tests may import whatever they need: their arrows are not the rooms'.
    doNotFollow: { path: ['node_modules', '\\.spec\\.ts$'] },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
