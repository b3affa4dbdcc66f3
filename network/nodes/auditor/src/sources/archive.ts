// SPDX-License-Identifier: Apache-2.0
// Blocks from a folder, with no network: a copy of what a peer or an orderer keeps on its disk, or files of one block each, as
// `peer channel fetch` and `osnadmin` write them.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RawBlock } from '../blocks/raw-block.js';
import { rawBlock, readBlock } from '../blocks/read-block.js';
import { blockFilesIn, blocksOfFile } from './block-files.js';

/** The archive ends, or cannot be read on: where. */
export class ArchiveDamaged extends Error {
  override readonly name = 'ArchiveDamaged';

  constructor(
    readonly file: string,
    reason: string,
  ) {
    // Where the folder lies is of no interest to whoever compares reports.
    super(`${basename(file)}: ${reason}`);
  }
}

const ONE_BLOCK = /\.(block|pb)$/;

/** A folder without blocks is none that anybody meant. */
export class NoArchive extends Error {
  override readonly name = 'NoArchive';
}

function readOne(file: string, read = (): RawBlock => readBlock(readFileSync(file))): RawBlock {
  try {
    return read();
  } catch (error) {
    throw new ArchiveDamaged(file, error instanceof Error ? error.message : 'no block');
  }
}

/** In the order of their numbers, whatever their names are. */
function* singleBlocks(files: readonly string[]): Generator<RawBlock> {
  const numbered = files.map((file) => ({ file, number: readOne(file).number }));
  for (const { file } of numbered.sort((a, b) => a.number - b.number)) yield readOne(file);
}

async function* storedBlocks(files: readonly string[]): AsyncGenerator<RawBlock> {
  for (const file of files)
    for await (const block of blocksOfFile(file)) yield readOne(file, () => rawBlock(block));
}

/**
 * @returns all blocks of the folder, in order
 * @throws {NoArchive} for a folder without blocks
 * @throws {ArchiveDamaged} or DamagedBlockFile where something is no block
 */
export async function* archiveBlocks(folder: string): AsyncGenerator<RawBlock> {
  const stored = blockFilesIn(folder);
  const single = readdirSync(folder)
    .filter((name) => ONE_BLOCK.test(name))
    .map((name) => join(folder, name));
  if (stored.length === 0 && single.length === 0)
    throw new NoArchive(`${folder} holds no blocks: neither blockfile_000000 nor *.block.`);
  if (stored.length > 0) yield* storedBlocks(stored);
  else yield* singleBlocks(single);
}
