// SPDX-License-Identifier: Apache-2.0
// Loads contracts into fabric-shim's own dispatcher, so that names, contexts and hooks work as in a chaincode process.
import { createRequire } from 'node:module';
import { JSONSerializer } from 'fabric-contract-api';
import type { ChaincodeInterface } from 'fabric-shim';
import type { ContractClass } from './types';

type Dispatcher = new (contracts: ContractClass[], serializers: object) => ChaincodeInterface;

const SERIALIZERS = {
  transaction: 'jsonSerializer',
  serializers: { jsonSerializer: JSONSerializer },
};

// The shim logs every refused transaction as an error, but tests refuse on purpose. It reads the log level when it is loaded.
process.env['CORE_CHAINCODE_LOGGING_LEVEL'] ??= 'CRITICAL';
const load = createRequire(__filename);
const ChaincodeFromContract = load(
  'fabric-shim/lib/contract-spi/chaincodefromcontract',
) as Dispatcher;

/** @returns a chaincode that serves `contracts`, as `fabric-chaincode-node` would start it. */
export function hostChaincode(contracts: readonly ContractClass[]): ChaincodeInterface {
  // Copied, because the dispatcher adds its system contract to the array.
  return new ChaincodeFromContract([...contracts], SERIALIZERS);
}
