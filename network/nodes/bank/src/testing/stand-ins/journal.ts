// SPDX-License-Identifier: Apache-2.0
// What a simulated host did, as lines of a file: each is written before anybody is told of it, so that a killed host knows it again.
import { appendFileSync } from 'node:fs';
import { fileDamaged, readWholeLines, SECRET_FILE } from '@fabric-offline-pay/node-common';
import type * as z from 'zod';

export class Journal<Line> {
  readonly #file: string;
  /** What stood in the file when it was opened. */
  readonly past: readonly Line[];

  /**
   * @param schema of a line
   * @throws {NetworkError} FILE_DAMAGED, but not for half a line at the end: nobody was told of it
   */
  constructor(file: string, schema: z.ZodType<Line>) {
    this.#file = file;
    this.past = readWholeLines(file).map((text, index) => {
      try {
        return schema.parse(JSON.parse(text));
      } catch {
        throw fileDamaged(file, { line: index + 1 });
      }
    });
  }

  readonly keep = (line: Line): void =>
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`, { mode: SECRET_FILE });
}
