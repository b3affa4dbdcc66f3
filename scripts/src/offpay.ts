// SPDX-License-Identifier: Apache-2.0
// The command line: `npx offpay …`.
import { offpayProgram } from './program';

void offpayProgram().parseAsync();
