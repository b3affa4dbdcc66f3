// SPDX-License-Identifier: Apache-2.0
// The shim formats every debug line, and throws it away afterwards when its level is off: several lines a state
// operation, which cost more than the operation. Here a level that is off becomes a function that does nothing.
import { Shim } from 'fabric-shim';

/** The shim's own loggers on the way of a transaction. */
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

/** What the shim's loggers are, beyond the shim's declared types. */
type ShimLogger = Record<Level, (...parts: unknown[]) => unknown> & {
  isLevelEnabled(level: Level): boolean;
};

/** Takes the level that the process was started with; errors are always written. */
export function quietShim(): void {
  for (const name of LOGGERS) {
    const logger = Shim.newLogger(name) as unknown as ShimLogger;
    for (const level of LEVELS) if (!logger.isLevelEnabled(level)) logger[level] = () => logger;
  }
}
