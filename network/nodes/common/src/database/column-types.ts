// SPDX-License-Identifier: Apache-2.0
// How values of columns are read, from a server as from PostgreSQL inside the process.
import { TypeOverrides } from 'pg';

const INT8 = 20;

/** 64-bit integers come as text, unless told; instants and counts are far below 2^53. */
export const columnTypes = new TypeOverrides();
columnTypes.setTypeParser(INT8, Number);
