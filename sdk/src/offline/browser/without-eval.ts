// SPDX-License-Identifier: Apache-2.0
// Pages of banks forbid `eval`, and Zod tries it while schemas are made: this module comes before all others.
import { config } from 'zod';

config({ jitless: true });
