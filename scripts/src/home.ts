// SPDX-License-Identifier: Apache-2.0
// The home folder of the network that a command uses.
import { resolveHome } from '@fabric-offline-pay/operate/clients';
import type { CommonOptions } from './output.js';

export const homeOf = ({ home }: CommonOptions): string => resolveHome(home);
