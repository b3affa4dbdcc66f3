// SPDX-License-Identifier: Apache-2.0
// `--base-port`: the ports that a fresh network takes.
import { wholeNumber } from '@fabric-offline-pay/node-common';
import { countPorts, defaultTopology, type PortChoice } from '@fabric-offline-pay/operate';
import { InvalidArgumentError, Option } from 'commander';

/** The default network's ports follow each other. */
const HIGHEST = 65_536 - countPorts(defaultTopology);

/** @throws {InvalidArgumentError} */
function parsePort(text: string): PortChoice {
  const port = text === 'free' ? text : wholeNumber(text, { least: 1, most: HIGHEST });
  if (port === undefined)
    throw new InvalidArgumentError(`a port number from 1 to ${HIGHEST.toString()}, or "free"`);
  return port;
}

/** An option of every command that makes a network. An existing network keeps its ports. */
export const basePortOption = (): Option =>
  new Option('--base-port <port>', 'the first port of a fresh network, or "free"').argParser(
    parsePort,
  );

/** The option in the form that the network package takes. */
export const portsOf = ({
  basePort,
}: {
  readonly basePort?: PortChoice;
}): { ports?: PortChoice } => (basePort === undefined ? {} : { ports: basePort });
