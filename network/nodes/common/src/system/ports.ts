// SPDX-License-Identifier: Apache-2.0
// TCP ports: finds free ones, and checks whether something listens on one.
import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { NetworkError } from '../network-error.js';

// Below the range that systems use for outgoing connections (Linux: 32768, IANA: 49152), so that a node
// finds its port free after a restart.
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 50;

/** True when a process could listen on this port now. */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** True when something accepts connections on this port. */
export async function isListening(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  const answer = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  socket.destroy();
  return answer;
}

/**
 * @returns the first of `count` neighbouring ports that are all free.
 * @throws NetworkError `PORT_IN_USE` when none is found.
 */
export async function findFreePorts(host: string, count: number): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const base = randomInt(LOWEST, HIGHEST - count);
    if ((await usedPorts(host, base, count)).length === 0) {
      return base;
    }
  }
  throw new NetworkError('PORT_IN_USE', `No ${count} neighbouring ports are free on ${host}`);
}

/** @returns the ports in use among `count` ports from `base` on. */
export async function usedPorts(host: string, base: number, count: number): Promise<number[]> {
  const ports = Array.from({ length: count }, (_, index) => base + index);
  const free = await Promise.all(ports.map((port) => isPortFree(host, port)));
  return ports.filter((_, index) => free[index] !== true);
}
