// SPDX-License-Identifier: Apache-2.0
// The files between a network's home and its supervisor: the declared processes and their states.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  makeFolder,
  readAsIfPresent,
  SECRET_FILE,
  writeJson,
} from '@fabric-offline-pay/node-common';
import { z } from 'zod';

/** The kinds of processes, in the order in which `status` shows them. */
export const nodeKindSchema = z.enum(['ca', 'orderer', 'peer', 'chaincode', 'service']);
export type NodeKind = z.infer<typeof nodeKindSchema>;

const readinessSchema = z.union([
  z.object({ host: z.string(), port: z.int() }),
  z.object({ file: z.string() }),
]);

/** The sign that a process is ready: it listens, or a file exists. */
export type Readiness = z.infer<typeof readinessSchema>;

const processSpecSchema = z.object({
  name: z.string(),
  kind: nodeKindSchema,
  organisation: z.string(),
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
  /** If absent, a process is ready when it runs. */
  ready: readinessSchema.optional(),
  /** Another number restarts the process, even if nothing else changed. */
  generation: z.int(),
});

/** The specification of a declared process. */
export type ProcessSpec = z.infer<typeof processSpecSchema>;

/** A process specification from its owner. The run folder adds the generation. */
export type ProcessDeclaration = Omit<ProcessSpec, 'generation'>;

const exitSchema = z.object({
  code: z.int().nullable(),
  signal: z.string().nullable(),
  /** ISO 8601. */
  at: z.string(),
});

const processStateSchema = z.object({
  name: z.string(),
  state: z.enum(['running', 'waiting', 'stopped']),
  generation: z.int(),
  pid: z.int().optional(),
  identity: z.string().optional(),
  /** When the running process started, in ISO 8601. */
  startedAt: z.string().optional(),
  /** How often it was started again after it died. */
  restarts: z.int(),
  lastExit: exitSchema.optional(),
});

/** The last state of a process that the supervisor wrote. */
export type ProcessState = z.infer<typeof processStateSchema>;
export type ProcessExit = z.infer<typeof exitSchema>;

const referenceSchema = z.object({ pid: z.int(), identity: z.string() });
export type SupervisorReference = z.infer<typeof referenceSchema>;

/** Which folder a file was written in: a copy of a home holds files that speak of the other home's processes. */
const placedSchema = z.object({ folder: z.string().optional() });

/** The same for every path to the folder, and another for its copy. */
function folderIdentity(home: string): string {
  // Somebody may have removed it while its processes run.
  makeFolder(home);
  const { dev, ino } = statSync(home, { bigint: true });
  return `${dev}:${ino}`;
}

/** @returns what the file holds, when it was written in this home */
function readOwn<T extends z.ZodType<object>>(
  home: string,
  file: string,
  schema: T,
): z.output<T> | undefined {
  const written = readAsIfPresent(file, z.intersection(schema, placedSchema));
  return written?.folder === undefined || written.folder !== folderIdentity(home)
    ? undefined
    : schema.parse(written);
}

const writeOwn = (home: string, file: string, value: object): void =>
  writeJson(file, { ...value, folder: folderIdentity(home) });

/** The home's folder of specs, one file per process. */
export function specFolder(home: string): string {
  return join(home, 'run', 'shall');
}

/** A process's log: its standard output and error. */
export function logFile(home: string, name: string): string {
  return join(home, 'logs', `${name}.log`);
}

export function supervisorFile(home: string): string {
  return join(home, 'run', 'supervisor.json');
}

/** @returns the names of all declared processes, also of those whose specification cannot be read. */
export const specNames = (home: string): string[] => namesIn(specFolder(home));

/** @returns every declared process. @throws {NetworkError} FILE_DAMAGED */
export function readSpecs(home: string): ProcessSpec[] {
  return specNames(home).flatMap((name) => {
    const spec = readSpec(home, name);
    return spec === undefined ? [] : [spec];
  });
}

export function readSpec(home: string, name: string): ProcessSpec | undefined {
  return readAsIfPresent(join(specFolder(home), `${name}.json`), processSpecSchema);
}

/** A spec's environment may hold secrets, so only the owner may read it. */
export function writeSpec(home: string, spec: ProcessSpec): void {
  writeJson(join(specFolder(home), `${spec.name}.json`), spec, SECRET_FILE);
}

export function removeSpec(home: string, name: string): void {
  rmSync(join(specFolder(home), `${name}.json`), { force: true });
}

/** @returns every process that the supervisor has started and not forgotten. */
export function readStates(home: string): ProcessState[] {
  return namesIn(stateFolder(home)).flatMap((name) => {
    const state = readState(home, name);
    return state === undefined ? [] : [state];
  });
}

export function readState(home: string, name: string): ProcessState | undefined {
  return readOwn(home, join(stateFolder(home), `${name}.json`), processStateSchema);
}

export function writeState(home: string, state: ProcessState): void {
  writeOwn(home, join(stateFolder(home), `${state.name}.json`), state);
}

export function removeState(home: string, name: string): void {
  rmSync(join(stateFolder(home), `${name}.json`), { force: true });
}

const serviceSchema = z.object({ name: z.string(), organisation: z.string() });

/** A service that ran in the home. `down` ends it, and the next `up` is to start it again. */
export type RememberedService = z.infer<typeof serviceSchema>;

const servicesFile = (home: string): string => join(home, 'run', 'services.json');

export const rememberedServices = (home: string): readonly RememberedService[] =>
  readAsIfPresent(servicesFile(home), z.array(serviceSchema)) ?? [];

export function rememberService(home: string, { name, organisation }: RememberedService): void {
  const others = rememberedServices(home).filter((service) => service.name !== name);
  writeJson(servicesFile(home), [...others, { name, organisation }]);
}

export function forgetService(home: string, name: string): void {
  const services = rememberedServices(home);
  const others = services.filter((service) => service.name !== name);
  if (others.length < services.length) writeJson(servicesFile(home), others);
}

/** Whatever stands in the file. */
export function forgetServices(home: string): void {
  rmSync(servicesFile(home), { force: true });
}

export function readSupervisor(home: string): SupervisorReference | undefined {
  return readOwn(home, supervisorFile(home), referenceSchema);
}

export function writeSupervisor(home: string, reference: SupervisorReference): void {
  writeOwn(home, supervisorFile(home), reference);
}

function stateFolder(home: string): string {
  return join(home, 'run', 'is');
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length));
}
