// SPDX-License-Identifier: Apache-2.0
// The shim formats every debug line, even when the level is off, and then throws it away. That is several lines per state
// operation, which cost more than the operation. Here a level that is off becomes a function that does nothing.
import { Shim } from 'fabric-shim';

/** The shim's own loggers that a transaction uses. */
const LOGGERS = [
  'contracts-spi/chaincodefromcontract.js',
  'contracts-spi/datamarshall.js',
  'lib/chaincode.js',
  'lib/handler.js',
  'lib/iterators.js',
  'lib/stub.js',
] as const;

const LEVELS = ['debug', 'info', 'warn'] as const;

type Level = (typeof LEVELS)[number];

/** The shim's loggers, with methods that the shim's types do not declare. */
type ShimLogger = Record<Level, (...parts: unknown[]) => unknown> & {
  isLevelEnabled(level: Level): boolean;
};

/** Uses the level that the process was started with. Errors are always written. */
export function quietShim(): void {
  for (const name of LOGGERS) {
    const logger = Shim.newLogger(name) as unknown as ShimLogger;
    for (const level of LEVELS) if (!logger.isLevelEnabled(level)) logger[level] = () => logger;
  }
}
