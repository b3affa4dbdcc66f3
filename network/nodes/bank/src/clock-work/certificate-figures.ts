// SPDX-License-Identifier: Apache-2.0
// When the node's certificates end, for Prometheus.
import type { NodeMetrics } from '@fabric-offline-pay/node-common/node';
import { Gauge } from 'prom-client';
import type { FileEnd } from './certificate-ends.js';

/** @returns sets the figures; a file that cannot be read has the end 0 */
export function certificateFigures({
  registry,
}: Pick<NodeMetrics, 'registry'>): (ends: readonly FileEnd[]) => void {
  const gauge = new Gauge({
    name: 'offpay_certificate_end_timestamp_seconds',
    help: "When a certificate or revocation list of the node ends, seconds since 1970; 0 when it can't be read.",
    labelNames: ['certificate'],
    registers: [registry],
  });
  return (ends) => {
    for (const { name, end = 0 } of ends) gauge.set({ certificate: name }, Math.floor(end / 1000));
  };
}
