// SPDX-License-Identifier: Apache-2.0
// A node's figures for Prometheus. Labels are codes, names of routes and kinds; never a person, an order or an amount.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { JobState } from '../jobs/jobs.js';

/** One answered request. */
export interface AnsweredRequest {
  readonly method: string;
  /** The pattern of the path. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

const BUCKETS = [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30];

export class NodeMetrics {
  readonly registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #nextBlock: Gauge;
  readonly #jobs: Gauge<'job' | 'state'>;
  readonly #failures: Counter<'job'>;
  readonly #links: Gauge<'link'>;

  /** @param node names the node in every figure */
  constructor(node: string) {
    const registers = [this.registry];
    this.registry.setDefaultLabels({ node });
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Histogram({
      name: 'offpay_http_request_seconds',
      help: 'Answered requests by route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers,
    });
    this.#nextBlock = new Gauge({
      name: 'offpay_ledger_next_block',
      help: "Number of the first block that is not in the node's tables.",
      registers,
    });
    this.#jobs = new Gauge({
      name: 'offpay_jobs',
      help: 'Work by kind and state: waiting, running, failed for good.',
      labelNames: ['job', 'state'],
      registers,
    });
    this.#links = new Gauge({
      name: 'offpay_link_up',
      help: 'Whether a thing that the node needs answered when /readyz was asked last.',
      labelNames: ['link'],
      registers,
    });
    this.#failures = new Counter({
      name: 'offpay_job_failures_total',
      help: 'Runs of work that failed and are tried again.',
      labelNames: ['job'],
      registers,
    });
  }

  /** As it was when somebody asked last whether the node is ready. */
  linkAnswers(link: string, answers: boolean): void {
    this.#links.set({ link }, answers ? 1 : 0);
  }

  answered({ seconds, status, ...labels }: AnsweredRequest): void {
    this.#requests.observe({ ...labels, status: String(status) }, seconds);
  }

  readTo(nextBlock: number): void {
    this.#nextBlock.set(nextBlock);
  }

  jobFailed(job: string): void {
    this.#failures.inc({ job });
  }

  /** Of each kind, asked for whenever somebody reads the figures. */
  countJobs(states: readonly JobState[]): void {
    for (const { name: job, waiting, running, failed } of states) {
      this.#jobs.set({ job, state: 'waiting' }, waiting);
      this.#jobs.set({ job, state: 'running' }, running);
      this.#jobs.set({ job, state: 'failed' }, failed);
    }
  }
}
