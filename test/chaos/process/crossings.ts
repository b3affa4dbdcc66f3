// SPDX-License-Identifier: Apache-2.0
// Counts each crossing of the process's border that changes something on either side, and kills the process at those that it was told.
import { openSync, readFileSync, writeSync } from 'node:fs';

const LINE = '\n';

/** @returns the crossings of all lives that wrote into the file, in order */
export const readCrossings = (file: string): readonly string[] =>
  readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split(LINE).slice(0, -1);

export class Crossings {
  readonly #file: number;
  readonly #kills: ReadonlySet<number>;
  #count: number;

  /**
   * @param file notes each crossing before it is passed; the lives of one history share it
   * @param kills numbers of crossings, from 1, over all lives
   */
  constructor(file: string, kills: readonly number[]) {
    this.#count = readCrossings(file).length;
    this.#file = openSync(file, 'a');
    this.#kills = new Set(kills);
  }

  pass(name: string): void {
    writeSync(this.#file, `${name}${LINE}`);
    this.#count += 1;
    if (this.#kills.has(this.#count)) process.kill(process.pid, 'SIGKILL');
  }

  /** The port, each of whose calls crosses the border twice. @param isCrossing whether a method changes anything outside */
  around<Port extends object>(
    name: string,
    port: Port,
    isCrossing: (method: string) => boolean = () => true,
  ): Port {
    return new Proxy(port, {
      get: (target, method: keyof Port & string) => {
        const own = target[method];
        if (typeof own !== 'function') return own;
        const bound = own.bind(target) as (...input: readonly unknown[]) => Promise<unknown>;
        return isCrossing(method) ? this.function(`${name} ${method}`, bound) : bound;
      },
    });
  }

  function<Given extends readonly unknown[], Output>(
    name: string,
    call: (...given: Given) => Promise<Output>,
  ): (...given: Given) => Promise<Output> {
    return async (...given) => {
      this.pass(`before ${name}`);
      const answer = await call(...given);
      this.pass(`after ${name}`);
      return answer;
    };
  }
}
